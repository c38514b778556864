/**
 * How routes are declared: each says who may call it, and its schemas validate, document and type it. The table of
 * all routes can be printed; there is no other way to add one.
 */
import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { GantryError } from '@gantry/model';
import type { z } from 'zod';

/** `anyone` on the host's network, the `owner` of the data directory, an `agent` that was given a token. */
export type Caller = 'anyone' | 'owner' | 'agent';

export interface Tokens {
  readonly owner: string;
  readonly agent: string;
}

interface Schemas {
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
  readonly params?: z.ZodType;
  readonly answer?: z.ZodType;
}

type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

export interface Call<S extends Schemas> {
  readonly body: Output<S['body']>;
  readonly query: Output<S['query']>;
  readonly params: Output<S['params']>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export interface Route<S extends Schemas = Schemas> {
  readonly method: HTTPMethods;
  readonly path: string;
  readonly who: Caller;
  readonly schemas: S;
  readonly handle: (call: Call<S>) => Promise<unknown>;
}

/** Types a route; the same as the object itself. */
export function route<const S extends Schemas>(definition: Route<S>): Route {
  return definition;
}

/** Adds the routes to the server, each behind its check. */
export function addRoutes(server: FastifyInstance, routes: readonly Route[], tokens: Tokens): void {
  for (const { method, path, who, schemas, handle } of routes) {
    server.route({
      method,
      url: path,
      onRequest: (request, _reply, done) => {
        done(isAllowed(who, request, tokens) ? undefined : unauthorized());
      },
      handler: async (request, reply) => {
        const answer = await handle({
          body: parse(schemas.body, request.body, 'body'),
          query: parse(schemas.query, request.query, 'query'),
          params: parse(schemas.params, request.params, 'path'),
          request,
          reply,
        });
        if (reply.sent) return reply;
        return answer === undefined ? reply.code(204).send() : answer;
      },
    });
  }
}

function isAllowed(who: Caller, request: FastifyRequest, tokens: Tokens): boolean {
  switch (who) {
    case 'anyone':
      return true;
    case 'owner':
      return bears(request, tokens.owner);
    case 'agent':
      return bears(request, tokens.agent);
  }
}

function bears(request: FastifyRequest, token: string): boolean {
  const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (given === undefined) return false;
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function unauthorized(): GantryError {
  return new GantryError('unauthorized', 'The request bears no token that may do this.', {
    mend: 'Send `Authorization: Bearer TOKEN`.',
  });
}

function parse(schema: z.ZodType | undefined, value: unknown, where: string): never {
  if (schema === undefined) return undefined as never;
  const result = schema.safeParse(value);
  if (result.success) return result.data as never;
  const [issue] = result.error.issues;
  const field = [where, ...(issue?.path ?? [])].map(String).join('.');
  throw new GantryError('bad-request', `${field}: ${issue?.message ?? 'is not as it should be'}`, {
    field,
    mend: 'See the table of requests in the API’s description.',
  });
}
