import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrayText } from '../src/index.ts';
import { testDatabase } from '../src/testing/index.ts';

describe('arrayText', () => {
  const database = testDatabase({ from: 'empty' });

  it('is read by PostgreSQL as the same texts, whatever characters they have', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({
        unit: fc.constantFrom('"', '\\', 'n', '\n', '\t', '{', '}', ',', ' ', 'NULL', 'null', ''),
      }),
      fc.json(),
    );
    const texts = fc.array(
      fc.option(
        text.filter((value) => !value.includes('\0') && value.isWellFormed()),
        { nil: null },
      ),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (values) => {
        const { rows } = await database.pool.query<{ read: unknown }>('SELECT $1::text[] AS read', [
          arrayText(values),
        ]);
        expect(rows[0]?.read).toEqual(values);
      }),
      { numRuns: 200 },
    );
  });

  it('is read as the same numbers and booleans', async () => {
    const { rows } = await database.pool.query(
      'SELECT $1::bigint[] AS n, $2::float8[] AS x, $3::boolean[] AS b',
      [arrayText([1, -2, 2 ** 52, null]), arrayText([0.5, 1e-7, 1e21]), arrayText([true, false, null])],
    );
    expect(rows).toEqual([{ n: [1, -2, 2 ** 52, null], x: [0.5, 1e-7, 1e21], b: [true, false, null] }]);
  });
});
