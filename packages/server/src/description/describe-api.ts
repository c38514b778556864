/**
 * The OpenAPI 3.1 document of the interfaces below `/api`, made from the table of routes. Pages and the sign-in are
 * no part of it. Writing it to `docs/api` is left to `scripts/generate-api.ts`.
 */
import { agentApiPath, problemSchema } from '@gantry/model';
import { z } from 'zod';
import type { Answer } from '../answers.ts';
import type { Caller, Route } from '../routes.ts';
import { SchemaComponents, type Json } from './json-schemas.ts';

export interface ApiDocument {
  readonly openapi: string;
  readonly info: Json;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly components: Json;
  readonly [part: string]: unknown;
}

/** Which tag the requests of agents have. */
const agentTag = 'agent protocol';

/** Tags other than the first word of a path, by that word. */
const tags: Readonly<Record<string, string>> = {
  watches: 'datasets',
  events: 'server',
  'openapi.json': 'server',
  'sign-in-addresses': 'server',
  'sign-out': 'server',
  status: 'server',
};

const securitySchemes = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description: 'The token of the data directory’s owner, which its file `run/server.json` holds.',
  },
  cookie: {
    type: 'apiKey',
    in: 'cookie',
    name: 'gantry-ID',
    description:
      'A browser that is signed in; ID belongs to the data directory. What changes something must come from a page of the same origin.',
  },
  agentToken: { type: 'http', scheme: 'bearer', description: 'The token that an agent was given.' },
};

const security: Readonly<Record<Caller, readonly Json[]>> = {
  anyone: [],
  owner: [{ token: [] }, { cookie: [] }],
  agent: [{ agentToken: [] }],
};

/** @throws Error where two operations have one name, or a route does not describe a part of its path */
export function describeApi(routes: readonly Route[]): ApiDocument {
  const schemas = new SchemaComponents();
  const paths: Record<string, Record<string, Json>> = {};
  const operations = new Set<string>();
  for (const route of routes) {
    if (!isOfTheApi(route)) continue;
    if (operations.has(route.operation)) throw new Error(`two routes have the operation ${route.operation}`);
    operations.add(route.operation);
    const path = (paths[documentedPath(route.path)] ??= {});
    path[String(route.method).toLowerCase()] = describeOperation(route, schemas);
  }
  const problem = {
    description: 'What went wrong, as problem details (RFC 9457); `code` says which, `mend` what to do.',
    content: { 'application/problem+json': { schema: schemas.describe(problemSchema, 'output') } },
  };
  const settled = schemas.settle({ paths, problem });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Gantry',
      version: '1',
      description: 'Pipelines over lattices of images: datasets, runs, tasks, and what they made.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.filter(isOfTheApi).map(tagOf))].map((name) => ({ name })),
    paths: settled.document.paths,
    components: {
      schemas: settled.components,
      responses: { Problem: settled.document.problem },
      securitySchemes,
    },
  };
}

export function isOfTheApi({ path }: Route): boolean {
  return path.startsWith('/api/');
}

/** What a route is about: the first word behind the interface's path, in most cases. */
export function tagOf({ path }: Route): string {
  if (path.startsWith(agentApiPath)) return agentTag;
  const word = path.split('/')[3] ?? '';
  return tags[word] ?? word;
}

/** `/runs/:id` as `/runs/{id}` */
function documentedPath(path: string): string {
  return path.replaceAll(/:(\w+)/g, '{$1}');
}

function describeOperation(route: Route, schemas: SchemaComponents): Json {
  const { params, query, body, answer } = route.schemas;
  const parameters = [
    ...describeParameters(params, 'path', schemas),
    ...describeParameters(query, 'query', schemas),
  ];
  for (const [, name] of route.path.matchAll(/:(\w+)/g)) {
    if (parameters.some((parameter) => parameter['in'] === 'path' && parameter['name'] === name)) continue;
    throw new Error(`the route ${route.operation} does not say what ${name} of its path is`);
  }
  return {
    operationId: route.operation,
    summary: route.summary,
    tags: [tagOf(route)],
    'x-gantry-caller': route.who,
    security: security[route.who],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemas.describe(body, 'input') } },
          },
        }),
    responses: { ...describeAnswer(answer, schemas), default: { $ref: '#/components/responses/Problem' } },
  };
}

function describeParameters(
  schema: z.ZodType | undefined,
  where: 'path' | 'query',
  schemas: SchemaComponents,
): Json[] {
  if (schema === undefined) return [];
  if (!(schema instanceof z.ZodObject)) throw new Error(`the schema of a ${where} is no object`);
  return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, part]) => {
    const { description, ...rest } = schemas.describe(part, 'input');
    const required = where === 'path' || !part.safeParse(undefined).success;
    return { name, in: where, required, ...(description === undefined ? {} : { description }), schema: rest };
  });
}

function describeAnswer(answer: Answer, schemas: SchemaComponents): Json {
  if (!('kind' in answer)) {
    const content = { 'application/json': { schema: schemas.describe(answer, 'output') } };
    return { 200: { description: 'The answer', content } };
  }
  switch (answer.kind) {
    case 'nothing':
      return { 204: { description: 'Done' } };
    case 'redirection':
      return { 303: { description: 'Look there', headers: { location: { schema: { type: 'string' } } } } };
    case 'media': {
      const part =
        answer.part === undefined ? {} : { 'x-gantry-part': schemas.describe(answer.part, 'output') };
      const content = answer.types.map((type) => [type, { ...describeBytes(type), ...part }] as const);
      return { 200: { description: 'The bytes', content: Object.fromEntries(content) } };
    }
  }
}

function describeBytes(type: string): Json {
  return type.startsWith('text/') || type.includes('json') ? { schema: { type: 'string' } } : {};
}
