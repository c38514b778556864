/** The timeline of a run tells when its tasks ended, and what has happened to it, in its order and once. */
import { testDatabase } from '@gantry/database/testing';
import { describe, expect, it } from 'vitest';
import {
  archiveRun,
  cancelRun,
  expireSessions,
  openEngine,
  pauseRun,
  pauseStage,
  readTimeline,
  resumeRun,
  setPriority,
  unarchiveRun,
} from '../src/index.ts';
import { startTestRun } from './test-run.ts';

const database = testDatabase();

const stages = `  map: { tool: map@1, inputs: { tile: source } }
  last: { tool: map@1, inputs: { tile: map.made } }`;

describe('the timeline of a run', () => {
  it('has its events in their order, those of what was done and not those of what was refused', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, stages);
    await test.admit(1);
    await pauseRun(engine, test.run);
    await pauseRun(engine, test.run);
    await resumeRun(engine, test.run, 'none');
    await resumeRun(engine, test.run, 'none');
    await pauseStage(engine, test.run, 'last', true);
    await pauseStage(engine, test.run, 'last', false);
    await expect(pauseStage(engine, test.run, 'lost', true)).rejects.toMatchObject({ code: 'unknown-stage' });
    await setPriority(engine, test.run, 3);
    await cancelRun(engine, test.run);
    await cancelRun(engine, test.run);
    await archiveRun(engine, test.run);
    await unarchiveRun(engine, test.run);
    await resumeRun(engine, test.run, 'all');
    const { events } = await readTimeline(engine, test.run, 10);
    expect(events.map(({ about }) => about)).toEqual([
      { kind: 'created' },
      { kind: 'paused' },
      { kind: 'taken-up', again: 0, below: 0 },
      { kind: 'stage-paused', stage: 'last' },
      { kind: 'stage-resumed', stage: 'last' },
      { kind: 'priority', priority: 3 },
      { kind: 'ended', state: 'cancelled' },
      { kind: 'archived' },
      { kind: 'unarchived' },
      { kind: 'taken-up', again: 2, below: 0 },
    ]);
    expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).toSorted());
  });

  it('counts when the tasks of each stage ended, in equal parts of its time', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, stages);
    for (const n of [1, 2, 3, 4]) await test.admit(n);
    const { rows } = await database.pool.query<{ created: Date }>(
      `UPDATE run SET created = now() - interval '100 s' WHERE id = $1 RETURNING created`,
      [test.run],
    );
    const at = (seconds: number): string =>
      new Date(rows[0]!.created.getTime() + 1000 * seconds).toISOString();
    const claimed = await test.claim(4);
    for (const [index, task] of claimed.entries()) {
      const end = index < 3 ? 15 : 65;
      await test.settle(task, { started: at(end - 5), ended: at(end) });
    }
    const timeline = await readTimeline(engine, test.run, 10);
    const [map, last] = timeline.stages;
    expect(map).toMatchObject({ name: 'map', tasks: 4, looked: 4, first: at(10), last: at(65) });
    // The end of the axis is now, a moment later than a hundred seconds.
    expect(map?.ended).toEqual([0, 3, 0, 0, 0, 0, 1, 0, 0, 0]);
    expect(last).toMatchObject({ first: null, last: null, ended: Array(10).fill(0) });
  });

  it('tells of an agent that was lost with tasks of it', async () => {
    const engine = openEngine(database.pool);
    const test = await startTestRun(engine, stages);
    for (const n of [1, 2]) await test.admit(n);
    await test.claim(2);
    await database.pool.query(`UPDATE session SET expires = now() - interval '1 s' WHERE id = $1`, [
      test.session,
    ]);
    await expireSessions(engine);
    const { events } = await readTimeline(engine, test.run, 10);
    expect(events.at(-1)?.about).toMatchObject({ kind: 'agent-lost', attempts: 2 });
  });
});
