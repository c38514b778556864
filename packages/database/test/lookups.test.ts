/**
 * The statements of the hot path reach tasks and items by stage or dataset AND place, also where the statistics know
 * nothing of the stage yet. Else PostgreSQL compares all of its tasks with each.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { unbounded } from '@gantry/model';
import type { InputShape, StageShape } from '../src/index.ts';
import type { StageTouch } from '../src/stage-touch.ts';
import { advanceStageSql } from '../src/statements/advance-stage.ts';
import { claimTasksSql } from '../src/statements/claim-tasks.ts';
import { listInputsSql } from '../src/statements/list-inputs.ts';
import { inputRanges } from '../src/statements/recount.ts';
import { testDatabase } from '../src/testing/index.ts';

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'TID Cond'?: string;
  readonly Plans?: readonly PlanNode[];
}

const known = 1;
const fresh = 2;
const dataset = 7;

function stageOf(offsets: InputShape['offsets']): StageShape {
  return {
    id: fresh,
    recipe: 0,
    axes: ['row', 'col'],
    inputs: [
      {
        producer: known,
        output: 0,
        dataset,
        axes: ['row', 'col'],
        unitAxes: ['row', 'col'],
        many: offsets !== undefined,
        required: true,
        covering: true,
        offsets,
        bounds: unbounded,
        toldTwice: false,
      },
    ],
    outputs: [{ name: 'made', dataset: 8, extra: 0, required: true, consumed: true }],
    tolerate: { places: 0 },
    drop: false,
    tries: 1,
    losses: 3,
  };
}

const nothing: StageTouch = { verdicts: false, fresh: false, changes: false, everyTask: false };

describe('a stage that is newer than the statistics', () => {
  const database = testDatabase();

  beforeAll(async () => {
    const { pool } = database;
    const places = 'SELECT ARRAY[i / 100, i % 100] AS place FROM generate_series(0, 9999) i';
    const tasks = (stage: number) =>
      `INSERT INTO task (stage, place, state, counts) SELECT ${stage}, place, 'waiting', '{1,0,1,0}' FROM (${places}) p`;
    const items = (of: number) =>
      `INSERT INTO item (dataset, place, name, path, size, checksum) SELECT ${of}, place, '', '', 1, '' FROM (${places}) p`;
    await pool.query(`${tasks(known)}; ${items(3)}; ANALYZE task; ANALYZE item`);
    await pool.query(`${tasks(fresh)}; ${items(dataset)}`);
  });

  async function nodesOf(text: string, values: readonly unknown[]): Promise<PlanNode[]> {
    const client = await database.pool.connect();
    try {
      await client.query('SELECT prepare_steps()');
      const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
        `EXPLAIN (FORMAT JSON) ${text}`,
        [...values],
      );
      const all = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(all)];
      return rows.flatMap((row) => all(row['QUERY PLAN'][0].Plan));
    } finally {
      client.release();
    }
  }

  const scansOf = (nodes: readonly PlanNode[], table: string) =>
    nodes
      .filter((node) => node['Relation Name'] === table && node['Node Type'].includes('Scan'))
      .map((node) => node['Index Cond'] ?? node['TID Cond'] ?? node['Node Type']);

  const moment = (stage: StageShape) => [
    ...[stage.id, [known], [dataset], [8], [false], false, [false], 1, 1, 3],
    inputRanges(stage),
    ...[0, 1, 0],
    0,
  ];

  it.each([
    ['changes', { changes: true }],
    ['changes and verdicts', { changes: true, verdicts: true }],
  ])('is advanced by %s through the places of its tasks', async (_name, touch) => {
    for (const offsets of [undefined, [{}, { row: 1 }]]) {
      const stage = stageOf(offsets);
      const nodes = await nodesOf(advanceStageSql(stage, { ...nothing, ...touch }), moment(stage));
      const scans = scansOf(nodes, 'task');
      expect(scans.length).toBeGreaterThan(0);
      for (const scan of scans) expect(scan).toMatch(/place = |ctid = /);
    }
  });

  it('is advanced by verdicts through where its tasks lie', async () => {
    const stage = stageOf(undefined);
    const nodes = await nodesOf(advanceStageSql(stage, { ...nothing, verdicts: true }), moment(stage));
    for (const scan of scansOf(nodes, 'task')) expect(scan).toMatch(/ctid = /);
  });

  it('lists what a claimed task reads through its place, where that is one item', async () => {
    const values = [fresh, 1, 10, 0, dataset, 1];
    const nodes = await nodesOf(claimTasksSql(stageOf(undefined)), values);
    expect(scansOf(nodes, 'item')).toEqual([expect.stringMatching(/place = /)]);
    for (const scan of scansOf(nodes, 'task')) expect(scan).not.toBe('Seq Scan');
    expect(scansOf(await nodesOf(claimTasksSql(stageOf([{}, { row: 1 }])), values), 'item')).toEqual([]);
  });

  it.each([true, false])('reads its inputs through their places (claimed: %s)', async (claimed) => {
    for (const offsets of [undefined, [{}, { row: 1 }]]) {
      const stage = stageOf(offsets);
      const nodes = await nodesOf(listInputsSql(stage, 0, claimed), ['{10001,10002}', dataset, known]);
      for (const scan of scansOf(nodes, 'item')) expect(scan).toMatch(/place = /);
      for (const scan of scansOf(nodes, 'task')) expect(scan).toMatch(/place = |id = ANY/);
    }
  });
});
