/**
 * The agent: joins, serves one session after another until it is asked to stop or drained. Each session has a
 * runner and a log of its own, so that nothing of a lost one reaches the next.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { AgentClient } from '@gantry/client';
import { GantryError, isGantryError, type AgentCapacity, type JoinAnswer } from '@gantry/model';
import { ProcessRunner } from '@gantry/runners';
import { openLogWriter } from '@gantry/storage';
import { openAgentFolder, type AgentFolder } from './agent-folder.ts';
import { AgentSession, type SessionEnd } from './agent-session.ts';
import type { AgentSettings } from './agent-settings.ts';
import { adaptLog, openOutputStore } from './attempt-storage.ts';
import { Backoff, pause } from './backoff.ts';
import { isUnauthorized } from './refusals.ts';

export interface AgentOptions extends AgentSettings {
  /** A line for whoever watches the agent. */
  readonly log: (line: string) => void;
}

const version = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

/**
 * Resolves when the agent was asked to stop, or drained, and all that it started has ended.
 * @throws {GantryError} `agent-unauthorized` if the token is refused, `agent-folder-in-use`
 */
export async function runAgent(options: AgentOptions, stop: AbortSignal): Promise<void> {
  const folder = await openFolderSoon(options, stop);
  if (folder.leftovers > 0) options.log(`killed ${folder.leftovers} processes of an agent that was killed`);
  const client = new AgentClient({ server: options.server, token: options.token });
  try {
    let end: SessionEnd = 'lost';
    while (end === 'lost' && !stop.aborted) end = await serveSession(options, client, folder, stop);
    options.log(end === 'drained' ? 'drained' : 'stopped');
  } catch (error) {
    if (!isUnauthorized(error)) throw error;
    throw new GantryError('agent-unauthorized', `the server ${options.server} refused the agent's token`, {
      mend: 'Give the token of this server: --token-file, or GANTRY_AGENT_TOKEN.',
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
  stop: AbortSignal,
): Promise<SessionEnd> {
  const found = await joinServer(options, client, folder.marker, stop);
  if (found === undefined) return 'stopped';
  const { joined, joinedAt } = found;
  options.log(`joined ${options.server} as "${options.name}", session ${joined.session}`);
  const writer = await openLogWriter(joined.logFolder ?? join(folder.logFolder, joined.session));
  const runner = new ProcessRunner({
    marker: `${folder.marker}.${randomUUID()}`,
    log: adaptLog(writer),
    store: openOutputStore(joined.storeFolder),
    scratchFolder: folder.scratchFolder,
    cacheFolder: folder.cacheFolder,
    maxWorkers: maxWorkers(options.capacity),
    warn: options.log,
  });
  try {
    const { capacity, log } = options;
    return await new AgentSession({ client, runner, capacity, joined, joinedAt, log }).run(stop);
  } finally {
    await runner.close();
    await writer.close();
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

/** Tries until the server answers; undefined if asked to stop before. */
async function joinServer(
  { name, capacity, labels, server, log }: AgentOptions,
  client: AgentClient,
  instance: string,
  stop: AbortSignal,
): Promise<{ joined: JoinAnswer; joinedAt: number } | undefined> {
  const backoff = new Backoff();
  let told = '';
  while (!stop.aborted) {
    const joinedAt = performance.now();
    try {
      const joined = await client.join(
        { name, instance, host: hostname(), capacity, labels: { ...labels }, version },
        stop,
      );
      return { joined, joinedAt };
    } catch (error) {
      if (isUnauthorized(error)) throw error;
      const why = error instanceof Error ? error.message : String(error);
      if (why !== told && !stop.aborted) log(`waiting for ${server}: ${why}`);
      told = why;
      await backoff.wait(stop);
    }
  }
  return undefined;
}
