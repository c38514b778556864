/** Which agent takes what: labels, pools, graphics processors; and how much, while it runs. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testDatabase } from '@gantry/database/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHostLaboratory, waitFor, type HostLaboratory, type LabAgent } from './host-laboratory.ts';

const database = testDatabase();
let lab: HostLaboratory;
let pooled: LabAgent;

beforeAll(async () => {
  lab = await openHostLaboratory(database.pool);
  for (const [name, invitation, args] of [
    ['plain', {}, []],
    ['scanner', { labels: { scanner: 'b' } }, []],
    ['pooled', { pool: 'night' }, []],
    ['graphics', {}, ['--gpu', '2']],
  ] as const) {
    const agent = await lab.startAgent(name, { invitation, args: ['--storage', 'transfer', ...args] });
    await waitFor(async () => agent.said().includes('joined') || undefined);
    if (name === 'pooled') pooled = agent;
  }
}, 60_000);
afterAll(() => lab.close());

async function agentsOf(run: number): Promise<string[]> {
  await lab.waitForEnd(run);
  const tasks = await lab.client.tasks(run);
  return [...new Set(tasks.map(({ last }) => last?.agent ?? 'none'))].sort();
}

describe('a stage', () => {
  it(
    'goes to agents with its labels, its pool and its graphics processors',
    { timeout: 60_000 },
    async () => {
      const { folder } = await lab.makeFiles(4, 1000);
      const stage = (more: string): string => `  copy: { tool: copy@1, inputs: { file: source }, ${more} }\n`;
      expect(await agentsOf(await lab.startRun(stage('labels: { scanner: b }'), folder))).toEqual([
        'scanner',
      ]);
      expect(await agentsOf(await lab.startRun(stage('pool: night'), folder))).toEqual(['pooled']);
      expect(await agentsOf(await lab.startRun(stage('resources: { gpu: 2 }'), folder))).toEqual([
        'graphics',
      ]);
      expect(await agentsOf(await lab.startRun(stage('title: x'), folder, { pool: 'night' }))).toEqual([
        'pooled',
      ]);
      expect(await agentsOf(await lab.startRun(stage('title: x'), folder))).not.toContain('pooled');
    },
  );

  it(
    'waits for an agent that has what it asks for, which may be said while it waits',
    { timeout: 60_000 },
    async () => {
      const { folder } = await lab.makeFiles(2, 1000);
      const run = await lab.startRun(
        '  copy: { tool: copy@1, inputs: { file: source }, labels: { lens: x } }\n',
        folder,
      );
      await waitFor(async () => ((await lab.client.run(run)).tasks.ready === 2 ? true : undefined));
      await lab.client.changeAgent((await lab.agent('plain')).id, { labels: { lens: 'x', more: 'y' } });
      expect(await agentsOf(run)).toEqual(['plain']);
      await lab.client.changeAgent((await lab.agent('plain')).id, { labels: null });
      expect(await lab.agent('plain')).toMatchObject({ labels: {}, labelsSet: false });
    },
  );
});

describe('a capacity', () => {
  it('grows and shrinks while tasks run, and none of them is ended for it', { timeout: 60_000 }, async () => {
    const { id } = await lab.agent('pooled');
    const runs = async (count: number): Promise<void> => {
      await waitFor(async () => ((await lab.agent('pooled')).load?.cpu === count ? true : undefined));
    };
    await lab.client.changeAgent(id, { capacity: { slots: 4, cpu: 8 } });
    const gates = join(lab.folder, 'gates');
    await mkdir(gates);
    const { folder } = await lab.makeFiles(10, 1000);
    const stage = '  hold: { tool: hold@1, inputs: { file: source } }\n';
    const run = await lab.startRun(stage, folder, { pool: 'night', gates });
    await runs(4);
    await lab.client.changeAgent(id, { capacity: { slots: 1 } });
    // The four go on to their end; then there is one at a time.
    const held = (await readdir(gates)).map((name) => name.split('-')[1]);
    expect(held).toHaveLength(4);
    await waitFor(async () => pooled.said().includes('takes 1 tasks') || undefined);
    expect((await lab.agent('pooled')).load?.cpu).toBe(4);
    for (const n of held) await writeFile(join(gates, `open-${n}`), '');
    await runs(1);
    expect((await lab.client.run(run)).tasks.succeeded).toBe(4);
    await lab.client.changeAgent(id, { capacity: { slots: 4 } });
    await runs(4);
    await writeFile(join(gates, 'open'), '');
    await lab.waitForEnd(run);
    const { rows } = await database.pool.query(
      'SELECT DISTINCT outcome::text FROM attempt a JOIN stage s ON s.id = a.stage WHERE s.run = $1 AND a.started IS NOT NULL',
      [run],
    );
    expect(rows).toEqual([{ outcome: 'succeeded' }]);
    await lab.client.changeAgent(id, { capacity: { slots: null, cpu: null } });
    expect(await lab.agent('pooled')).toMatchObject({ set: {}, capacity: { slots: 2 } });
  });
});
