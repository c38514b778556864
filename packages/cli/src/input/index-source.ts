/**
 * From a folder and a pattern to the files of a source, each at its place; and what about them a person should know
 * before the run. Reading their bytes is left to `hash-files.ts`.
 */
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  formatPlace,
  GantryError,
  indexFiles,
  isGantryError,
  isWithin,
  parsePattern,
  requireFiles,
  suggestPattern,
  type DatasetType,
  type FileIndex,
  type FilePattern,
  type LatticeBounds,
  type Place,
  type SourceFile,
  type SuggestedPattern,
} from '@gantry/model';
import { formatCount, plural } from '../numbers.ts';
import { findHoles } from './find-holes.ts';
import { listNames, notReadable, type Names } from './list-names.ts';
import { usage, type SourceArguments } from './source-arguments.ts';

export interface IndexedSource {
  readonly name: string;
  readonly type: DatasetType;
  readonly axes: readonly string[];
  readonly bounds: LatticeBounds;
  /** Absolute. */
  readonly folder: string;
  readonly pattern: string;
  readonly files: readonly PlacedFile[];
  /** What is odd about them, in words. */
  readonly warnings: readonly string[];
}

export interface PlacedFile {
  /** In the order of the source's axes. */
  readonly place: readonly number[];
  readonly name: string;
  readonly path: string;
}

/** How many names a warning gives. */
const shown = 3;

/**
 * @param folder the current folder, which a relative input is below
 * @throws GantryError `usage`, `input-not-found`, `input-not-readable`, `input-not-a-file`, `pattern-missing`, `pattern-axes`,
 *   `pattern-matches-nothing`, `place-twice`, and what a bad pattern throws
 */
export async function indexSource(
  name: string,
  source: SourceFile,
  given: SourceArguments,
  folder: string,
): Promise<IndexedSource> {
  const path = resolve(folder, given.input);
  const bounds = boundsOf(name, source, given);
  const base = { name, type: source.type, axes: source.axes, bounds };
  const found = await stat(path).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw notReadable(path, code ?? String(error), error);
  });
  const other = /^([A-Za-z_][\w-]*)=./.exec(given.input)?.[1];
  if (found === undefined && other !== undefined && other !== name)
    throw usage(
      `--input \`${given.input}\`: the pipeline has no source \`${other}\`, and there is no folder of that name`,
      `Its source is \`${name}\`: write --input ${name}=DIR, or --input DIR alone.`,
    );
  if (found?.isFile() === true && source.axes.length === 0 && given.pattern === undefined) {
    const own = basename(path);
    const files = [{ place: [], name: own, path }];
    return { ...base, folder: dirname(path), pattern: escape(own), files, warnings: [] };
  }
  if (given.pattern === undefined && source.axes.length === 0 && found !== undefined)
    throw new GantryError(
      'input-not-a-file',
      `the source \`${name}\` has no axes: it is one file, and ${path} is a folder`,
      {
        file: path,
        mend: `Name the file, such as --input ${name}=${join(path, 'FILE')}; or give the source axes, and a --pattern.`,
      },
    );
  if (given.pattern === undefined) throw await patternMissing(name, source, path);
  const pattern = readPattern(name, given.pattern);
  checkAxes(name, source, pattern);
  const depth = pattern.text.split('/').length - 1;
  const listed = await listNames(path, depth, (item) => pattern.match(item) !== undefined);
  if (listed.names.length === 0 && listed.folders.length > 0) throw onlyFolders(path, pattern, listed);
  const index = indexFiles(pattern, listed.names);
  requireFiles(index, pattern, path);
  return {
    ...base,
    folder: path,
    pattern: pattern.text,
    files: index.items.map((item) => ({
      place: source.axes.map((axis) => item.place[axis] ?? 0),
      name: basename(item.name),
      path: join(path, item.name),
    })),
    warnings: describeOddities(index, pattern, path, source.axes, bounds),
  };
}

function readPattern(source: string, text: string): FilePattern {
  try {
    return parsePattern(text);
  } catch (error) {
    if (!isGantryError(error)) throw error;
    throw new GantryError(error.code, `the pattern of \`${source}\`: ${error.message}`, {
      field: 'pattern',
      mend: error.mend,
      cause: error,
    });
  }
}

