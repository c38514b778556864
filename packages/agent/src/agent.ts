/**
 * The agent: joins, serves one session after another until it is asked to stop or drained. Each session has a
 * runner and a log of its own, so that nothing of a lost one reaches the next.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { AgentClient } from '@gantry/client';
import {
  GantryError,
  isGantryError,
  type AgentCapacity,
  type JoinAnswer,
  type PathMap,
  type RemoteStorage,
} from '@gantry/model';
import { ProcessRunner, removeFolder } from '@gantry/runners';
import { openLogWriter } from '@gantry/storage';
import { openAgentFolder, type AgentFolder } from './agent-folder.ts';
import { AgentSession, type SessionEnd } from './agent-session.ts';
import type { AgentSettings } from './agent-settings.ts';
import { adaptLog, openOutputStore } from './attempt-storage.ts';
import { Backoff, pause } from './backoff.ts';
import { explain } from './credential.ts';
import { findStorage, type StorageChoice } from './find-storage.ts';
import { watchMachine } from './machine-load.ts';
import { reconcileEvery } from './reconcile.ts';
import { isRefusedForGood, isUnauthorized } from './refusals.ts';
import { InputCache } from './transfer/input-cache.ts';
import { openTransfer } from './transfer/open-transfer.ts';

export interface AgentOptions extends AgentSettings {
  /** A line for whoever watches the agent. */
  readonly log: (line: string) => void;
  /** Of an agent of another machine; absent where it sees all paths as the server does. */
  readonly remote?: RemoteOptions | undefined;
}

export interface RemoteOptions {
  readonly choice: StorageChoice;
  readonly maps: readonly PathMap[];
  /** Bytes of files that were brought and are kept for the next. */
  readonly cacheBytes: number;
  /** The standard tools of this machine. */
  readonly standardTools: string | undefined;
}

/** Gantry's version: that of the server must be of the same release. */
export const version = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

/** How often it is looked for what should not be here (ms). */
const reconcileMs = 30_000;

/**
 * Resolves when the agent was asked to stop, or drained, and all that it started has ended.
 * @throws {GantryError} `agent-unauthorized` if the token is refused, `agent-folder-in-use`
 */
export async function runAgent(options: AgentOptions, stop: AbortSignal): Promise<void> {
  const folder = await openFolderSoon(options, stop);
  if (folder.leftovers > 0) options.log(`killed ${folder.leftovers} processes of an agent that was killed`);
  const client = new AgentClient({ server: options.server, token: options.token });
  const cache =
    options.remote === undefined
      ? undefined
      : await InputCache.open(folder.inputFolder, options.remote.cacheBytes);
  try {
    let end: SessionEnd = 'lost';
    while (end === 'lost' && !stop.aborted) end = await serveSession(options, client, folder, cache, stop);
    options.log(end === 'drained' ? 'drained' : 'stopped');
  } catch (error) {
    if (!isUnauthorized(error)) throw error;
    throw new GantryError('agent-unauthorized', `the server ${options.server} refused the agent's token`, {
      mend:
        options.remote === undefined
          ? 'Give the token of this server: --token-file, or GANTRY_AGENT_TOKEN.'
          : `Its right to come was revoked: remove ${join(options.dataFolder, 'credential.json')}, and have the machine invited again.`,
      cause: error,
    });
  } finally {
    await folder.release();
  }
}

/** An agent that lost its host may still be ending what it ran (ms). */
const folderPatience = 15_000;

async function openFolderSoon({ dataFolder, log }: AgentOptions, stop: AbortSignal): Promise<AgentFolder> {
  const until = performance.now() + folderPatience;
  for (let told = false; ; told = true) {
    try {
      return await openAgentFolder(dataFolder);
    } catch (error) {
      const held = isGantryError(error) && error.code === 'agent-folder-in-use';
      if (!held || stop.aborted || performance.now() > until) throw error;
      if (!told) log(`${error.message}; waiting up to ${folderPatience / 1000} s for it to end`);
      await pause(250, stop);
    }
  }
}

