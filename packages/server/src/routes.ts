/**
 * How routes are declared: each says who may call it and what it answers, and its schemas validate, document and type
 * it. The table of all routes can be printed; there is no other way to add one.
 */
import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { GantryError } from '@gantry/model';
import type { z } from 'zod';
import type { Answer, Answered } from './answers.ts';
import type { AgentCaller } from './hosts/agent-keys.ts';

/**
 * `anyone` on the host's network; the `owner` of the data directory, by token or with a browser that is signed in; an
 * `agent` that was given a token.
 */
export type Caller = 'anyone' | 'owner' | 'agent';

export interface Keys {
  /** The owner's token. */
  readonly owner: string;
  readonly agents: Agents;
}

/** How agents are known. */
export interface Agents {
  /** Undefined where no agent bears the token. */
  identify(token: string): Promise<AgentCaller | undefined>;
}

/** How browsers are known. */
export interface Browsers {
  /** True where the request bears the cookie of a browser that is signed in. */
  knows(request: FastifyRequest): boolean;
}

interface Schemas {
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
  readonly params?: z.ZodType;
  /** A schema of the model, or what it is where that is no JSON. */
  readonly answer: Answer;
}

type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

export interface Call<S extends Schemas> {
  readonly body: Output<S['body']>;
  readonly query: Output<S['query']>;
  readonly params: Output<S['params']>;
  /** Which agent calls; of other routes, the server's own. */
  readonly caller: AgentCaller;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export interface Route<S extends Schemas = Schemas> {
  readonly method: HTTPMethods;
  readonly path: string;
  readonly who: Caller;
  /** The operation's name, in camel case; it stays the same, as programs are generated from it. */
  readonly operation: string;
  /** What it does, in one line without a full stop. */
  readonly summary: string;
  readonly schemas: S;
  readonly handle: (call: Call<S>) => Promise<Answered<S['answer']>>;
}

/** Types a route; the same as the object itself. */
export function route<const S extends Schemas>(definition: Route<S>): Route {
  return definition;
}

/** Adds the routes to the server, each behind its check. */
export function addRoutes(
  server: FastifyInstance,
  routes: readonly Route[],
  keys: Keys,
  browsers: Browsers,
): void {
  const callers = new WeakMap<FastifyRequest, AgentCaller>();
  for (const { method, path, who, schemas, handle } of routes) {
    server.route({
      method,
      url: path,
      onRequest: async (request) => {
        const caller = await admit(who, request, keys, browsers);
        if (caller === undefined) throw unauthorized();
        callers.set(request, caller);
      },
      handler: async (request, reply) => {
        const answer = await handle({
          body: parse(schemas.body, request.body, 'body'),
          query: parse(schemas.query, request.query, 'query'),
          params: parse(schemas.params, request.params, 'path'),
          caller: callers.get(request) ?? 'host',
          request,
          reply,
        });
        // A stream whose reader has gone has not ended, and yet is not to be answered again.
        if (reply.sent || reply.raw.headersSent || reply.raw.destroyed) return reply;
        return answer === undefined ? reply.code(204).send() : answer;
      },
    });
  }
}

/** Undefined where the request may not be answered. */
async function admit(
  who: Caller,
  request: FastifyRequest,
  keys: Keys,
  browsers: Browsers,
): Promise<AgentCaller | undefined> {
  switch (who) {
    case 'anyone':
      return 'host';
    case 'owner':
      return isOwner(request, keys.owner, browsers) ? 'host' : undefined;
    case 'agent': {
      const token = tokenOf(request);
      return token === undefined ? undefined : keys.agents.identify(token);
    }
  }
}

function isOwner(request: FastifyRequest, token: string, browsers: Browsers): boolean {
  if (request.headers.authorization !== undefined) return bears(request, token);
  return browsers.knows(request) && (isReading(request) || isOwnPage(request));
}

function isReading({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

/**
 * True where a browser says that one of our own pages sends the request. Another program's page on this host counts
 * as the same site, so that a cookie's `SameSite` alone would let it in.
 */
function isOwnPage({ headers, protocol }: FastifyRequest): boolean {
  if (headers['sec-fetch-site'] !== undefined) return headers['sec-fetch-site'] === 'same-origin';
  return headers.host !== undefined && headers.origin === `${protocol}://${headers.host}`;
}

function bears(request: FastifyRequest, token: string): boolean {
  const given = tokenOf(request);
  if (given === undefined) return false;
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function tokenOf(request: FastifyRequest): string | undefined {
  return /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
}

function unauthorized(): GantryError {
  return new GantryError('unauthorized', 'The request bears no token that may do this.', {
    mend: 'Send `Authorization: Bearer TOKEN`; with a browser, sign in at the address that `gantry up` prints.',
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
    mend: 'What a request may hold is in the description of the interface: `GET /api/v1/openapi.json`, or docs/api.md.',
  });
}
