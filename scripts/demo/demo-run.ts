/**
 * The demo's run: a live one over a watched folder, with a closed source of blanks. Whatever of it is there is found by
 * its folder and taken up, so that however often and wherever a start was cut short there is one of everything.
 */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ServerAccess } from '@gantry/cli';
import { parsePattern, type DatasetSummary } from '@gantry/model';
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
  const known = await access.ask((client, aborted) => client.datasets({ text: 'Demo:' }, aborted));
  const tiles = known.find((dataset) => dataset.folder === join(folder, 'tiles'));
  const run = tiles?.readBy.find(({ runName: name }) => name === runName)?.run;
  if (tiles !== undefined && run !== undefined)
    return { run, began: false, acquiring: tiles.state === 'open' };
  return { run: await startRun(access, folder, known, signal), began: true, acquiring: true };
}

/** The run is there before the first tile: what comes to the folder is on the page at once. */
async function startRun(
  access: ServerAccess,
  folder: string,
  known: readonly DatasetSummary[],
  signal: AbortSignal,
): Promise<number> {
  const blanks = await admitBlanks(access, folder, known, signal);
  const tiles = await watchTiles(access, folder, known);
  const text = await readFile(pipelineFile, 'utf8');
  return access.tell((client, aborted) =>
    client.createRun(
      {
        name: runName,
        pipeline: { file: relative(repositoryRoot, pipelineFile), text },
        sources: { tiles, blanks },
      },
      aborted,
    ),
  );
}

/** @returns the dataset of the blanks, closed */
async function admitBlanks(
  access: ServerAccess,
  folder: string,
  known: readonly DatasetSummary[],
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
  const found = known.find((dataset) => dataset.folder === blanks);
  return access.tell(async (client, aborted) => {
    const body = { name: 'Demo: blanks', type: 'image' as const, axes: ['n'] };
    const dataset =
      found?.id ?? (await client.createDataset({ ...body, folder: blanks, pattern: blankPattern }, aborted));
    await client.admitItems(dataset, { items }, aborted);
    await client.closeDataset(dataset, aborted);
    return dataset;
  });
}

/** @returns the dataset of the tiles, whose folder is watched */
async function watchTiles(
  access: ServerAccess,
  folder: string,
  known: readonly DatasetSummary[],
): Promise<number> {
  const tiles = join(folder, 'tiles');
  const { timePoints, rows, columns } = protocol;
  const found = known.find((dataset) => dataset.folder === tiles);
  if (found === undefined) await removeTiles(tiles);
  return access.tell(async (client, aborted) => {
    const body = {
      name: 'Demo: tiles',
      type: 'image' as const,
      axes: ['t', 'row', 'col'],
      bounds: {
        extents: {
          t: [1, timePoints] as [number, number],
          row: [1, rows] as [number, number],
          col: [1, columns] as [number, number],
        },
      },
    };
    const dataset =
      found?.id ?? (await client.createDataset({ ...body, folder: tiles, pattern: tilePattern }, aborted));
    const completeWhen = { marker: doneMarker };
    await client.watchFolder(dataset, { folder: tiles, pattern: tilePattern, completeWhen }, aborted);
    return dataset;
  });
}

/** Tiles of a demo in another data directory would all come at once. Other files are left alone. */
async function removeTiles(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const ours = parsePattern(tilePattern);
  for (const name of await readdir(folder))
    if (name === doneMarker || ours.match(name) !== undefined) await rm(join(folder, name));
}
