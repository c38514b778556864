import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTable, type ParsedTable } from '../../src/tables/parse-table.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-tables-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;
async function parseText(text: string): Promise<ParsedTable> {
  const path = join(folder, `${files++}.csv`);
  await writeFile(path, text);
  return await parseTable(path);
}

function valuesOf(table: ParsedTable, name: string): (number | string)[] {
  return [...(table.columns.find((column) => column.name === name)?.values ?? [])];
}

describe('a table', () => {
  it('has columns of numbers with their extremes and median, and columns of text', async () => {
    const table = await parseText('id,area,name\r\n1,10.5,a\r\n2,,b\r\n3,-2e3,"c, d"\r\n4,NaN,\r\n');
    expect(table.rows).toBe(4);
    expect(table.columns[1]).toMatchObject({
      ...{ kind: 'number', name: 'area', count: 2, minimum: -2000, maximum: 10.5, median: -994.75 },
      values: Float64Array.of(10.5, NaN, -2000, NaN),
    });
    expect(table.columns[2]).toEqual({
      kind: 'text',
      name: 'name',
      values: ['a', 'b', 'c, d', ''],
      count: 3,
    });
  });

  it('keeps numbers that begin with zeros as the names that they are', async () => {
    const table = await parseText('well,value\nA,0.5\n');
    expect(table.columns.map(({ kind }) => kind)).toEqual(['text', 'number']);
    expect(valuesOf(await parseText('plate,n\n007,1\n012,2\n'), 'plate')).toEqual(['007', '012']);
  });

  it('takes a column for text where a text comes late', async () => {
    const numbers = Array.from({ length: 3000 }, (_, row) => `${row},${row}`).join('\n');
    const table = await parseText(`a,b\n${numbers}\n3000,none\n`);
    expect(table.columns.map(({ kind }) => kind)).toEqual(['number', 'text']);
    expect(valuesOf(table, 'b').slice(-2)).toEqual(['2999', 'none']);
  });

  it('may begin with a byte order mark, and have semicolons or tabs instead of commas', async () => {
    for (const delimiter of [';', '\t']) {
      const table = await parseText(`\uFEFFid${delimiter}"x, y"\n1${delimiter}2\n`);
      expect(table.columns.map(({ name }) => name)).toEqual(['id', 'x, y']);
    }
  });

  it('gives every column a name of its own', async () => {
    const table = await parseText(' ,area,area,area (2)\n1,2,3,4\n');
    expect(table.columns.map(({ name }) => name)).toEqual(['column 1', 'area', 'area (2)', 'area (2) (2)']);
  });

  it('may have a header alone', async () => {
    const table = await parseText('id,area\r\n');
    expect(table.rows).toBe(0);
    expect(table.columns[0]).toMatchObject({ kind: 'number', count: 0, minimum: null, median: null });
  });

  it('comes back as it was written, whatever its fields hold', async () => {
    const quote = (field: string): string => `"${field.replaceAll('"', '""')}"`;
    const rowsOf = fc.array(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 3, maxLength: 3 }), {
      minLength: 1,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(rowsOf, async (rows) => {
        // The first row makes all columns text.
        const all = [['a', 'b', 'c'], ['x', 'x', 'x'], ...rows];
        const table = await parseText(all.map((row) => row.map(quote).join(',')).join('\r\n'));
        const read = Array.from({ length: table.rows }, (_, row) =>
          table.columns.map(({ values }) => values[row]),
        );
        expect(read).toEqual(all.slice(1));
      }),
      { numRuns: 50 },
    );
  });
});

describe('a damaged table', () => {
  it.each([
    ['a row that is too short', 'a,b\n1,2\n3\n4,5\n', 'table-damaged', 3],
    ['a row that is too long, after a field over two lines', 'a,b\n"1\n1",2\n3,4,5\n', 'table-damaged', 4],
    ['a quote within a field', 'a,b\n1,2\n3,x"y"\n', 'table-damaged', 3],
    ['a quote that is never closed', 'a,b\n1,"2\n3,4\n', 'table-damaged', 2],
    ['no header', '', 'table-empty', 1],
  ])('is refused with file and line: %s', async (_, text, code, line) => {
    await expect(parseText(text)).rejects.toMatchObject({
      ...{ name: 'GantryError', code, line },
      file: expect.stringContaining(folder) as unknown,
      mend: expect.stringMatching(/\.$/) as unknown,
    });
  });
});
