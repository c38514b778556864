/**
 * What a list of tiles says of the whole acquisition, written to its dataset: parameters, which templates name, and
 * extents and skipped planes. These two may change only while no run reads the dataset, as a run keeps those that it
 * began with.
 */
import { transaction } from '@gantry/database';
import type { LatticeBounds, TileList } from '@gantry/model';
import type { Engine } from '../engine.ts';
import type { FileProblem } from './file-problems.ts';

/** @returns what the runs that read the dataset do not follow */
export async function declareList(
  engine: Engine,
  dataset: number,
  { bounds, parameters }: TileList,
  file: string,
): Promise<FileProblem | undefined> {
  return transaction(engine.pool, async (client) => {
    const { rows } = await client.query<{ bounds: LatticeBounds; state: string; read: boolean }>(
      `SELECT bounds, state, EXISTS (SELECT FROM stage s WHERE s.dataset = d.id) AS read
       FROM dataset d WHERE id = $1 FOR UPDATE`,
      [dataset],
    );
    const [row] = rows;
    if (row === undefined || (row.state !== 'open' && row.state !== 'closed')) return undefined;
    await client.query('UPDATE dataset SET parameters = $2 WHERE id = $1', [
      dataset,
      JSON.stringify(parameters),
    ]);
    if (describeBounds(row.bounds) === describeBounds(bounds)) return undefined;
    if (!row.read) {
      await client.query('UPDATE dataset SET bounds = $2 WHERE id = $1', [dataset, JSON.stringify(bounds)]);
      return undefined;
    }
    return {
      code: 'list-bounds-differ',
      message: `${file} declares ${describeBounds(bounds)}; what reads it began with ${describeBounds(row.bounds)}.`,
      mend: 'Tiles outside of that are listed and not run. Start a new run to have it follow the list.',
      sinceMs: Date.now(),
    };
  });
}

function describeBounds({ extents, skip }: LatticeBounds): string {
  const words = [
    ...Object.entries(extents)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([axis, [first, last]]) => `${axis} ${first}..${last}`),
    ...Object.entries(skip)
      .filter(([, planes]) => planes.length > 0)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([axis, planes]) => `skipped ${axis} ${[...planes].sort((a, b) => a - b).join(', ')}`),
  ];
  return words.length === 0 ? 'no extents' : words.join('; ');
}
