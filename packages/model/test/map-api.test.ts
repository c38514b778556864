/** The bytes of a heat map: what is written is read again, and regular places take next to nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMap, encodeMap, encodeMapLines } from '../src/index.ts';

type Row = readonly [x: number, y: number, task: number, state: number];

const head = { change: 7, measure: null, extents: [{ axis: 'n', first: -1, last: 4 }] };

async function bytesOf(rows: readonly Row[], values?: Float32Array): Promise<ArrayBuffer> {
  const lines = encodeMapLines(
    Int32Array.from(rows, ([x]) => x),
    Int32Array.from(rows, ([, y]) => y),
    Float64Array.from(rows, ([, , task]) => task),
  );
  const state = Uint8Array.from(rows, ([, , , byte]) => byte);
  const told = { ...head, measure: values === undefined ? null : 'duration' };
  return new Blob(encodeMap(told, lines, state, values).map((part) => new Uint8Array(part))).arrayBuffer();
}

const coordinate = fc.integer({ min: -(2 ** 30), max: 2 ** 30 });
const row: fc.Arbitrary<Row> = fc.tuple(
  fc.oneof(coordinate, fc.integer({ min: 0, max: 5 })),
  fc.oneof(coordinate, fc.integer({ min: 0, max: 2 })),
  fc.oneof(fc.integer({ min: 1, max: 2 ** 50 }), fc.integer({ min: 1, max: 9 })),
  fc.integer({ min: 0, max: 255 }),
);

describe('a map in bytes', () => {
  it('is read as it was written, whatever its places and ids', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 200 }), fc.boolean(), async (rows, measured) => {
        const values = measured ? Float32Array.from(rows, ([x]) => (x % 7 === 0 ? NaN : x / 3)) : undefined;
        const read = decodeMap(await bytesOf(rows, values));
        const again = Array.from(read.task, (task, at): Row => [
          read.x[at]!,
          read.y[at]!,
          task,
          read.state[at]!,
        ]);
        expect(again).toEqual(rows);
        expect([...read.value]).toEqual([...(values ?? [])]);
        expect(read).toMatchObject({ ...head, count: rows.length, measure: measured ? 'duration' : null });
      }),
    );
  });

  it('takes a byte for a place, and 24 for a row of them, whichever way the ids go', async () => {
    const [width, height] = [100, 50];
    const rows = Array.from({ length: width * height }, (_, index): Row => {
      const [x, y] = [index % width, Math.floor(index / width)];
      return [x, y, 1000 + x * height + y, 3];
    });
    expect((await bytesOf(rows)).byteLength).toBeLessThan(width * height + 24 * height + 200);
  });

  it('is refused where it is cut short or its places are more or fewer than it says', async () => {
    const bytes = await bytesOf([
      [1, 1, 1, 1],
      [2, 1, 2, 1],
    ]);
    expect(() => decodeMap(bytes.slice(0, -1))).toThrow(RangeError);
    const places = 4 + new DataView(bytes).getUint32(0) + 8;
    for (const count of [1, 3]) {
      const other = bytes.slice(0);
      new DataView(other).setUint32(places, count);
      expect(() => decodeMap(other)).toThrow(/places than it says/);
    }
  });
});