/** The axes may come in any order; they must be the same ones. */
function checkAxes(name: string, source: SourceFile, pattern: FilePattern): void {
  const lacking = source.axes.filter((axis) => !pattern.axes.includes(axis));
  const besides = pattern.axes.filter((axis) => !source.axes.includes(axis));
  if (lacking.length === 0 && besides.length === 0) return;
  const list = (axes: readonly string[]): string => (axes.length === 0 ? 'no axes' : axes.join(', '));
  throw new GantryError(
    'pattern-axes',
    `the source \`${name}\` has ${list(source.axes)}, and the pattern \`${pattern.text}\` names ${list(pattern.axes)}`,
    {
      field: 'pattern',
      mend:
        lacking.length > 0
          ? `Name ${lacking.map((axis) => `{${axis}:d}`).join(' and ')} in the pattern, or change the axes of the source.`
          : `Write {_:d+} for ${besides.join(' and ')} in the pattern, or add ${besides.length === 1 ? 'it' : 'them'} to the axes of the source.`,
    },
  );
}

function boundsOf(name: string, source: SourceFile, given: SourceArguments): LatticeBounds {
  const unknown = Object.keys(given.extents).find((axis) => !source.axes.includes(axis));
  if (unknown !== undefined)
    throw new GantryError('usage', `--extent: the source \`${name}\` has no axis \`${unknown}\``, {
      mend: source.axes.length === 0 ? 'It has none.' : `It has ${source.axes.join(', ')}.`,
    });
  return { extents: { ...source.extents, ...given.extents }, skip: source.skip, region: {} };
}

async function patternMissing(name: string, source: SourceFile, path: string): Promise<GantryError> {
  const { names } = await listNames(path, 0, () => false);
  const suggested = suggestPattern(names);
  return new GantryError(
    'pattern-missing',
    `the source \`${name}\` has no --pattern for the files of ${path}`,
    {
      file: path,
      field: 'pattern',
      mend:
        suggested === undefined
          ? 'Add --pattern, such as --pattern "img_r{row:ddd}_c{col:ddd}.ome.tif".'
          : `Add --pattern "${withAxesOf(source, suggested)}", which fits ${suggested.matched} of ${plural(names.length, 'file')}.`,
    },
  );
}

/** The suggestion with the source's own name for an axis, where only one is left to be told. */
function withAxesOf(source: SourceFile, { pattern, axes }: SuggestedPattern): string {
  const [wanted, ...others] = source.axes.filter((axis) => !axes.includes(axis));
  const [guessed, ...further] = axes.filter((axis) => !source.axes.includes(axis));
  if (wanted === undefined || guessed === undefined || others.length + further.length > 0) return pattern;
  return pattern.replace(`{${guessed}:`, `{${wanted}:`);
}

function onlyFolders(path: string, pattern: FilePattern, { folders }: Names): GantryError {
  return new GantryError(
    'pattern-matches-nothing',
    `${path} holds no files, only ${plural(folders.length, 'folder')}: ${listFirst(folders)}`,
    {
      file: path,
      field: 'pattern',
      mend: `Name one of them as the input, or put the folder into the pattern: \`${folders[0] ?? ''}/${pattern.text}\`.`,
    },
  );
}

function describeOddities(
  index: FileIndex,
  pattern: FilePattern,
  folder: string,
  axes: readonly string[],
  bounds: LatticeBounds,
): string[] {
  const warnings: string[] = [];
  if (index.unmatched.length > 0) {
    const verb = index.unmatched.length === 1 ? 'does' : 'do';
    warnings.push(
      `${plural(index.unmatched.length, 'file')} of ${folder} ${verb} not fit the pattern and ${index.unmatched.length === 1 ? 'is' : 'are'} passed over: ${listFirst(index.unmatched)}`,
    );
  }
  const outside = index.items.filter(({ place }) => !isWithin(bounds, place));
  if (outside.length > 0)
    warnings.push(
      `${plural(outside.length, 'file')} of ${folder} ${outside.length === 1 ? 'is' : 'are'} outside the declared extents and passed over: ${listFirst(outside.map(({ name }) => name))}`,
    );
  const places = index.items.map(({ place }) => place);
  const holes = findHoles(axes, places, bounds, shown);
  if (holes.missing > 0)
    warnings.push(
      `${formatCount(holes.missing)} of the ${formatCount(holes.places)} places of the grid in ${folder} ${holes.missing === 1 ? 'has' : 'have'} no file: ${holes.first.map((place) => nameHole(place, pattern)).join(', ')}${holes.missing > holes.first.length ? ', …' : ''}`,
    );
  return warnings;
}

/** The file that would be there; just the place, where the pattern passes over a part of the names. */
function nameHole(place: Place, pattern: FilePattern): string {
  try {
    return `${pattern.generate(place)} (${formatPlace(place)})`;
  } catch (error) {
    if (!isGantryError(error)) throw error;
    return formatPlace(place);
  }
}

function listFirst(names: readonly string[]): string {
  return `${names.slice(0, shown).join(', ')}${names.length > shown ? ', …' : ''}`;
}

/** A name as a pattern that fits it alone. */
function escape(name: string): string {
  return name.replaceAll('{', '{{').replaceAll('}', '}}');
}
