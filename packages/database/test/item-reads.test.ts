import { expect, it } from 'vitest';
import { testDatabase } from '../src/testing/index.ts';

const database = testDatabase();

it('tells items apart by dataset, place and revision, alone and in sums of two', async () => {
  const { rows } = await database.pool.query<{ all: number; apart: number; pairs: number; sums: number }>(`
    WITH one AS MATERIALIZED (
      SELECT d, r, p, item_reads(d, p, r) AS reads
      FROM generate_series(1, 40) d, generate_series(1, 40) r,
        (VALUES ('{}'::int[]), ('{0,0}'), ('{0,1}'), ('{1,0}')) v(p)
    ), two AS (
      -- A task that reads a dataset and its neighbour at the same place, after any changes of both.
      SELECT a.d, a.r AS ar, b.r AS br, a.reads + b.reads AS sum
      FROM one a JOIN one b ON b.d = a.d + 1 AND a.p = '{1,0}' AND b.p = a.p
    )
    SELECT (SELECT count(*)::int FROM one) AS all, (SELECT count(DISTINCT reads)::int FROM one) AS apart,
      (SELECT count(*)::int FROM two) AS pairs, (SELECT count(DISTINCT (d, sum))::int FROM two) AS sums`);
  const [{ all, apart, pairs, sums } = { all: 0, apart: -1, pairs: 0, sums: -1 }] = rows;
  expect(apart).toBe(all);
  expect(sums).toBe(pairs);
});