async function serveSession(
  options: AgentOptions,
  client: AgentClient,
  folder: AgentFolder,
  cache: InputCache | undefined,
  stop: AbortSignal,
): Promise<SessionEnd> {
  const found = await joinServer(options, client, folder, stop);
  if (found === undefined) return 'stopped';
  const { joined, joinedAt, storage } = found;
  const how =
    storage === undefined
      ? ''
      : storage.kind === 'shared'
        ? `; it sees the store at ${storage.store}`
        : '; files travel over the server';
  options.log(`joined ${options.server} as "${options.name}", session ${joined.session}${how}`);
  const logFolder = joined.logFolder ?? join(folder.logFolder, joined.session);
  const writer = await openLogWriter(logFolder);
  const marker = `${folder.marker}.${randomUUID()}`;
  const processes = new ProcessRunner({
    marker,
    log: adaptLog(writer),
    store: openOutputStore(joined.storeFolder),
    scratchFolder: folder.scratchFolder,
    cacheFolder: folder.cacheFolder,
    maxWorkers: maxWorkers(options.capacity),
    warn: options.log,
  });
  const transfer =
    storage === undefined || cache === undefined
      ? undefined
      : openTransfer({ ...options, session: joined.session, storage, cache, logFolder, runner: processes });
  const runner = transfer?.runner ?? processes;
  const { capacity, log } = options;
  const session = new AgentSession({
    ...{ client, runner, capacity, joined, joinedAt, log },
    machine: watchMachine(),
    trouble: () => transfer?.runner.trouble,
  });
  const own = storage?.kind === 'transfer' ? storage.store : undefined;
  const stopReconciling = reconcileEvery(reconcileMs, {
    folder,
    marker,
    store: own,
    held: () => session.held,
    log,
  });
  try {
    return await session.run(stop);
  } finally {
    await stopReconciling();
    await runner.close();
    await writer.close();
    await transfer?.close();
    if (transfer !== undefined) await removeFolder(logFolder);
  }
}

/**
 * Workers that may live at a time, idle ones counted: one per slot, and, where a quarter of the memory holds them, some
 * more, so that stages which take turns do not end each other's workers (with a worker per slot alone 1,000 tasks over
 * two stages took 52 s, nearly all of it starts).
 */
function maxWorkers({ slots, memory }: AgentCapacity): number {
  const idleWorkerBytes = 256 * 2 ** 20;
  return slots + Math.min(16, Math.floor(memory / 4 / idleWorkerBytes));
}

interface Joined {
  readonly joined: JoinAnswer;
  readonly joinedAt: number;
  readonly storage: RemoteStorage | undefined;
}

/** Tries until the server answers; undefined if asked to stop before. */
async function joinServer(
  { name, capacity, labels, server, remote, log }: AgentOptions,
  client: AgentClient,
  folder: AgentFolder,
  stop: AbortSignal,
): Promise<Joined | undefined> {
  const backoff = new Backoff();
  let told = '';
  while (!stop.aborted) {
    try {
      const storage =
        remote === undefined
          ? undefined
          : await findStorage({ ...remote, ...folder }, () => client.probe(version, stop));
      const joinedAt = performance.now();
      const joined = await client.join(
        {
          ...{ name, instance: folder.marker, host: hostname(), capacity, version },
          labels: { ...labels },
          ...(storage === undefined ? {} : { storage }),
        },
        stop,
      );
      return { joined, joinedAt, storage };
    } catch (error) {
      if (isUnauthorized(error)) throw error;
      // What people have to mend, at the first time; later a mount may only be away for a while.
      if (isGantryError(error) && told === '') throw error;
      if (isRefusedForGood(error)) throw explain(error, server);
      const why = error instanceof Error ? error.message : String(error);
      if (why !== told && !stop.aborted) log(`waiting for ${server}: ${why}`);
      told = why;
      await backoff.wait(stop);
    }
  }
  return undefined;
}
