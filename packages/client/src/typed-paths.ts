/**
 * What the description of the interface says of a request, as types: which paths there are, and what each of them
 * takes and answers. They hold `UserClient` to it; nothing here is there at run time.
 */
import type { userApiPath } from '@gantry/model';
import type { paths } from './generated/api-types.ts';

export type Verb = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The paths, below the interface's own, that have requests of a verb. */
export type PathOf<V extends Verb> = {
  [P in keyof paths]: paths[P] extends Record<V, object>
    ? P extends `${typeof userApiPath}${infer Rest}`
      ? Rest
      : never
    : never;
}[keyof paths];

type Operation<V extends Verb, P extends PathOf<V>> = paths[`${typeof userApiPath}${P}` & keyof paths][V];

/** `Parts<…>` of an operation's parameters: `path` and `query`, where it has them. */
type Parameters<O, Part extends 'path' | 'query'> = O extends { parameters: infer All }
  ? Part extends keyof All
    ? Exclude<All[Part], undefined>
    : never
  : never;

/** The query of a request. */
export type QueryOf<V extends Verb, P extends PathOf<V>> = Lenient<Parameters<Operation<V, P>, 'query'>>;

type Body<O> = O extends { requestBody: { content: { 'application/json': infer B } } } ? B : never;

/** What a request takes beside its path: each part where it has one, and no other. */
export type RequestOf<V extends Verb, P extends PathOf<V>> = PartOf<
  'path',
  Parameters<Operation<V, P>, 'path'>
> &
  PartOf<'query', QueryOf<V, P>> &
  PartOf<'body', Lenient<Body<Operation<V, P>>>>;

type PartOf<Name extends string, Value> = [Value] extends [never]
  ? { readonly [N in Name]?: never }
  : object extends Value
    ? { readonly [N in Name]?: Value | undefined }
    : { readonly [N in Name]: Value };

type Responses<O> = O extends { responses: infer R } ? R : never;

/** What a request answers as JSON; `undefined` where it answers nothing. */
export type AnswerOf<V extends Verb, P extends PathOf<V>> =
  Responses<Operation<V, P>> extends { 200: { content: { 'application/json': infer A } } }
    ? Lenient<A>
    : Responses<Operation<V, P>> extends { 204: object }
      ? undefined
      : never;

/** The paths whose requests answer JSON, nothing, or a stream of bytes. */
export type JsonPath<V extends Verb> = PathWith<V, { 200: { content: { 'application/json': unknown } } }>;
export type SilentPath<V extends Verb> = PathWith<V, { 204: object }>;
export type BytesPath<V extends Verb> = Exclude<PathOf<V>, JsonPath<V> | SilentPath<V>>;

type PathWith<V extends Verb, R> = {
  [P in PathOf<V>]: Responses<Operation<V, P>> extends R ? P : never;
}[PathOf<V>];

/** The same, where what may be absent may also be `undefined`, and lists may be read-only. */
type Lenient<T> = T extends readonly (infer Element)[]
  ? number extends T['length']
    ? readonly Lenient<Element>[]
    : Readonly<T>
  : T extends object
    ? { [K in keyof T]: object extends Pick<T, K> ? Lenient<T[K]> | undefined : Lenient<T[K]> }
    : T;
