/**
 * From a folder and a pattern to the files of a source, each at its place; and what about them a person should know
 * before the run. Reading their bytes is left to `hash-files.ts`.
 */
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  describeIndex,
  GantryError,
  isGantryError,
  isTileAxes,
  parsePattern,
  parseTileList,
  plural,
  suggestPattern,
  tileListNames,
  type DatasetType,
  type FilePattern,
  type LatticeBounds,
  type SourceFile,
  type SourceKind,
} from '@gantry/model';
import {
  indexFolder,
  listNames,
  notReadable,
  readList,
  type FolderTrouble,
  type PlacedFile,
} from '@gantry/storage';
import { usage, type SourceArguments } from './source-arguments.ts';

export interface IndexedSource {
  readonly name: string;
  readonly type: DatasetType;
  readonly axes: readonly string[];
  readonly bounds: LatticeBounds;
  /** Those that the command line gives. */
  readonly extents: SourceArguments['extents'];
  /** Absolute. */
  readonly folder: string;
  readonly pattern: string;
  readonly files: readonly PlacedFile[];
  /** What is odd about them, in words. */
  readonly warnings: readonly string[];
  /** The folder lists its items itself: the server reads the list, and what it names. */
  readonly kind: SourceKind;
}

/**
 * @param folder the current folder, which a relative input is below
 * @param isFollowed the server takes what is there and what comes, so that no files are listed
 * @throws GantryError `usage`, `input-not-found`, `input-not-readable`, `input-not-a-file`, `pattern-missing`, `pattern-axes`,
 *   `pattern-matches-nothing`, `place-twice`, `list-broken`, and what a bad pattern throws
 */
export async function indexSource(
  name: string,
  source: SourceFile,
  given: SourceArguments,
  folder: string,
  isFollowed = false,
): Promise<IndexedSource> {
  const path = resolve(folder, given.input);
  const bounds = boundsOf(name, source, given);
  const base = { name, type: source.type, axes: source.axes, bounds, extents: given.extents };
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
    return { ...base, folder: dirname(path), pattern: escape(own), files, warnings: [], kind: 'files' };
  }
  if (given.pattern === undefined && found?.isDirectory() === true && isTileAxes(source.axes)) {
    const list = await readList(path, tileListNames, parseTileList);
    if (list.kind === 'read')
      return { ...base, folder: path, pattern: '', files: [], warnings: [], kind: 'tiles' };
    if (list.file !== undefined) throw listBroken(list.trouble);
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
  if (isFollowed)
    return { ...base, folder: path, pattern: pattern.text, files: [], warnings: [], kind: 'files' };
  const { index, files } = await indexFolder({ name, axes: source.axes }, path, pattern);
  const warnings = describeIndex(index, pattern, path, source.axes, bounds);
  return { ...base, folder: path, pattern: pattern.text, files, warnings, kind: 'files' };
}

function listBroken({ code, message, mend, file }: FolderTrouble): GantryError {
  return new GantryError(code, message, { mend, file });
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
  const suggested = suggestPattern(names, source.axes);
  return new GantryError(
    'pattern-missing',
    `the source \`${name}\` has no --pattern for the files of ${path}`,
    {
      file: path,
      field: 'pattern',
      mend:
        suggested === undefined
          ? 'Add --pattern, such as --pattern "img_r{row:ddd}_c{col:ddd}.ome.tif".'
          : `Add --pattern "${suggested.pattern}", which fits ${suggested.matched} of ${plural(names.length, 'file')}.`,
    },
  );
}

/** A name as a pattern that fits it alone. */
function escape(name: string): string {
  return name.replaceAll('{', '{{').replaceAll('}', '}}');
}
