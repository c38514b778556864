/**
 * A folder as a source of a run, before there is one: the pattern that its names suggest, which places of the lattice
 * are there, which files fit and why others do not. It only looks; what a run makes of it is left to `plan-run.ts`.
 */
import { realpath } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import {
  comparePatternAxes,
  describeIndex,
  drawLattice,
  explainMismatch,
  findHoles,
  GantryError,
  isGantryError,
  isImageName,
  isWithin,
  lookBodySchema,
  parsePattern,
  plural,
  requireFiles,
  suggestPattern,
  type DatasetType,
  type FieldProblem,
  type FileIndex,
  type FilePattern,
  type FolderLook,
  type LatticeBounds,
  type LookBody,
} from '@gantry/model';
import { expandHome, onlyFolders, type Names } from '@gantry/storage';
import type { FolderListings } from './folder-listings.ts';
import { inspectImages } from './inspect-images.ts';
import { lookAtList } from './look-at-list.ts';
import { measureFiles, spread } from './measure-files.ts';

/** How many names of a kind are given, how many samples, and names that a pattern is guessed from. */
const listed = 100;
const listedTwice = 20;
const mostSamples = 6;
const mostGuessed = 10_000;

/**
 * @throws GantryError for the field `folder`: `folder-not-absolute`, `input-not-found`, `input-not-readable`,
 *   `folder-too-large`
 */
export async function lookAtFolder(listings: FolderListings, body: LookBody): Promise<FolderLook> {
  const began = performance.now();
  const { folder: asked, pattern: wanted, type, axes, extents } = lookBodySchema.parse(body);
  const folder = requireAbsolute(asked);
  const names = await atField('folder', () => listings.names(folder));
  const suggested = suggestFor(names, type, axes);
  const text = wanted === undefined || wanted.trim() === '' ? suggested : wanted;
  const problems: FieldProblem[] = [];
  const pattern = text === undefined ? undefined : tryPattern(text, folder, problems);
  const real = await realpath(folder);
  const base: FolderLook = {
    ...nothing,
    folder,
    real: real === folder ? null : real,
    files: names.names.length,
    pattern: text ?? null,
    suggestion: await describeSuggestion(listings, folder, suggested, axes),
    tiles: await lookAtList(folder, axes),
    problems,
  };
  if (pattern === undefined) {
    if (text === undefined) problems.push(noPattern(folder, names, axes));
    return { ...base, tookMs: performance.now() - began };
  }
  const { names: fitting, index } = await atField('folder', () => listings.index(folder, pattern));
  const bounds: LatticeBounds = { extents, skip: {}, region: {} };
  problems.push(...findProblems(index, pattern, folder, fitting, axes));
  return {
    ...base,
    ...describeFiles(index, pattern, fitting, axes, bounds),
    ...(await describeBytes(index, folder, type)),
    warnings: [...describeIndex(index, pattern, folder, pattern.axes, bounds), ...describeLinks(fitting)],
    tookMs: performance.now() - began,
  };
}

const nothing: Omit<
  FolderLook,
  'folder' | 'real' | 'files' | 'pattern' | 'suggestion' | 'tiles' | 'problems'
> = {
  warnings: [],
  axes: [],
  lacking: [],
  besides: [],
  matched: { count: 0, first: [] },
  unmatched: { count: 0, first: [] },
  outside: { count: 0, first: [] },
  twice: { count: 0, first: [] },
  holes: { places: 0, missing: 0, first: [] },
  lattice: null,
  sizes: null,
  images: { looked: 0, kinds: [] },
  damaged: { count: 0, first: [], looked: 0 },
  samples: [],
  tookMs: 0,
};

/** @throws GantryError `folder-not-absolute` */
export function requireAbsolute(asked: string): string {
  const folder = expandHome(asked.trim());
  if (isAbsolute(folder)) return resolve(folder);
  throw new GantryError('folder-not-absolute', `${asked} is not an absolute path`, {
    field: 'folder',
    file: asked,
    mend: 'Begin it with / (or with ~ for your home folder), or choose the folder from the list.',
  });
}

