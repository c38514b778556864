import { describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import {
  archiveRun,
  claimTasks,
  closeDataset,
  groupFailures,
  openEngine,
  resumeRun,
  summarizeFailures,
  unarchiveRun,
} from '../src/index.ts';
import { startTestRun } from './test-run.ts';

const database = testDatabase();
const stages = '  map: { tool: map@1, over: each, inputs: { tile: source } }';

describe('a run that is archived', () => {
  it('is out of sight with its failures, until it comes back as it was', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, stages);
    await test.admit(1);
    await expect(archiveRun(engine, test.run)).rejects.toMatchObject({ code: 'run-at-work' });
    await closeDataset(engine, test.dataset);
    const [task] = await test.claim();
    await test.settle(task!, { end: 'failed', made: [], message: 'no' });
    expect(await test.state()).toBe('failed');
    expect(await summarizeFailures(engine, 1)).toMatchObject({ failed: 1 });
    await archiveRun(engine, test.run);
    expect(await test.state()).toBe('archived');
    expect(await summarizeFailures(engine, 1)).toMatchObject({ failed: 0, where: [] });
    expect((await groupFailures(engine, 1, { by: 'cause', limit: 10 })).groups).toEqual([]);
    await expect(resumeRun(engine, test.run, 'all')).rejects.toMatchObject({ code: 'run-archived' });
    await unarchiveRun(engine, test.run);
    expect(await test.state()).toBe('failed');
    expect(await summarizeFailures(engine, 1)).toMatchObject({ failed: 1 });
    await expect(unarchiveRun(engine, test.run)).rejects.toMatchObject({ code: 'run-not-archived' });
  });

  it('sees what came meanwhile when it is back', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, stages);
    await test.admit(1);
    await closeDataset(engine, test.dataset);
    const [task] = await test.claim();
    await test.settle(task!);
    await archiveRun(engine, test.run);
    await test.admit(1, 'other bytes');
    await unarchiveRun(engine, test.run);
    const { rows } = await database.pool.query<{ stale: boolean }>('SELECT stale FROM task WHERE id = $1', [
      task!.task,
    ]);
    expect(rows).toEqual([{ stale: true }]);
    expect(await claimTasks(engine, test.session, 10)).toEqual([]);
    await resumeRun(engine, test.run, 'none');
    expect(await test.claim()).toHaveLength(1);
  });
});
