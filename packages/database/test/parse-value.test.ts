/** Arrays of whole numbers come out as they are in the database, in whatever form it writes them. */
import { describe, expect, it } from 'vitest';
import { testDatabase } from '../src/testing/index.ts';

describe('arrays of whole numbers', () => {
  const database = testDatabase({ from: 'empty' });

  async function read(expression: string): Promise<unknown> {
    const { rows } = await database.pool.query<{ value: unknown }>(`SELECT ${expression} AS value`);
    return rows[0]?.value;
  }

  it.each([
    [`'{}'`, []],
    [`'{1,-2,2147483647}'`, [1, -2, 2_147_483_647]],
    [`'{1,NULL}'`, [1, null]],
    [
      `'{{1,2},{3,4}}'`,
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [`'[0:1]={5,6}'`, [5, 6]],
    ['NULL', null],
  ])('%s', async (text, value) => {
    expect(await read(`${text}::int[]`)).toEqual(value);
    expect(await read(`${text}::bigint[]`)).toEqual(value);
  });

  it('are exact, or an error', async () => {
    expect(await read(`'{9007199254740991}'::bigint[]`)).toEqual([Number.MAX_SAFE_INTEGER]);
    await expect(read(`'{1,9007199254740993}'::bigint[]`)).rejects.toThrow(RangeError);
  });
});
