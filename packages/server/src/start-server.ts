/**
 * The HTTP server over an engine: the order of its parts, and what it does by the clock. Opening the data directory
 * and the database is left to the composition root.
 */
import {
  expireSessions,
  FolderListings,
  forgetNotifications,
  openEngine,
  openIntakes,
  openLiveSources,
  removeReplaced,
  removeTaskChanges,
  renewAllSessions,
  sweepStore,
  tellOfTooLarge,
} from '@gantry/engine';
import { agentApiPath, GantryError, userApiPath } from '@gantry/model';
import type { Pool } from '@gantry/database';
import { ViewCache } from '@gantry/imaging';
import type { DataDirectory } from '@gantry/storage';
import { fastify, type FastifyInstance } from 'fastify';
import { allRoutes } from './all-routes.ts';
import { leaseSeconds, type ServerContext } from './context.ts';
import { AgentKeys } from './hosts/agent-keys.ts';
import { FileTickets } from './hosts/file-tickets.ts';
import { MachineLoads } from './hosts/machine-loads.ts';
import { Uploads } from './hosts/uploads.ts';
import { FaultLog } from './log-faults.ts';
import { EventStream } from './event-stream.ts';
import { toProblem } from './problem.ts';
import { openMetrics } from './metrics/metrics.ts';
import { removeAttempts } from './remove-attempts.ts';
import { addRoutes } from './routes.ts';
import { SignIn } from './sign-in.ts';
import { TableCache } from './tables/read-table.ts';
import { addSecurityHeaders } from './web-files.ts';
import { Courier } from './webhooks/courier.ts';

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
  /** Folders of the standard tools, and of others that runs may use. */
  readonly toolFolders: readonly string[];
  /** The one of them that comes with Gantry, and that agents on other machines have, too. */
  readonly standardTools?: string | undefined;
  /** A folder of folders with an example pipeline each. */
  readonly exampleFolder?: string | undefined;
  /** Where the browser application was built; absent, its pages are not served. */
  readonly webFolder?: string | undefined;
  readonly version: string;
  readonly notices?: NoticeOptions | undefined;
  readonly log?: ((line: string) => void) | undefined;
}

/** Who is told of what happens, beside those who look. */
export interface NoticeOptions {
  /** A run at work with so many failed tasks is told of; 0, and never, if absent. */
  readonly failureNotice?: number | undefined;
  /** Addresses that notifications are sent to. */
  readonly webhooks?: readonly string[] | undefined;
  /** What they are signed with. */
  readonly webhookSecret?: string | undefined;
  /** For tests: the pause after a webhook's first failure, in ms. */
  readonly webhookPauseMs?: number | undefined;
}

export interface RunningServer {
  readonly url: string;
  /** Ends open requests and stops. The pool is the caller's. */
  close(): Promise<void>;
}

/** Largest request: a block of reports or items. */
const maxBodyBytes = 64 * 2 ** 20;
const expireEveryMs = 1000;
/** How often it is looked for tasks that no agent has room for, in ms. */
const roomEveryMs = 3000;
/** Bytes of replaced revisions are looked for so often. */
const replacedEveryMs = 10_000;
/** What changed in stages long ago is removed so often. */
const changesEveryMs = 30_000;
/** The first look through the whole store: a command that only looks is done by then. And every later one. */
const firstSweepMs = 10_000;
const sweepEveryMs = 6 * 3600 * 1000;
/** So long notifications are kept. */
const notificationDays = 90;

/** Requests that are held until there is something to say: how long they take says nothing of the server. */
const heldPaths: ReadonlySet<string> = new Set([`${agentApiPath}/claims`, `${userApiPath}/events`]);

