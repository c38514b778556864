/** How large the files of a source are: all of them, or a part from all over a large folder. */
import { stat } from 'node:fs/promises';

export interface MeasuredFiles {
  /** Files that were looked at. */
  readonly looked: number;
  /** Bytes. */
  readonly least: number;
  readonly most: number;
  /** Bytes of all files, estimated from those that were looked at where `exact` is false. */
  readonly total: number;
  readonly exact: boolean;
  /** Those that were looked at, the smallest first. */
  readonly bySize: readonly { readonly path: string; readonly size: number }[];
}

const mostLooked = 2000;
const atOnce = 16;

/** @returns undefined where there is nothing to look at; files that cannot be are left out */
export async function measureFiles(paths: readonly string[]): Promise<MeasuredFiles | undefined> {
  const chosen = spread(paths, mostLooked);
  const bySize: { path: string; size: number }[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < chosen.length; index = next++) {
      const path = chosen[index]!;
      const found = await stat(path).catch(() => undefined);
      if (found?.isFile() === true) bySize.push({ path, size: found.size });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const [first] = bySize;
  if (first === undefined) return undefined;
  bySize.sort((a, b) => a.size - b.size);
  const sum = bySize.reduce((bytes, { size }) => bytes + size, 0);
  const exact = chosen.length === paths.length;
  return {
    looked: bySize.length,
    least: bySize[0]!.size,
    most: bySize.at(-1)!.size,
    total: exact ? sum : Math.round((sum / bySize.length) * paths.length),
    exact,
    bySize,
  };
}

/** At most `count` of a list, from all over it; the first and the last are among them. */
export function spread<T>(list: readonly T[], count: number): T[] {
  if (list.length <= count) return [...list];
  if (count < 2) return list.slice(0, count);
  return Array.from(
    { length: count },
    (_, index) => list[Math.round((index * (list.length - 1)) / (count - 1))]!,
  );
}
