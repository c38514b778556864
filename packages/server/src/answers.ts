/**
 * What a route answers that is no JSON: nothing, another address, or text and bytes with their media type. A JSON
 * answer is declared by its schema alone.
 */
import type { z } from 'zod';

/** Status 204. */
export interface Nothing {
  readonly kind: 'nothing';
}

/** Status 303, and the address in `location`. */
export interface Redirection {
  readonly kind: 'redirection';
}

/** What the route sends by itself: by `reply.send`, or on the raw response. */
export interface Media {
  readonly kind: 'media';
  /** One, or several where the request or the file decides. */
  readonly types: readonly string[];
  /** What a line, or an event's data, holds: of a stream of JSON. */
  readonly part?: z.ZodType | undefined;
}

export type Answer = z.ZodType | Nothing | Redirection | Media;

export const nothing: Nothing = { kind: 'nothing' };
export const redirection: Redirection = { kind: 'redirection' };

export function media(types: string | readonly string[], part?: z.ZodType): Media {
  return { kind: 'media', types: typeof types === 'string' ? [types] : types, part };
}

/** What `handle` returns for an answer: its value, or nothing of interest where the route sends it by itself. */
export type Answered<A extends Answer> = A extends z.ZodType
  ? z.output<A>
  : A extends Nothing | Redirection
    ? void
    : unknown;
