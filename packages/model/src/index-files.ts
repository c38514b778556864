/**
 * A list of file names as items of a lattice, by a pattern; and the errors for lists that cannot be.
 * Reading folders and recording items are left to storage and engine.
 */
import { GantryError } from './errors.ts';
import { parsePattern, type FilePattern } from './file-pattern.ts';
import { formatPlace } from './place.ts';
import { suggestPattern } from './suggest-pattern.ts';

export interface IndexedFile {
  readonly name: string;
  readonly place: Readonly<Record<string, number>>;
}

export interface FileIndex {
  /** One per place, in the order of the places (the pattern's first axis varies slowest). */
  readonly items: readonly IndexedFile[];
  /** Names that the pattern does not fit. */
  readonly unmatched: readonly string[];
  /** Places that several names have; none of them is an item. */
  readonly duplicates: readonly {
    readonly place: Readonly<Record<string, number>>;
    readonly names: readonly string[];
  }[];
}

/** Sorts names into items, names that do not fit, and places that come twice. */
export function indexFiles(pattern: FilePattern, names: readonly string[]): FileIndex {
  const byPlace = new Map<string, { place: Record<string, number>; names: string[] }>();
  const unmatched: string[] = [];
  for (const name of names) {
    const place = pattern.match(name);
    if (place === undefined) {
      unmatched.push(name);
      continue;
    }
    const key = pattern.axes.map((axis) => place[axis]).join(',');
    const entry = byPlace.get(key);
    if (entry === undefined) byPlace.set(key, { place, names: [name] });
    else entry.names.push(name);
  }
  const entries = [...byPlace.values()].sort((a, b) => comparePlaces(pattern.axes, a.place, b.place));
  const items: IndexedFile[] = [];
  const duplicates: { place: Record<string, number>; names: string[] }[] = [];
  for (const entry of entries) {
    const [name] = entry.names;
    if (entry.names.length > 1 || name === undefined) duplicates.push(entry);
    else items.push({ name, place: entry.place });
  }
  return { items, unmatched, duplicates };
}

/**
 * Refuses an index that has no items, or a place twice.
 * @param folder where the files are, for the message.
 * @throws GantryError `pattern-matches-nothing` or `place-twice`, naming files and a pattern that would fit.
 */
export function requireFiles(index: FileIndex, pattern: FilePattern, folder: string): void {
  const [twice] = index.duplicates;
  if (twice !== undefined) {
    const more = index.duplicates.length - 1;
    const others = more === 0 ? '' : `, and ${more} more ${more === 1 ? 'place' : 'places'} likewise`;
    throw new GantryError(
      'place-twice',
      `${twice.names.length} files of ${folder} are at the place ${formatPlace(twice.place)}: ${listFiles(twice.names)}${others}`,
      {
        file: folder,
        field: 'pattern',
        mend: `Name the axis that tells them apart in the pattern \`${pattern.text}\`, or move one of the files away.${telling(twice.names)}`,
      },
    );
  }
  if (index.items.length > 0) return;
  if (index.unmatched.length === 0)
    throw new GantryError('pattern-matches-nothing', `the folder ${folder} has no files`, {
      file: folder,
      field: 'pattern',
      mend: 'Name the folder that the images are in.',
    });
  throw new GantryError(
    'pattern-matches-nothing',
    `the pattern \`${pattern.text}\` fits none of the ${index.unmatched.length} files of ${folder}, such as ${listFiles(index.unmatched)}`,
    {
      file: folder,
      field: 'pattern',
      mend: fitting(index.unmatched, pattern).trim() || 'Write a pattern that fits these names.',
    },
  );
}

/** Negative, zero or positive as one place is before, at or after another, the first axis first. */
function comparePlaces(
  axes: readonly string[],
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): number {
  for (const axis of axes) {
    const difference = (a[axis] ?? 0) - (b[axis] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function listFiles(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown}, …` : shown;
}

/** A pattern that tells the names apart, if there is one. */
function telling(names: readonly string[]): string {
  const suggested = suggestPattern(names);
  if (suggested === undefined || suggested.matched < names.length) return '';
  const pattern = parsePattern(suggested.pattern);
  if (indexFiles(pattern, names).items.length < names.length) return '';
  return ` The pattern \`${suggested.pattern}\` does.`;
}

function fitting(names: readonly string[], pattern: FilePattern): string {
  const suggested = suggestPattern(names);
  if (suggested === undefined || suggested.pattern === pattern.text) return '';
  const count = names.length === 1 ? 'it' : `${suggested.matched} of them`;
  return ` The pattern \`${suggested.pattern}\` fits ${count}.`;
}
