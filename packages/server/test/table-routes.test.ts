import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { maxTableValues, tableAnswerSchema, type TableAnswer } from '@gantry/model';
import { openPictureLaboratory, type PictureLaboratory } from './picture-laboratory.ts';

const database = testDatabase();
let lab: PictureLaboratory;
let tables = 0;
let file: string;

beforeAll(async () => {
  lab = await openPictureLaboratory(database);
  file = join(lab.folder, 'cells-features.csv');
  await writeFile(file, 'id,area,note\r\n1,40,round\r\n2,60,\r\n3,,"long, thin"\r\n');
  await writeFile(
    join(lab.folder, 'cells-features-units.json'),
    JSON.stringify({
      objects: 3,
      columns: { id: { unit: '1', definition: 'Value' }, area: { unit: 'px²', definition: 'Pixels' } },
    }),
  );
  tables = await lab.addDataset('table', ['t'], [[file, 4]]);
});
afterAll(() => lab.close());

async function readTable(query: string): Promise<TableAnswer> {
  const response = await lab.get(`/datasets/${tables}/table?place=t=4${query}`);
  return tableAnswerSchema.parse(await response.json());
}

describe('a table', () => {
  it('is answered in columns, with units and definitions of the sidecar, and a summary of each', async () => {
    const table = await readTable('');
    expect(table).toMatchObject({ name: 'cells-features.csv', path: file, rows: 3, from: 0 });
    expect(table.columns).toEqual([
      {
        ...{ name: 'id', kind: 'number', unit: '1', definition: 'Value' },
        ...{ count: 3, minimum: 1, median: 2, maximum: 3, values: [1, 2, 3] },
      },
      {
        ...{ name: 'area', kind: 'number', unit: 'px²', definition: 'Pixels' },
        ...{ count: 2, minimum: 40, median: 50, maximum: 60, values: [40, 60, null] },
      },
      {
        ...{ name: 'note', kind: 'text', unit: null, definition: null },
        ...{ count: 2, minimum: null, median: null, maximum: null, values: ['round', null, 'long, thin'] },
      },
    ]);
  });

  it('comes in parts, by columns and rows', async () => {
    const part = await readTable('&column=note&column=id&from=1&limit=1');
    expect(part).toMatchObject({ rows: 3, from: 1 });
    expect(part.columns.map(({ name, values }) => [name, values])).toEqual([
      ['note', [null]],
      ['id', [2]],
    ]);
    const summary = await readTable('&limit=0');
    expect(summary.columns[1]).toMatchObject({ maximum: 60, values: [] });
    expect((await readTable('&from=10')).columns[0]?.values).toEqual([]);
  });

  it('is kept for good where its address names the version, and read again when the file changes', async () => {
    const path = join(lab.folder, 'changing.csv');
    await writeFile(path, 'id\n1\n');
    const dataset = await lab.addDataset('table', [], [[path]]);
    const first = await lab.get(`/datasets/${dataset}/table`);
    const { version } = (await first.json()) as TableAnswer;
    const kept = await lab.get(`/datasets/${dataset}/table?v=${version}`);
    expect(kept.headers.get('cache-control')).toContain('immutable');
    await kept.json();
    await writeFile(`${path}.new`, 'id\n1\n2\n');
    await rename(`${path}.new`, path);
    const again = await lab.get(`/datasets/${dataset}/table`);
    expect(((await again.json()) as TableAnswer).rows).toBe(2);
  });

  it('of 100,000 rows and 30 columns is read a few columns at a time', { timeout: 60_000 }, async () => {
    const names = Array.from({ length: 30 }, (_, column) => `c${column}`);
    const lines = [names.join(',')];
    for (let row = 0; row < 100_000; row++)
      lines.push(names.map((_, column) => row * 30 + column + 0.25).join(','));
    const path = join(lab.folder, 'large.csv');
    await writeFile(path, lines.join('\n'));
    const dataset = await lab.addDataset('table', [], [[path]]);
    const summary = await lab.get(`/datasets/${dataset}/table?limit=0`);
    expect(((await summary.json()) as TableAnswer).rows).toBe(100_000);
    const two = await lab.get(`/datasets/${dataset}/table?column=c3&column=c29&limit=100000`);
    const { columns } = (await two.json()) as TableAnswer;
    expect(columns[1]?.values.length).toBe(100_000);
    expect(columns[1]?.values.at(-1)).toBe(99_999 * 30 + 29.25);
    expect(await lab.problem(`/datasets/${dataset}/table?limit=100000`)).toMatchObject({
      ...{ status: 400, field: 'query.limit' },
      detail: expect.stringContaining(String(maxTableValues)) as unknown,
    });
  });
});

describe('what is no table', () => {
  it('is said, with the file, the line and the mend', async () => {
    const damaged = join(lab.folder, 'damaged.csv');
    await writeFile(damaged, 'id,area\n1,2\n3\n');
    const gone = join(lab.folder, 'gone.csv');
    await writeFile(gone, 'id\n');
    const picture = await lab.addDataset('image', [], [[file]]);
    const dataset = await lab.addDataset(
      'table',
      ['n'],
      [
        [damaged, 0],
        [gone, 1],
      ],
    );
    await rename(gone, `${gone}.away`);
    expect(await lab.problem(`/datasets/${dataset}/table?place=n=0`)).toMatchObject({
      ...{ status: 422, code: 'table-damaged', file: damaged, line: 3 },
    });
    expect(await lab.problem(`/datasets/${dataset}/table?place=n=1`)).toMatchObject({
      ...{ status: 404, code: 'table-missing', file: gone },
    });
    expect(await lab.problem(`/datasets/${picture}/table`)).toMatchObject({
      ...{ status: 422, code: 'not-a-table', file },
    });
    expect(await lab.problem(`/datasets/${tables}/table?place=t=4&column=size`)).toMatchObject({
      ...{ status: 400, field: 'query.column', mend: 'Its columns are id, area, note.' },
    });
    expect(await lab.problem(`/datasets/${tables}/table?place=t=5`)).toMatchObject({ code: 'unknown-item' });
  });
});
