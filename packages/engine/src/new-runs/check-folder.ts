/**
 * A folder as the source of a run that is to be started: what keeps it from being one, and what it would hold.
 */
import { join, resolve } from 'node:path';
import {
  checkPatternAxes,
  describeIndex,
  GantryError,
  isGantryError,
  parsePattern,
  requireFiles,
  watchOptionsSchema,
  type CompiledSource,
  type FieldProblem,
  type FilePattern,
  type FolderSource,
  type LatticeBounds,
} from '@gantry/model';
import { onlyFolders } from '@gantry/storage';
import type { FolderIndex, FolderListings } from '../folders/folder-listings.ts';
import { requireAbsolute } from '../folders/look-at-folder.ts';
import { measureFiles } from '../folders/measure-files.ts';
import { checkMarker } from '../live-sources/check-watch.ts';
import type { CheckedFolder } from './checked-folder.ts';
import { checkTiles } from './check-tiles.ts';
import { promisedPlaces } from './promised-places.ts';
import { refuseOwnFolder } from '../live-sources/refuse-own-folder.ts';

export interface CheckFolderOptions {
  readonly listings: FolderListings;
  readonly dataDirectory: string;
  /** Whether sizes are wanted. */
  readonly measure: boolean;
}

/** The most places that declared extents may promise. */
const maxDeclaredPlaces = 100_000_000;

export async function checkFolder(
  source: CompiledSource,
  given: FolderSource,
  options: CheckFolderOptions,
): Promise<CheckedFolder> {
  const problems: FieldProblem[] = [];
  const report = (error: GantryError, fallback: string): void => {
    problems.push(problemOf(error, source.name, fieldOf(error, fallback), given.folder));
  };
  /** What is wrong is collected, and what can be checked without it goes on. */
  const attempt = async <T>(fallback: string, work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!isGantryError(error)) throw error;
      report(error, fallback);
      return undefined;
    }
  };
  const folder = await attempt('folder', async () => {
    const path = requireAbsolute(given.folder);
    await refuseOwnFolder(path, options.dataDirectory);
    return path;
  });
  if (given.kind === 'tiles') {
    const tiles =
      folder === undefined ? undefined : await attempt('folder', () => checkTiles(source, given, folder));
    return { items: 0, warnings: [], ...tiles, problems };
  }
  const bounds = await attempt('extents', () => boundsOf(source, given));
  const pattern = await attempt('pattern', () => {
    const parsed = parsePattern(given.pattern);
    checkPatternAxes(source.name, source.axes, parsed);
    if (given.mode === 'live') checkMarker(parsed.text, given.completeWhen.marker);
    return parsed;
  });
  if (folder === undefined || pattern === undefined || bounds === undefined)
    return { items: 0, problems, warnings: [] };
  const isLive = given.mode === 'live';
  const found = await attempt('folder', () => findFiles(folder, pattern, isLive, options.listings));
  if (found === undefined) return { items: 0, problems, warnings: [] };
  const index = found === 'not there yet' ? undefined : found.index;
  const items = index?.items ?? [];
  const measured = options.measure
    ? await measureFiles(items.map(({ name }) => join(folder, name)))
    : undefined;
  return {
    folder: {
      folder: resolve(folder),
      pattern: pattern.text,
      bounds,
      filling: isLive
        ? { mode: 'live', options: watchOptionsSchema.parse({ completeWhen: given.completeWhen }) }
        : { mode: 'batch', skipUnreadable: given.skipUnreadable },
    },
    expected: {
      places:
        (isLive ? promisedPlaces(source, bounds) : undefined) ??
        items.map(({ place }) => source.axes.map((axis) => place[axis] ?? 0)),
      bounds,
      open: isLive && source.axes.some((axis) => bounds.extents[axis] === undefined),
    },
    items: items.length,
    bytes: measured?.total,
    problems,
    warnings:
      index === undefined
        ? [`The folder ${folder} is not there yet; it is watched for.`]
        : isLive
          ? []
          : describeIndex(index, pattern, folder, source.axes, bounds),
  };
}

async function findFiles(
  folder: string,
  pattern: FilePattern,
  isLive: boolean,
  listings: FolderListings,
): Promise<FolderIndex | 'not there yet'> {
  try {
    const found = await listings.index(folder, pattern);
    if (isLive) return found;
    const { names, index } = found;
    if (names.names.length === 0 && names.folders.length > 0) throw onlyFolders(folder, pattern, names);
    requireFiles(index, pattern, folder);
    return found;
  } catch (error) {
    if (isLive && isGantryError(error) && error.code === 'input-not-found') return 'not there yet';
    throw error;
  }
}

/** @throws GantryError `unknown-axis`, `too-many-places` */
function boundsOf(source: CompiledSource, given: FolderSource): LatticeBounds {
  const unknown = Object.keys(given.extents).find((axis) => !source.axes.includes(axis));
  if (unknown !== undefined)
    throw new GantryError('unknown-axis', `the source \`${source.name}\` has no axis \`${unknown}\``, {
      field: 'extents',
      mend: source.axes.length === 0 ? 'It has none.' : `It has ${source.axes.join(', ')}.`,
    });
  const extents = { ...source.extents, ...given.extents };
  const places = Object.values(extents).reduce((product, [first, last]) => product * (last - first + 1), 1);
  if (places > maxDeclaredPlaces)
    throw new GantryError('too-many-places', `the extents promise ${places} places`, {
      field: 'extents',
      mend: `Promise at most ${maxDeclaredPlaces}, or leave one of the axes open.`,
    });
  return { extents, skip: { ...source.skip }, region: {} };
}

function fieldOf({ code, field }: GantryError, fallback: string): string {
  if (code.startsWith('input-') || code === 'folder-too-large') return 'folder';
  return field ?? fallback;
}

function problemOf(error: GantryError, source: string, field: string, folder: string): FieldProblem {
  const { code, message, mend = '' } = error;
  return { code, message, file: error.file ?? folder, line: 0, field: `sources.${source}.${field}`, mend };
}
