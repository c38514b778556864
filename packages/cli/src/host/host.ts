/**
 * A host: this process with the database, the server and, where tasks are to run, an agent, in a data directory that
 * it holds the lock of. The composition root: nothing else starts these parts. Whether to host at all is left to
 * `server-access.ts`.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { ServerUser } from '@gantry/database';
import type { GantryError } from '@gantry/model';
import { publishServer, withdrawServer, type DataDirectory } from '@gantry/storage';
import { exampleFolder } from '../example-folder.ts';
import { standardTools } from '../standard-tools.ts';
import { webFolder } from '../web-folder.ts';
import type { Settings } from '../settings.ts';
import { version } from '../version.ts';
import { startAgent, type AgentProcess } from './agent-process.ts';
import { openDatabase } from './database.ts';
import { readWebhookSecret } from './webhook-secret.ts';
import { countGuests } from './guests.ts';

export interface Host {
  readonly url: string;
  readonly token: string;
  /** Fulfilled with the error when the database or the agent is gone for good. */
  readonly failed: Promise<GantryError>;
  /**
   * Takes the invitation back. False if others use the server: then it is open to them again.
   */
  withdraw(): Promise<boolean>;
  /** Ends all parts in order, and gives the data directory up. */
  close(): Promise<void>;
  /** Ends them at once, without waiting; the next command recovers. */
  kill(): void;
}

export interface HostOptions {
  /** Opened by the caller; closed with the host, or if it cannot be started. */
  readonly data: DataDirectory;
  readonly settings: Settings;
  readonly databaseUser: ServerUser | undefined;
  /** True for a host that runs tasks, and that other commands may use. */
  readonly withAgent: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

const makeToken = (): string => randomBytes(32).toString('base64url');

export async function startHost(options: HostOptions): Promise<Host> {
  const { data, settings, log, env, signal } = options;
  const endings: (() => Promise<void>)[] = [() => data.close()];
  // In the reverse order of their start. One that fails keeps none of the others from ending.
  const end = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (let next = endings.pop(); next !== undefined; next = endings.pop()) {
      await next().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  };
  try {
    // A quarter of a second of loading, while PostgreSQL starts.
    const loading = import('@gantry/server');
    loading.catch(() => {});
    const database = await openDatabase({
      layout: data,
      url: settings.databaseUrl,
      user: options.databaseUser,
      log,
      signal,
    });
    endings.push(() => database.close());
    const { startServer } = await loading;
    const [token, agentToken] = [makeToken(), makeToken()];
    const server = await startServer({
      dataDirectory: data,
      pool: database.pool,
      host: settings.host,
      port: options.withAgent ? settings.port : 0,
      userToken: token,
      agentToken,
      toolFolders: [standardTools, ...settings.tools],
      standardTools,
      exampleFolder,
      webFolder,
      version,
      notices: {
        failureNotice: settings.failureNotice,
        webhooks: settings.webhooks,
        webhookSecret: await readWebhookSecret(settings),
      },
      log,
    });
    endings.push(() => server.close());
    let agent: AgentProcess | undefined;
    const publish = (): Promise<void> => publishServer(data, { url: server.url, token, pid: process.pid });
    if (options.withAgent) {
      const folder = join(data.path, 'agent');
      agent = startAgent({ url: server.url, token: agentToken, folder, slots: settings.slots, env, log });
      endings.push(agent.stop);
      await publish();
      endings.push(() => withdrawServer(data));
    }
    signal.throwIfAborted();
    return {
      url: server.url,
      token,
      failed: Promise.race([database.failed, ...(agent === undefined ? [] : [agent.failed])]),
      async withdraw() {
        if (!options.withAgent) return true;
        // In this order: whoever has read the record by now has signed in before.
        await withdrawServer(data);
        if ((await countGuests(data)) === 0) return true;
        await publish();
        return false;
      },
      close: end,
      kill() {
        agent?.kill();
        database.kill();
      },
    };
  } catch (error) {
    await end().catch((failure: unknown) => {
      log(
        `Ending what had started failed, too: ${failure instanceof Error ? failure.message : String(failure)}`,
      );
    });
    throw error;
  }
}
