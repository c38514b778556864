/**
 * When one tile of a grid cannot be read: looks at all the others, so that people mend them at once and not one after
 * the other. It costs as much as reading the grid, and only where stitching has failed anyway.
 */
import { GantryError, isGantryError } from '@gantry/model';
import { readImage } from '../formats/read-image.ts';
import type { GridCell } from './grid.ts';

/** What `readImage` says of files that are no good, whatever the others are like. */
const codes: ReadonlySet<string> = new Set([
  'image-missing',
  'image-unreadable',
  'image-truncated',
  'image-unsupported',
  'image-pages',
]);
/** So many are named. */
const mostNamed = 5;
/** Tiles that are read at a time. */
const atOnce = 2;

export function isUnreadable(error: unknown): error is GantryError {
  return isGantryError(error) && codes.has(error.code);
}

/** @param first what one of them said. @returns that, where it is the only one; else an error that names them all */
export async function nameUnreadable(cells: readonly GridCell[], first: GantryError): Promise<GantryError> {
  const bad: { name: string; error: GantryError }[] = [];
  let next = 0;
  const readOn = async (): Promise<void> => {
    for (let cell = cells[next++]; cell !== undefined; cell = cells[next++]) {
      const { name, path } = cell.tile;
      try {
        await readImage(path);
      } catch (error) {
        if (!isUnreadable(error)) throw error;
        bad.push({ name, error });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, readOn));
  if (bad.length < 2) return first;
  bad.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  const named = bad.slice(0, mostNamed).map(({ name }) => name);
  const more = bad.length - named.length;
  const last = more > 0 ? `${more} more` : named.pop();
  return new GantryError(
    'tiles-unreadable',
    `${bad.length} of ${cells.length} tiles cannot be read: ${named.join(', ')} and ${last}. ` +
      `The first: ${bad[0]?.error.message ?? first.message}`,
    {
      file: bad[0]?.error.file ?? first.file,
      mend: 'Copy or export them again, or leave them out.',
      cause: first,
    },
  );
}