/** @throws GantryError `port-in-use` */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const closing = new AbortController();
  const log = options.log ?? (() => {});
  const notices = options.notices ?? {};
  const engine = openEngine(options.pool, {
    failureNotice: notices.failureNotice ?? 0,
    webhooks: notices.webhooks ?? [],
  });
  const context: ServerContext = {
    engine,
    metrics: openMetrics({ engine, data: options.dataDirectory, version: options.version }),
    data: options.dataDirectory,
    live: await openLiveSources(engine, log),
    intakes: await openIntakes(engine, log),
    listings: new FolderListings(),
    project: 1,
    agents: new AgentKeys(engine, options.agentToken),
    tickets: await FileTickets.open(options.dataDirectory.run),
    machines: new MachineLoads(),
    uploads: new Uploads(options.dataDirectory.store),
    toolFolders: options.toolFolders,
    standardTools: options.standardTools,
    exampleFolder: options.exampleFolder,
    version: options.version,
    started: Date.now(),
    log,
    closing: closing.signal,
  };
  const faults = new FaultLog(log, options.pool);
  const signIn = await SignIn.open(options.dataDirectory);
  const events = new EventStream(context);
  const views = new ViewCache();
  const tables = new TableCache();
  let url = '';
  const server = fastify({ bodyLimit: maxBodyBytes, forceCloseConnections: true });
  server.setErrorHandler(async (error, request, reply) => {
    const problem = toProblem(faults.explain(fromFastify(error)));
    if (problem.status >= 500) faults.report(`${request.method} ${request.url}`, error);
    return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  });
  server.setNotFoundHandler((request, reply) => {
    const problem = toProblem(new GantryError('not-found', `There is no ${request.method} ${request.url}.`));
    return reply.code(404).type('application/problem+json').send(JSON.stringify(problem));
  });
  server.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request;
    const path = routeOptions.url ?? 'none';
    if (!heldPaths.has(path))
      context.metrics.observeRequest(method, path, reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
  addSecurityHeaders(server);
  const routes = allRoutes({
    ...{ context, events, signIn, views, tables },
    url: () => url,
    webFolder: options.webFolder,
  });
  // Bytes of outputs and logs: read by their routes as they come.
  server.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
  addRoutes(server, routes, { owner: options.userToken, agents: context.agents }, signIn);

  // While nobody listened nobody could be heard.
  await renewAllSessions(context.engine, leaseSeconds);
  try {
    url = await listen(server, options);
  } catch (error) {
    await events.close();
    await context.intakes.close();
    await context.live.close();
    throw error;
  }
  const courier = new Courier({
    engine,
    secret: notices.webhookSecret,
    version: options.version,
    log,
    faults,
    firstPauseMs: notices.webhookPauseMs,
  });
  await forgetNotifications(engine, notificationDays);
  const stopExpiring = every(expireEveryMs, faults, async () => {
    await removeAttempts(context, await expireSessions(context.engine));
  });
  const stopLooking = every(roomEveryMs, faults, () => tellOfTooLarge(engine));
  const swept = { engine, store: options.dataDirectory.store, log };
  const stopRemoving = every(replacedEveryMs, faults, async () => {
    await removeReplaced(swept);
  });
  const stopForgetting = every(changesEveryMs, faults, () => removeTaskChanges(engine));
  const stopSweeping = every(
    sweepEveryMs,
    faults,
    async () => {
      await sweepStore(swept, closing.signal).catch((error: unknown) => {
        // It goes on from the start next time.
        if (!closing.signal.aborted) throw error;
      });
    },
    firstSweepMs,
  );
  return {
    url,
    async close() {
      closing.abort();
      await events.close();
      await Promise.all([stopExpiring(), stopLooking(), stopRemoving(), stopForgetting(), stopSweeping()]);
      await server.close();
      await context.intakes.close();
      // Behind what may still have ended a run.
      await courier.close();
      await Promise.all([views.close(), tables.close()]);
      await context.live.close();
    },
  };
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

/**
 * Does `work` again and again, never twice at once, for the first time after `firstMs`; the result ends it and waits
 * for the one under way.
 */
function every(
  periodMs: number,
  faults: FaultLog,
  work: () => Promise<void>,
  firstMs = periodMs,
): () => Promise<void> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();
  const next = (waitMs: number): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      current = work()
        .catch((error: unknown) => {
          faults.report('A periodic task', error);
        })
        .then(() => next(periodMs));
    }, waitMs);
  };
  next(firstMs);
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await current;
  };
}
