/** A file that the same attempt has made beside an item, by its name. Reads only. */
import type { Engine } from '../engine.ts';
import type { FoundItem } from './find-shown-item.ts';

/** @returns its path, relative to the store; undefined where there is none */
export async function findSidecar(
  engine: Engine,
  item: FoundItem,
  name: string,
): Promise<string | undefined> {
  if (item.attempt === null) return undefined;
  const { rows } = await engine.pool.query<{ path: string }>(
    `SELECT i.path FROM stage_output mine
       JOIN stage_output other ON other.stage = mine.stage
       JOIN item i ON i.dataset = other.dataset AND i.place = $2::int[]
     WHERE mine.dataset = $1 AND i.attempt = $3 AND i.name = $4`,
    [item.dataset.id, item.dataset.axes.map((axis) => item.place[axis]), item.attempt, name],
  );
  return rows[0]?.path;
}