/** The same errors, for a field. */
async function atField<T>(field: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isGantryError(error)) throw error;
    const { code, message, file } = error;
    const mend =
      code === 'input-not-found'
        ? 'See whether it is spelt as it is there and its disk is mounted, or choose it from the list.'
        : error.mend;
    throw new GantryError(code, message, { mend, file, field, cause: error });
  }
}

function suggestFor(names: Names, type: DatasetType, axes: readonly string[]): string | undefined {
  const images = type === 'image' ? names.names.filter(isImageName) : [];
  const candidates = images.length > 0 ? images : names.names;
  if (axes.length === 0) {
    const [only] = candidates;
    return candidates.length === 1 && only !== undefined
      ? only.replaceAll('{', '{{').replaceAll('}', '}}')
      : undefined;
  }
  return suggestPattern(spread(candidates, mostGuessed), axes)?.pattern;
}

async function describeSuggestion(
  listings: FolderListings,
  folder: string,
  text: string | undefined,
  axes: readonly string[],
): Promise<FolderLook['suggestion']> {
  const pattern = text === undefined ? undefined : tryPattern(text, folder, []);
  if (pattern === undefined) return null;
  const { index } = await listings.index(folder, pattern);
  return {
    pattern: pattern.text,
    axes: [...pattern.axes],
    matched: index.items.length,
    missing: comparePatternAxes(axes, pattern).lacking,
  };
}

function tryPattern(text: string, folder: string, problems: FieldProblem[]): FilePattern | undefined {
  try {
    return parsePattern(text);
  } catch (error) {
    if (!isGantryError(error)) throw error;
    problems.push(problemOf(error, 'pattern', folder));
    return undefined;
  }
}

function problemOf(error: GantryError, field: string, file: string): FieldProblem {
  const { code, message, mend = '' } = error;
  return { code, message, file: error.file ?? file, line: 0, field, mend };
}

function noPattern(folder: string, { names, folders }: Names, axes: readonly string[]): FieldProblem {
  const shared = { code: 'pattern-missing', file: folder, line: 0 };
  if (names.length === 0)
    return {
      ...shared,
      field: 'folder',
      message:
        folders.length === 0
          ? `the folder ${folder} has no files`
          : `${folder} holds no files, only ${plural(folders.length, 'folder')}`,
      mend: folders.length === 0 ? 'Choose the folder that the images are in.' : 'Choose one of them.',
    };
  if (axes.length === 0)
    return {
      ...shared,
      field: 'pattern',
      message: `the source is one file, and ${folder} holds ${plural(names.length, 'file')}`,
      mend: 'Choose the file.',
    };
  return {
    ...shared,
    field: 'pattern',
    message: `no number varies in the names of ${folder}, such as ${names[0] ?? ''}`,
    mend: `Write a pattern that names ${axes.join(', ')}, such as img_${axes.map((axis) => `${axis}{${axis}:d+}`).join('_')}.tif.`,
  };
}

function findProblems(
  index: FileIndex,
  pattern: FilePattern,
  folder: string,
  names: Names,
  axes: readonly string[],
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { lacking, besides } = comparePatternAxes(axes, pattern);
  const at = { code: 'pattern-axes', file: folder, line: 0, field: 'pattern' };
  if (lacking.length > 0)
    problems.push({
      ...at,
      message: `the pattern does not say where ${lacking.join(' and ')} ${lacking.length === 1 ? 'stands' : 'stand'} in the names`,
      mend: `Write ${lacking.map((axis) => `{${axis}:d+}`).join(' and ')} in the place of the ${lacking.length === 1 ? 'number' : 'numbers'}.`,
    });
  if (besides.length > 0 && lacking.length === 0)
    problems.push({
      ...at,
      message: `the pattern names ${besides.join(' and ')}, which the pipeline's source does not have`,
      mend: `Write {_:d+} in the place of ${besides.map((axis) => `{${axis}:…}`).join(' and ')}, or the number itself to take only those files.`,
    });
  try {
    if (names.names.length === 0 && names.folders.length > 0) throw onlyFolders(folder, pattern, names);
    requireFiles(index, pattern, folder);
  } catch (error) {
    if (!isGantryError(error)) throw error;
    problems.push(problemOf(error, names.names.length === 0 ? 'folder' : 'pattern', folder));
  }
  return problems;
}

