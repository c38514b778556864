/**
 * The agent's own folder: locked, so that one agent lives in it at a time; it holds the marker by which what an
 * earlier agent left behind is found, and scratch folders.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GantryError } from '@gantry/model';
import { killMarked, removeFolder } from '@gantry/runners';
import { lockFile } from '@gantry/storage';

export interface AgentFolder {
  /** What this agent and its predecessors start bears it in its environment, followed by a dot and the session's. */
  readonly marker: string;
  readonly scratchFolder: string;
  readonly cacheFolder: string;
  readonly logFolder: string;
  /** Of an agent of another machine: attempts that run, files that were brought, tools that were brought. */
  readonly storeFolder: string;
  readonly inputFolder: string;
  readonly toolFolder: string;
  /** How many processes of an earlier agent were found and killed. */
  readonly leftovers: number;
  release(): Promise<void>;
}

/**
 * Opens the folder, kills what an agent that was killed has left running, and empties the scratch folder.
 * @throws {GantryError} `agent-folder-in-use` if another agent lives there
 */
export async function openAgentFolder(folder: string): Promise<AgentFolder> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const result = await lockFile(join(folder, 'agent.lock'));
  if (result.kind === 'held') {
    const holder =
      result.holder === undefined ? 'another agent' : `the agent with process id ${result.holder.pid}`;
    throw new GantryError('agent-folder-in-use', `${folder} is used by ${holder}`, {
      file: folder,
      mend: 'Stop that agent, or give this one another --data-dir.',
    });
  }
  const marker = await readMarker(join(folder, 'marker'));
  const leftovers = await killMarked(marker, () => true);
  const scratchFolder = join(folder, 'scratch');
  await removeFolder(scratchFolder);
  await mkdir(scratchFolder);
  // Attempts of a life that is over: their session ends when the next begins.
  const storeFolder = join(folder, 'store');
  await removeFolder(storeFolder);
  return {
    marker,
    scratchFolder,
    cacheFolder: join(folder, 'compiled'),
    logFolder: join(folder, 'logs'),
    storeFolder,
    inputFolder: join(folder, 'inputs'),
    toolFolder: join(folder, 'tools'),
    leftovers,
    release: () => result.lock.release(),
  };
}

async function readMarker(file: string): Promise<string> {
  try {
    const marker = (await readFile(file, 'utf8')).trim();
    if (marker !== '') return marker;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const marker = randomUUID();
  await writeFile(`${file}.new`, `${marker}\n`, { flush: true });
  await rename(`${file}.new`, file);
  return marker;
}
