/**
 * What a person should know about the files of a folder before a run: in words, without being an error.
 */
import { formatCount, plural } from './count-words.ts';
import { isGantryError } from './errors.ts';
import type { FilePattern } from './file-pattern.ts';
import { findHoles } from './find-holes.ts';
import type { FileIndex } from './index-files.ts';
import { isWithin, type LatticeBounds } from './lattice.ts';
import { formatPlace, type Place } from './place.ts';

/** How many names a sentence gives. */
const shown = 3;

/**
 * Files that are passed over, and places without a file.
 * @param folder where they are, for the words
 * @param axes those of the source, in order
 */
export function describeIndex(
  index: FileIndex,
  pattern: FilePattern,
  folder: string,
  axes: readonly string[],
  bounds: LatticeBounds,
): string[] {
  const sentences: string[] = [];
  if (index.unmatched.length > 0) {
    const one = index.unmatched.length === 1;
    sentences.push(
      `${plural(index.unmatched.length, 'file')} of ${folder} ${one ? 'does' : 'do'} not fit the pattern and ${one ? 'is' : 'are'} passed over: ${listFirst(index.unmatched)}`,
    );
  }
  const outside = index.items.filter(({ place }) => !isWithin(bounds, place));
  if (outside.length > 0)
    sentences.push(
      `${plural(outside.length, 'file')} of ${folder} ${outside.length === 1 ? 'is' : 'are'} outside the declared extents and passed over: ${listFirst(outside.map(({ name }) => name))}`,
    );
  const places = index.items.map(({ place }) => place);
  const holes = findHoles(axes, places, bounds, shown);
  if (holes.missing > 0)
    sentences.push(
      `${formatCount(holes.missing)} of the ${formatCount(holes.places)} places of the grid in ${folder} ${holes.missing === 1 ? 'has' : 'have'} no file: ${holes.first.map((place) => nameHole(place, pattern)).join(', ')}${holes.missing > holes.first.length ? ', …' : ''}`,
    );
  return sentences;
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