function describeFiles(
  index: FileIndex,
  pattern: FilePattern,
  names: Names,
  wanted: readonly string[],
  bounds: LatticeBounds,
) {
  const { lacking, besides } = comparePatternAxes(wanted, pattern);
  // In the order of the source, which is that of its lattice.
  const axes = [...wanted.filter((axis) => pattern.axes.includes(axis)), ...besides];
  const places = index.items.map(({ place }) => place);
  const outside = index.items.filter(({ place }) => !isWithin(bounds, place));
  const holes = findHoles(axes, places, bounds, listed);
  return {
    files: names.names.length,
    axes: axes.map((name) => describeAxis(name, [...places, ...index.duplicates.map((one) => one.place)])),
    ...{ lacking, besides },
    matched: { count: index.items.length, first: index.items.slice(0, listed).map((item) => ({ ...item })) },
    unmatched: {
      count: index.unmatched.length,
      first: index.unmatched
        .slice(0, listed)
        .map((name) => ({ name, why: explainMismatch(pattern.text, name) })),
    },
    outside: { count: outside.length, first: outside.slice(0, listed).map((item) => ({ ...item })) },
    twice: {
      count: index.duplicates.length,
      first: index.duplicates
        .slice(0, listedTwice)
        .map((one) => ({ place: { ...one.place }, names: one.names.slice(0, listedTwice) })),
    },
    holes: {
      places: holes.places,
      missing: holes.missing,
      first: holes.first.map((place) => ({ ...place })),
    },
    lattice: copyLattice(
      drawLattice(
        axes,
        places,
        index.duplicates.map(({ place }) => place),
        bounds,
      ),
    ),
  };
}

function copyLattice(lattice: ReturnType<typeof drawLattice>): FolderLook['lattice'] {
  if (lattice === undefined) return null;
  return { axes: lattice.axes.map((axis) => ({ ...axis })), runs: [...lattice.runs] };
}

function describeAxis(
  name: string,
  places: readonly Readonly<Record<string, number>>[],
): FolderLook['axes'][number] {
  const values = [...new Set(places.map((place) => place[name] ?? 0))].sort((a, b) => a - b);
  const steps = new Set(values.slice(1).map((value, index) => value - (values[index] ?? 0)));
  const [step = 1] = steps.size === 1 ? [...steps] : [1];
  return { name, first: values[0] ?? 0, last: values.at(-1) ?? 0, step, values: values.length };
}

async function describeBytes(
  index: FileIndex,
  folder: string,
  type: DatasetType,
): Promise<Pick<FolderLook, 'sizes' | 'images' | 'damaged' | 'samples'>> {
  const paths = index.items.map(({ name }) => join(folder, name));
  const measured = await measureFiles(paths);
  const samples = spread(index.items, mostSamples).map(({ name, place }) => ({
    ...{ name, path: join(folder, name), place: { ...place } },
  }));
  if (measured === undefined)
    return { sizes: null, images: nothing.images, damaged: nothing.damaged, samples };
  const { bySize: _bySize, ...sizes } = measured;
  if (type !== 'image') return { sizes, images: nothing.images, damaged: nothing.damaged, samples };
  const inspected = await inspectImages(measured, (path) => path.slice(folder.length).replace(/^\//, ''));
  return { sizes, ...inspected, samples };
}

function describeLinks({ links }: Names): string[] {
  if (links.length === 0) return [];
  const [first = ''] = links;
  return [
    `${plural(links.length, 'file')} ${links.length === 1 ? 'is a symbolic link' : 'are symbolic links'}, such as ${first}: what ${links.length === 1 ? 'it leads' : 'they lead'} to is read.`,
  ];
}
