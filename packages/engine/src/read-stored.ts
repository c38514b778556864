/** How much runs have made and still holds, from the sizes that are kept with the datasets. */
import type { Pool } from '@gantry/database';

export interface StoredOutputs {
  readonly items: number;
  readonly bytes: number;
}

export async function readStored(pool: Pool): Promise<StoredOutputs> {
  const { rows } = await pool.query<{ items: string; bytes: string }>(
    `SELECT coalesce(sum(s.items), 0) AS items, coalesce(sum(s.bytes), 0) AS bytes
     FROM stage_output o JOIN dataset_size s ON s.dataset = o.dataset`,
  );
  return { items: Number(rows[0]?.items ?? 0), bytes: Number(rows[0]?.bytes ?? 0) };
}
