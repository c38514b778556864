/**
 * Seals a closed dataset: it never changes again, and its fingerprint says what it holds.
 */
import { GantryError } from '@gantry/model';
import { changeDataset } from './change-dataset.ts';
import type { Engine } from './engine.ts';

/**
 * @returns the fingerprint: SHA-256, in hexadecimal, over a line per item in the order of the places, each with
 *   place, name, size and checksum
 * @throws GantryError `unknown-dataset`, `dataset-sealed`; `dataset-open` where it may still grow
 */
export async function sealDataset(engine: Engine, dataset: number): Promise<string> {
  return changeDataset(engine, dataset, async (transaction, { name, state }) => {
    if (state === 'open') {
      throw new GantryError('dataset-open', `The dataset ${name} is open: it may still get places.`, {
        mend: 'Close it first.',
      });
    }
    const { rows } = await transaction.query<{ fingerprint: string }>(
      `UPDATE dataset SET state = 'sealed', fingerprint = (
         SELECT encode(sha256(convert_to(coalesce(string_agg(
           concat_ws(E'\\t', place::text, name, size, checksum), E'\\n' ORDER BY place), ''), 'UTF8')), 'hex')
         FROM item WHERE dataset = $1)
       WHERE id = $1 RETURNING fingerprint`,
      [dataset],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('UPDATE dataset returned no row');
    return row.fingerprint;
  });
}
