/** The description of the interface: it is sound, it is what the repository shows, and the server keeps to it. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testDatabase } from '@gantry/database/testing';
import { openDataDirectory, type DataDirectory } from '@gantry/storage';
import { media, nothing } from '../src/answers.ts';
import { declaredRoutes, describeApi, startServer, type RunningServer } from '../src/index.ts';
import { route, type Route } from '../src/routes.ts';

const database = testDatabase();
const committed = join(import.meta.dirname, '..', '..', '..', 'docs', 'api', 'openapi.json');
let folder: string;
let data: DataDirectory;
let server: RunningServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-description-'));
  data = await openDataDirectory(join(folder, 'data'), { explicit: true });
  server = await startServer({
    dataDirectory: data,
    pool: database.pool,
    host: '127.0.0.1',
    port: 0,
    userToken: 'owner-token',
    agentToken: 'agent-token',
    toolFolders: [],
    version: 'test',
  });
});

afterAll(async () => {
  await server.close();
  await data.close();
  await rm(folder, { recursive: true, force: true });
});

const asJson = (value: unknown): Record<string, unknown> =>
  JSON.parse(JSON.stringify(value)) as Record<string, unknown>;

/** A route for tests; `more` goes over what it says. */
function exampleRoute(more: Partial<Route>): Route {
  return {
    ...route({
      method: 'GET',
      path: '/api/v1/examples',
      who: 'owner',
      operation: 'readExample',
      summary: 'Reads an example',
      schemas: { answer: nothing },
      handle: () => Promise.resolve(),
    }),
    ...more,
  };
}

describe('the description of the interface', () => {
  it('is a valid OpenAPI 3.1 document, whose references all lead somewhere', async () => {
    const document = asJson(describeApi(declaredRoutes()));
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(validator.version).toBe('3.1');

    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, one]) => one!);
    expect(references.length).toBeGreaterThan(20);
    for (const reference of references) {
      const found = reference
        .slice('#/'.length)
        .split('/')
        .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], document);
      expect(found, reference).toBeDefined();
    }
  });

  it('is refused by the validator where it is not sound', async () => {
    const document = asJson(describeApi(declaredRoutes()));
    const broken = { ...document, paths: { '/api/v1/x': { get: { responses: 'none' } } } };
    expect((await new Validator().validate(broken)).valid).toBe(false);
  });

  it('is what the repository shows, and what a server hands to anyone', async () => {
    const shown: unknown = JSON.parse(await readFile(committed, 'utf8'));
    expect(asJson(describeApi(declaredRoutes()))).toEqual(shown);
    const response = await fetch(`${server.url}/api/v1/openapi.json`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(shown);
  });

  it('speaks of every route of the interface once, in a line', () => {
    const routes = declaredRoutes().filter(({ path }) => path.startsWith('/api/'));
    const { paths } = describeApi(routes);
    const operations = Object.values(paths).flatMap((path) => Object.values(path));
    expect(operations).toHaveLength(routes.length);
    for (const { operationId, summary } of operations) {
      expect(operationId).toMatch(/^[a-z][A-Za-z]+$/);
      expect(summary, String(operationId)).toMatch(/^[A-Z][^\n]+[^.\n]$/);
    }
  });

  it('says who may call, and the server lets nobody else', async () => {
    const { paths } = describeApi(declaredRoutes());
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { 'x-gantry-caller': who, operationId }] of Object.entries(methods)) {
        const call = async (token?: string): Promise<number> => {
          const response = await fetch(server.url + path.replaceAll(/\{\w+\}/g, '0'), {
            // `fetch` writes all but this one in capitals by itself: PATCH.
            method: method.toUpperCase(),
            headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
            signal: AbortSignal.timeout(10_000),
          });
          await response.body?.cancel();
          return response.status;
        };
        const seen = {
          anyone: await call(),
          owner: await call('owner-token'),
          agent: await call('agent-token'),
        };
        const refused = Object.entries(seen).filter(([, status]) => status === 401);
        expect(
          refused.map(([caller]) => caller),
          String(operationId),
        ).toEqual({ owner: ['anyone', 'agent'], agent: ['anyone', 'owner'], anyone: [] }[String(who)]);
      }
    }
  });

  it('tells what a request may leave out from what an answer always has', () => {
    const inner = z.object({ size: z.int().default(5) });
    const described = asJson(
      describeApi([
        exampleRoute({
          method: 'POST',
          path: '/api/v1/examples/:name',
          schemas: {
            params: z.object({ name: z.string() }),
            query: z.object({ limit: z.coerce.number().int().default(3), of: z.string() }),
            body: z.object({ inner }),
            answer: z.object({ inner }),
          },
        }),
      ]).paths['/api/v1/examples/{name}']!['post']!,
    );
    expect(described['parameters']).toMatchObject([
      { name: 'name', in: 'path', required: true },
      { name: 'limit', in: 'query', required: false, schema: { type: 'integer', default: 3 } },
      { name: 'of', in: 'query', required: true },
    ]);
    const innerOf = (holder: unknown): unknown =>
      (holder as { content: Record<string, { schema: { properties: { inner: unknown } } }> }).content[
        'application/json'
      ]!.schema.properties.inner;
    expect(innerOf(described['requestBody'])).not.toHaveProperty('required');
    expect(innerOf((described['responses'] as Record<string, unknown>)['200'])).toMatchObject({
      required: ['size'],
    });
  });

  it('names the parts of a stream, and says where there is no body', () => {
    const { paths } = describeApi([
      exampleRoute({ path: '/api/v1/a', schemas: { answer: media('application/x-ndjson', z.string()) } }),
      exampleRoute({ path: '/api/v1/b', operation: 'doIt', schemas: { answer: nothing } }),
    ]);
    expect(paths['/api/v1/a']!['get']!['responses']).toMatchObject({
      200: { content: { 'application/x-ndjson': { 'x-gantry-part': { type: 'string' } } } },
    });
    expect(paths['/api/v1/b']!['get']!['responses']).toMatchObject({ 204: {} });
  });

  it('is not made of routes that share a name or hide a part of their path', () => {
    expect(() => describeApi([exampleRoute({}), exampleRoute({ method: 'POST' })])).toThrow(/readExample/);
    expect(() => describeApi([exampleRoute({ path: '/api/v1/examples/:id' })])).toThrow(/id of its path/);
  });
});
