/**
 * The demo's run: a live one over a watched folder, with a closed source of blanks. It is looked for before it is
 * started, by its name and its folder, so that however often and wherever a start was cut short there is one.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { RequestError } from '@gantry/client';
import type { ServerAccess } from '@gantry/cli';
import { parsePattern } from '@gantry/model';
import { checksumFile } from '@gantry/storage';
import {
  blankName,
  blankPattern,
  doneMarker,
  protocol,
  tilePattern,
} from '../../examples/microscope/protocol.ts';
import { repositoryRoot } from '../repository.ts';
import { takeBlanks } from './microscope-process.ts';

export interface DemoRun {
  readonly run: number;
  /** True where it has just been started. */
  readonly began: boolean;
  /** True while tiles are still to come. */
  readonly acquiring: boolean;
}

const runName = 'Demo: cells over time';
const pipelineFile = join(repositoryRoot, 'examples', 'time-series', 'pipeline.yaml');

/** @param folder where the microscope writes */
export async function findOrStartDemo(
  access: ServerAccess,
  folder: string,
  signal: AbortSignal,
): Promise<DemoRun> {
  const found = await findRun(access, join(folder, 'tiles'));
  if (found !== undefined) return { ...found, began: false };
  return { run: await startRun(access, folder, signal), began: true, acquiring: true };
}

async function findRun(
  access: ServerAccess,
  tiles: string,
): Promise<{ run: number; acquiring: boolean } | undefined> {
  const runs = await access.ask((client, signal) => client.runs(signal));
  for (const { id } of runs.filter(({ name }) => name === runName)) {
    const { sources } = await access.ask((client, signal) => client.run(id, signal));
    const source = sources.find(({ name }) => name === 'tiles');
    if (source !== undefined && (await folderOf(access, source.dataset)) === tiles)
      return { run: id, acquiring: !source.closed };
  }
  return undefined;
}

/** The folder that is or was watched for a dataset. */
async function folderOf(access: ServerAccess, dataset: number): Promise<string | undefined> {
  try {
    return (await access.ask((client, signal) => client.watch(dataset, signal))).folder;
  } catch (error) {
    if (error instanceof RequestError && error.code === 'not-watched') return undefined;
    throw error;
  }
}

/** The run is there before the first tile: what comes to the folder is on the page at once. */
async function startRun(access: ServerAccess, folder: string, signal: AbortSignal): Promise<number> {
  const tiles = join(folder, 'tiles');
  const blanks = await takeAndAdmitBlanks(access, folder, signal);
  const dataset = (await findWatched(access, tiles)) ?? (await watchTiles(access, tiles));
  const text = await readFile(pipelineFile, 'utf8');
  return access.tell((client, aborted) =>
    client.createRun(
      {
        name: runName,
        pipeline: { file: relative(repositoryRoot, pipelineFile), text },
        sources: { tiles: dataset, blanks },
      },
      aborted,
    ),
  );
}

async function takeAndAdmitBlanks(
  access: ServerAccess,
  folder: string,
  signal: AbortSignal,
): Promise<number> {
  await takeBlanks(folder, signal);
  const blanks = join(folder, 'blanks');
  const items = await Promise.all(
    Array.from({ length: protocol.blanks }, async (_, index) => {
      const name = blankName(index + 1);
      const path = join(blanks, name);
      return { place: [index + 1], name, path, ...(await checksumFile(path)) };
    }),
  );
  return access.tell(async (client, aborted) => {
    const body = { name: 'Demo: blanks', type: 'image', axes: ['n'] } as const;
    const dataset = await client.createDataset(
      { ...body, axes: [...body.axes], folder: blanks, pattern: blankPattern },
      aborted,
    );
    await client.admitItems(dataset, { items }, aborted);
    await client.closeDataset(dataset, aborted);
    return dataset;
  });
}

/** The dataset of a start that was cut short. */
async function findWatched(access: ServerAccess, tiles: string): Promise<number | undefined> {
  const watches = await access.ask((client, signal) => client.watches(signal));
  return watches.find(({ folder }) => folder === tiles)?.dataset;
}

async function watchTiles(access: ServerAccess, tiles: string): Promise<number> {
  // Tiles of a demo in another data directory would all come at once. Other files are left alone.
  await mkdir(tiles, { recursive: true });
  const ours = parsePattern(tilePattern);
  for (const name of await readdir(tiles))
    if (name === doneMarker || ours.match(name) !== undefined) await rm(join(tiles, name));
  const { timePoints, rows, columns } = protocol;
  return access.tell(async (client, aborted) => {
    const dataset = await client.createDataset(
      {
        name: 'Demo: tiles',
        type: 'image',
        axes: ['t', 'row', 'col'],
        bounds: { extents: { t: [1, timePoints], row: [1, rows], col: [1, columns] } },
        folder: tiles,
        pattern: tilePattern,
      },
      aborted,
    );
    await client.watchFolder(
      dataset,
      { folder: tiles, pattern: tilePattern, completeWhen: { marker: doneMarker } },
      aborted,
    );
    return dataset;
  });
}
