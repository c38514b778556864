/**
 * The HTTP server over an engine: the order of its parts, and what it does by the clock. Opening the data directory
 * and the database is left to the composition root.
 */
import { expireSessions, openEngine, renewAllSessions } from '@gantry/engine';
import { userApiPath, GantryError, type ServerStatus } from '@gantry/model';
import type { Pool } from '@gantry/database';
import type { DataDirectory } from '@gantry/storage';
import { fastify, type FastifyInstance } from 'fastify';
import { agentRoutes } from './agent-routes.ts';
import { leaseSeconds, type ServerContext } from './context.ts';
import { datasetRoutes } from './dataset-routes.ts';
import { toProblem } from './problem.ts';
import { removeAttempts } from './remove-attempts.ts';
import { addRoutes, route, type Route } from './routes.ts';
import { runRoutes } from './run-routes.ts';
import { taskRoutes } from './task-routes.ts';

export interface ServerOptions {
  /** Opened, and held until the server has closed. */
  readonly dataDirectory: DataDirectory;
  /** On a migrated database. */
  readonly pool: Pool;
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly userToken: string;
  readonly agentToken: string;
  /** Folders of the standard tools. */
  readonly toolFolders: readonly string[];
  readonly version: string;
  readonly log?: ((line: string) => void) | undefined;
}

export interface RunningServer {
  readonly url: string;
  /** Ends open requests and stops. The pool is the caller's. */
  close(): Promise<void>;
}

/** Largest request: a block of reports or items. */
const maxBodyBytes = 64 * 2 ** 20;
const expireEveryMs = 1000;

/** @throws GantryError `port-in-use` */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const closing = new AbortController();
  const context: ServerContext = {
    engine: openEngine(options.pool),
    data: options.dataDirectory,
    project: 1,
    toolFolders: options.toolFolders,
    version: options.version,
    started: Date.now(),
    log: options.log ?? (() => {}),
    closing: closing.signal,
  };
  const server = fastify({ bodyLimit: maxBodyBytes, forceCloseConnections: true });
  server.setErrorHandler(async (error, request, reply) => {
    const problem = toProblem(fromFastify(error));
    if (problem.status >= 500) {
      context.log(
        `${request.method} ${request.url}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    }
    return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  });
  server.setNotFoundHandler((request, reply) => {
    const problem = toProblem(new GantryError('not-found', `There is no ${request.method} ${request.url}.`));
    return reply.code(404).type('application/problem+json').send(JSON.stringify(problem));
  });
  addRoutes(server, routesOf(context), { owner: options.userToken, agent: options.agentToken });

  // While nobody listened nobody could be heard.
  await renewAllSessions(context.engine, leaseSeconds);
  const url = await listen(server, options);
  const stopExpiring = every(expireEveryMs, context, async () => {
    await removeAttempts(context, await expireSessions(context.engine));
  });
  return {
    url,
    async close() {
      closing.abort();
      await stopExpiring();
      await server.close();
    },
  };
}

/** Every route there is, with who may call it. */
function routesOf(context: ServerContext): Route[] {
  return [
    route({
      method: 'GET',
      path: `${userApiPath}/status`,
      who: 'owner',
      schemas: {},
      handle: (): Promise<ServerStatus> =>
        Promise.resolve({
          version: context.version,
          pid: process.pid,
          dataDirectory: context.data.path,
          upSeconds: (Date.now() - context.started) / 1000,
        }),
    }),
    ...datasetRoutes(context),
    ...runRoutes(context),
    ...taskRoutes(context),
    ...agentRoutes(context),
  ];
}

async function listen(server: FastifyInstance, options: ServerOptions): Promise<string> {
  try {
    return await server.listen({ host: options.host, port: options.port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new GantryError('port-in-use', `Port ${options.port} of ${options.host} is in use.`, {
      mend: 'Stop what uses it, or set another one with --port or GANTRY_PORT.',
      cause: error,
    });
  }
}

/** Errors of the framework in our words; all others as they are. */
function fromFastify(error: unknown): unknown {
  const { code, statusCode, message } = error as { code?: unknown; statusCode?: unknown; message?: unknown };
  if (typeof code !== 'string' || !code.startsWith('FST_')) return error;
  if (typeof statusCode !== 'number' || statusCode >= 500) return error;
  return new GantryError('bad-request', String(message), { cause: error });
}

/** Does `work` again and again, never twice at once; the result ends it and waits for the one under way. */
function every(periodMs: number, context: ServerContext, work: () => Promise<void>): () => Promise<void> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();
  const next = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      current = work()
        .catch((error: unknown) => {
          context.log(`A periodic task failed: ${error instanceof Error ? error.message : String(error)}`);
        })
        .then(next);
    }, periodMs);
  };
  next();
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await current;
  };
}
