/**
 * What kind of images files are, before a run: sizes and depths that differ, and files that no tool could read. It
 * opens as many as time allows, the smallest first, as a file that was cut short is mostly one of them.
 */
import { isGantryError, type FolderLook } from '@gantry/model';
import { spread, type MeasuredFiles } from './measure-files.ts';

export interface InspectedImages {
  readonly images: FolderLook['images'];
  readonly damaged: FolderLook['damaged'];
}

/** Milliseconds, and files in all and of the smallest. */
const budgetMs = 700;
const mostOpened = 400;
const smallest = 24;
const atOnce = 3;
const listed = 20;

/** @param nameOf a file's name as people know it */
export async function inspectImages(
  files: MeasuredFiles,
  nameOf: (path: string) => string,
): Promise<InspectedImages> {
  // Loaded only for those who look: it brings a codec library along.
  const { readImageHeader } = await import('@gantry/imaging');
  const paths = [...files.bySize.map(({ path }) => path)];
  const small = paths.slice(0, smallest);
  const sorted = paths.toSorted();
  const chosen = [...new Set([...interleave(small, spread(sorted, mostOpened))])];
  const until = performance.now() + budgetMs;
  const kinds = new Map<string, FolderLook['images']['kinds'][number]>();
  const damaged: { name: string; message: string; mend: string }[] = [];
  let looked = 0;
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < chosen.length && performance.now() < until; index = next++) {
      const path = chosen[index]!;
      try {
        const { width, height, bitDepth } = await readImageHeader(path);
        const key = `${width} ${height} ${bitDepth}`;
        const kind = kinds.get(key) ?? { width, height, bits: bitDepth, files: 0, first: nameOf(path) };
        kinds.set(key, { ...kind, files: kind.files + 1 });
      } catch (error) {
        if (!isGantryError(error)) throw error;
        damaged.push({ name: nameOf(path), message: error.message, mend: error.mend ?? '' });
      }
      looked += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  damaged.sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    images: { looked, kinds: [...kinds.values()].sort((a, b) => b.files - a.files) },
    damaged: { looked, count: damaged.length, first: damaged.slice(0, listed) },
  };
}

/** By turns one of each, so that little time is enough for both. */
function* interleave<T>(a: readonly T[], b: readonly T[]): Generator<T> {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    if (index < a.length) yield a[index]!;
    if (index < b.length) yield b[index]!;
  }
}
