/** A run whose pipeline is edited while it is at work, told by small stories. The rules as a whole: reference.test.ts. */
import { describe, expect, it } from 'vitest';
import { compilePipeline, parsePipelineFile, unbounded, type CompiledPipeline } from '@gantry/model';
import { claimTasks as claimByRevision } from '@gantry/database';
import { testDatabase } from '@gantry/database/testing';
import {
  archiveRun,
  cancelRun,
  closeDataset,
  describeRun,
  editRun,
  explainTask,
  findTask,
  listRevisions,
  openEngine,
  pauseStage,
  tryEdit,
  type ClaimedTask,
  type Engine,
  type RunEdit,
} from '../src/index.ts';
import { startTestRun, testTools, type TestRun } from './test-run.ts';

const database = testDatabase();

function open(): Engine {
  return openEngine(database.pool);
}

const first = '  fix: { tool: map@1, inputs: { tile: source } }\n';
const second = '  mark: { tool: map@1, inputs: { tile: fix.made } }\n';
const third = '  last: { tool: map@1, inputs: { tile: mark.made } }\n';

function compile(stages: string): CompiledPipeline {
  const text = `gantry: pipeline/v1\nname: test\nsource: { type: image, axes: [n] }\nstages:\n${stages}`;
  return compilePipeline(parsePipelineFile(text, 'test.yaml'), testTools);
}

function editTo(base: number, stages: string, more: Partial<RunEdit> = {}): RunEdit {
  return { base, pipeline: compile(stages), tools: {}, ...more };
}

const level = (value: number) =>
  `  fix: { tool: map@1, inputs: { tile: source }, params: { level: ${value} } }\n`;

/** Runs all that can run, to `content`. */
async function runAll(test: TestRun, content = 'm'): Promise<string[]> {
  const ran: string[] = [];
  for (;;) {
    const claimed = await test.claim();
    if (claimed.length === 0) return ran;
    for (const task of claimed) {
      ran.push(nameOf(task));
      await test.settle(task, { made: madeOf(task, content) });
    }
  }
}

function nameOf(task: ClaimedTask): string {
  return `${task.stage.name} ${task.place.join(',')}`;
}

function madeOf(task: ClaimedTask, checksum: string) {
  return [{ output: 'made', name: 'made.tif', path: `${task.attempt}/made.tif`, size: 1, checksum }];
}

async function itemsOf(stage: string, run: number): Promise<string[]> {
  const { rows } = await database.pool.query<{ item: string }>(
    `SELECT format('%s=%s', i.place[1], i.checksum) AS item
     FROM stage s JOIN stage_output o ON o.stage = s.id JOIN item i ON i.dataset = o.dataset
     WHERE s.run = $1 AND s.name = $2 ORDER BY s.id, i.place`,
    [run, stage],
  );
  return rows.map(({ item }) => item);
}

describe('a stage that is added', () => {
  it('takes up all that is complete upstream, while items come and another stage is paused', async () => {
    const engine = open();
    const test = await startTestRun(engine, first + second);
    await pauseStage(engine, test.run, 'mark', true);
    for (let n = 0; n < 50; n++) await test.admit(n);
    for (const task of await test.claim(30)) await test.settle(task);
    // More come while the edit is made.
    const coming = Promise.all(Array.from({ length: 50 }, (_, n) => test.admit(50 + n)));
    const added = '  count: { tool: map@1, inputs: { tile: fix.made } }\n';
    const { effects } = await editRun(engine, test.run, editTo(1, first + second + added));
    await coming;
    expect(effects.map(({ stage, again, follow }) => ({ stage, again, follow }))).toEqual([
      { stage: 'count', again: 0, follow: 0 },
    ]);
    const counts = await test.counts();
    expect(counts['count']).toEqual({ ready: 30, waiting: 70 });
    expect(counts['mark']).toEqual({ ready: 30, waiting: 70 });
    await closeDataset(engine, test.dataset);
    await runAll(test);
    expect((await test.counts())['count']).toEqual({ succeeded: 100 });
    // What is paused is left.
    expect((await test.counts())['mark']).toEqual({ ready: 100 });
    expect(await test.state()).toBe('active');
  });

  it('takes a run up again that had ended, and runs nothing else', async () => {
    const engine = open();
    const test = await startTestRun(engine, first);
    await test.admit(1);
    await closeDataset(engine, test.dataset);
    await runAll(test);
    expect(await test.state()).toBe('succeeded');
    await editRun(engine, test.run, editTo(1, first + second));
    expect(await test.state()).toBe('active');
    expect(await runAll(test)).toEqual(['mark 1']);
    expect(await test.state()).toBe('succeeded');
  });

  it('counts one task for all, and groups, from what is there', async () => {
    const engine = open();
    const test = await startTestRun(engine, first);
    for (const n of [1, 2, 3]) await test.admit(n);
    await runAll(test);
    await closeDataset(engine, test.dataset);
    await editRun(
      engine,
      test.run,
      editTo(1, `${first}  all: { tool: gather@1, over: all, inputs: { tiles: fix.made } }\n`),
    );
    const [task] = await test.claim();
    expect(task?.inputs['tiles']).toHaveLength(3);
  });
});

describe('a parameter that changes', () => {
  it('makes exactly what depends on it stale, and equal bytes end it', async () => {
    const engine = open();
    const apart = '  apart: { tool: map@1, inputs: { tile: source } }\n';
    const test = await startTestRun(engine, first + second + third + apart);
    for (const n of [1, 2, 3]) await test.admit(n);
    await runAll(test);
    const plan = await tryEdit(engine, test.run, editTo(1, level(2) + second + third + apart));
    expect(plan.effects).toMatchObject([
      { stage: 'fix', again: 3, follow: 0 },
      { stage: 'mark', again: 0, follow: 3 },
      { stage: 'last', again: 0, follow: 3 },
    ]);
    expect(await runAll(test)).toEqual([]);
    await editRun(engine, test.run, editTo(1, level(2) + second + third + apart));
    // The first stage runs again; where it makes the same bytes nothing follows.
    expect(await runAll(test)).toEqual(['fix 1', 'fix 2', 'fix 3']);
    expect((await test.counts())['last']).toEqual({ succeeded: 3 });
    const [revision] = await listRevisions(engine, test.run);
    expect(revision).toMatchObject({
      revision: 2,
      redone: 3,
      changes: [{ stage: 'fix', kind: 'changed', parts: [{ field: 'params.level', from: '1', to: '2' }] }],
    });
  });

  it('is fresh again without running when it comes back', async () => {
    const engine = open();
    const test = await startTestRun(engine, first + second);
    await test.admit(1);
    await runAll(test);
    await editRun(engine, test.run, editTo(1, level(2) + second));
    expect((await test.counts())['fix']).toEqual({ ready: 1 });
    const { effects } = await editRun(engine, test.run, editTo(2, first + second));
    expect(effects).toMatchObject([
      { stage: 'fix', back: 1 },
      { stage: 'mark', back: 1 },
    ]);
    expect(await runAll(test)).toEqual([]);
    expect(await test.counts()).toEqual({ fix: { succeeded: 1 }, mark: { succeeded: 1 } });
  });

  it('counts for what comes later, too, in whatever way that is counted', async () => {
    const engine = open();
    const test = await startTestRun(engine, first + second);
    await test.admit(1);
    await editRun(engine, test.run, editTo(1, level(2) + second));
    await test.admit(2);
    await runAll(test);
    // All of it is counted from scratch, and comes to the same.
    const wide = { source: { ...unbounded, region: { n: [0, 9] as const } } };
    const { effects } = await editRun(engine, test.run, editTo(2, level(2) + second, { bounds: wide }));
    expect(effects).toEqual([]);
    expect(await runAll(test)).toEqual([]);
    await editRun(engine, test.run, editTo(3, first + second));
    expect((await test.counts())['fix']).toEqual({ ready: 2 });
  });

  it('lets a running attempt end, and runs its task again: its result never counts as fresh', async () => {
    const engine = open();
    const test = await startTestRun(engine, first + second);
    await test.admit(1);
    const [before] = await test.claim();
    await editRun(engine, test.run, editTo(1, level(2) + second));
    expect(before!.stage.compiled.params).toEqual({ level: 1 });
    await test.settle(before!, { made: madeOf(before!, 'old') });
    expect(await test.counts()).toEqual({ fix: { ready: 1 }, mark: { waiting: 1 } });
    const [after] = await test.claim();
    expect(after!.stage.compiled.params).toEqual({ level: 2 });
    await test.settle(after!, { made: madeOf(after!, 'new') });
    expect(await itemsOf('fix', test.run)).toEqual(['1=new']);
    expect((await test.counts())['mark']).toEqual({ ready: 1 });
    const { rows } = await database.pool.query('SELECT revision FROM attempt WHERE task = $1 ORDER BY id', [
      before!.task,
    ]);
    expect(rows).toEqual([{ revision: 1 }, { revision: 2 }]);
  });

  it('tries again what had failed', async () => {
    const engine = open();
    const test = await startTestRun(engine, first + second);
    await test.admit(1);
    await closeDataset(engine, test.dataset);
    const [task] = await test.claim();
    await test.settle(task!, { end: 'failed', made: [], message: 'too dark' });
    expect(await test.state()).toBe('failed');
    await editRun(engine, test.run, editTo(1, level(2) + second));
    expect(await runAll(test)).toEqual(['fix 1', 'mark 1']);
    expect(await test.state()).toBe('succeeded');
  });

  it('is named where somebody asks why a task is stale', async () => {
    const engine = open();
    const test = await startTestRun(engine, first + second);
    await test.admit(1);
    await runAll(test);
    await editRun(engine, test.run, editTo(1, level(2) + second));
    const why = async (stage: string): Promise<string> => {
      const { why: reasons } = await explainTask(
        engine,
        await findTask(engine, test.run, stage, { n: 1 }),
        '/',
      );
      return reasons.join(' ');
    };
    expect(await why('fix')).toContain('fix.level 1 → 2 in revision 2');
    expect(await why('mark')).toContain('fix.level 1 → 2 in revision 2');
  });

  it('runs nothing again for limits, and for how often a task is tried', async () => {
    const engine = open();
    const test = await startTestRun(engine, first);
    await test.admit(1);
    await runAll(test);
    const limits =
      '  fix: { tool: map@1, inputs: { tile: source }, retry: 2, resources: { memory: 1GiB } }\n';
    const { changes, effects } = await editRun(engine, test.run, editTo(1, limits));
    expect(changes).toMatchObject([{ stage: 'fix', kind: 'changed', effect: 'keep' }]);
    expect(effects).toEqual([]);
    expect(await runAll(test)).toEqual([]);
  });
});

describe('a stage that is removed', () => {
  it('leaves its data; its child reads what it had read', async () => {
    const engine = open();
    const test = await startTestRun(engine, first + second + third);
    for (const n of [1, 2]) await test.admit(n);
    await runAll(test);
    const moved = '  last: { tool: map@1, inputs: { tile: fix.made } }\n';
    const { effects } = await editRun(engine, test.run, editTo(1, first + moved));
    expect(effects).toMatchObject([
      { stage: 'last', again: 2 },
      { stage: 'mark', left: 2 },
    ]);
    expect(await itemsOf('mark', test.run)).toEqual(['1=m', '2=m']);
    expect(await runAll(test)).toEqual(['last 1', 'last 2']);
    const detail = await describeRun(engine, test.run);
    expect(detail.stages.map(({ name }) => name)).toEqual(['fix', 'last']);
    expect(detail.tasks).toEqual({ succeeded: 4 });
  });

  it('cancels what runs of it, and takes no notice of its reports', async () => {
    const engine = open();
    const test = await startTestRun(engine, first + second);
    await test.admit(1);
    await closeDataset(engine, test.dataset);
    await test.settle((await test.claim())[0]!);
    const [running] = await test.claim();
    await editRun(engine, test.run, editTo(1, first));
    expect(await test.state()).toBe('succeeded');
    const { rows } = await database.pool.query('SELECT cancel FROM running WHERE attempt = $1', [
      running!.attempt,
    ]);
    expect(rows).toEqual([{ cancel: true }]);
    // It had ended just before it was told so.
    const settled = await test.settle(running!);
    expect(settled.refused).toEqual([]);
    expect(settled.unused.map(({ attempt }) => attempt)).toEqual([running!.attempt]);
    expect(await itemsOf('mark', test.run)).toEqual([]);
  });

  it('comes back as another stage of its name', async () => {
    const engine = open();
    const test = await startTestRun(engine, first + second);
    await test.admit(1);
    await runAll(test, 'old');
    await editRun(engine, test.run, editTo(1, first));
    await editRun(engine, test.run, editTo(2, first + second));
    expect(await runAll(test, 'new')).toEqual(['mark 1']);
    expect(await itemsOf('mark', test.run)).toEqual(['1=old', '1=new']);
  });

  it('is begun anew where it walks otherwise', async () => {
    const engine = open();
    const test = await startTestRun(engine, first);
    for (const n of [1, 2]) await test.admit(n);
    await closeDataset(engine, test.dataset);
    await runAll(test, 'old');
    const { changes } = await editRun(
      engine,
      test.run,
      editTo(1, '  fix: { tool: gather@1, over: all, inputs: { tiles: source } }\n'),
    );
    expect(changes).toMatchObject([{ stage: 'fix', kind: 'replaced' }]);
    const [task] = await test.claim();
    expect(task?.inputs['tiles']).toHaveLength(2);
  });
});

describe('the region and skipped planes', () => {
  it('take places away and bring them back, with what was made of them', async () => {
    const engine = open();
    const test = await startTestRun(engine, first + second);
    for (const n of [1, 2, 3]) await test.admit(n);
    await runAll(test);
    const stages = first + second;
    const narrow = { source: { ...unbounded, region: { n: [1, 2] as const }, skip: { n: [2] } } };
    const { effects } = await editRun(engine, test.run, editTo(1, stages, { bounds: narrow }));
    expect(effects).toMatchObject([
      { stage: 'fix', fewer: 2 },
      { stage: 'mark', fewer: 2 },
    ]);
    expect(await test.counts()).toEqual({ fix: { succeeded: 1 }, mark: { succeeded: 1 } });
    expect(await itemsOf('fix', test.run)).toEqual(['1=m', '2=m', '3=m']);
    // What comes outside is seen when the region is wider again; what was there has not to run.
    await test.admit(5);
    expect(await runAll(test)).toEqual([]);
    await editRun(engine, test.run, editTo(2, stages, { bounds: { source: unbounded } }));
    expect(await runAll(test)).toEqual(['fix 5', 'mark 5']);
    expect(await test.counts()).toEqual({ fix: { succeeded: 4 }, mark: { succeeded: 4 } });
  });

  it('cancel what runs outside', async () => {
    const engine = open();
    const test = await startTestRun(engine, first);
    await test.admit(1);
    const [running] = await test.claim();
    const narrow = { source: { ...unbounded, region: { n: [2, 3] as const } } };
    await editRun(engine, test.run, editTo(1, first, { bounds: narrow }));
    const { rows } = await database.pool.query('SELECT cancel FROM running WHERE attempt = $1', [
      running!.attempt,
    ]);
    expect(rows).toEqual([{ cancel: true }]);
    await test.settle(running!, { end: 'cancelled', made: [] });
    await editRun(engine, test.run, editTo(2, first, { bounds: { source: unbounded } }));
    expect(await runAll(test)).toEqual(['fix 1']);
  });
});

describe('an edit', () => {
  it('of an older revision is refused, and says what changed since', async () => {
    const engine = open();
    const test = await startTestRun(engine, first);
    await editRun(engine, test.run, editTo(1, level(2), { by: 'Ada' }));
    await expect(editRun(engine, test.run, editTo(1, level(3)))).rejects.toMatchObject({
      code: 'run-edited',
      message: expect.stringContaining('revision 2 (Ada): fix.level 1 → 2') as string,
    });
  });

  it('that is sent twice is made once', async () => {
    const engine = open();
    const test = await startTestRun(engine, first);
    const edit = editTo(1, level(2));
    const both = await Promise.all([editRun(engine, test.run, edit), editRun(engine, test.run, edit)]);
    expect(both.map(({ revision }) => revision)).toEqual([2, 2]);
    expect(await listRevisions(engine, test.run)).toHaveLength(2);
  });

  it('that changes nothing makes no revision', async () => {
    const engine = open();
    const test = await startTestRun(engine, first);
    expect(await editRun(engine, test.run, editTo(1, first))).toEqual({
      revision: 1,
      changes: [],
      effects: [],
    });
    expect(await listRevisions(engine, test.run)).toHaveLength(1);
  });

  it('leaves the sources as they are', async () => {
    const engine = open();
    const test = await startTestRun(engine, first);
    const pipeline = compile(first);
    const [source] = pipeline.sources;
    const other = { ...pipeline, sources: [{ ...source!, axes: ['n', 'z'] }] };
    await expect(editRun(engine, test.run, { base: 1, pipeline: other, tools: {} })).rejects.toMatchObject({
      code: 'sources-differ',
      field: 'sources.source',
    });
  });

  it('is refused of a run that is cancelled, or archived', async () => {
    const engine = open();
    const test = await startTestRun(engine, first);
    await cancelRun(engine, test.run);
    await expect(editRun(engine, test.run, editTo(1, level(2)))).rejects.toMatchObject({
      code: 'run-cancelled',
    });
    await archiveRun(engine, test.run);
    await expect(editRun(engine, test.run, editTo(1, level(2)))).rejects.toMatchObject({
      code: 'run-archived',
    });
  });

  it('leaves nothing to a claim that was to run tasks by the revision before', async () => {
    const engine = open();
    const test = await startTestRun(engine, first);
    await test.admit(1);
    const [stage] = (await engine.plan(test.run)).stages;
    await editRun(engine, test.run, editTo(1, level(2)));
    const claim = async (revision: number): Promise<number> =>
      (await claimByRevision(database.pool, stage!.shape, test.session, { limit: 10, above: 0, revision }))
        .length;
    expect([await claim(1), await claim(2)]).toEqual([0, 1]);
  });

  it('by one server is seen by another before it claims or settles', async () => {
    const [one, other] = [open(), open()];
    const test = await startTestRun(one, first + second);
    for (const n of [1, 2]) await test.admit(n);
    const [held] = await test.claim(1);
    await editRun(other, test.run, editTo(1, level(2) + second + third));
    await test.settle(held!);
    const [next] = await test.claim(1);
    expect(next!.stage.compiled.params).toEqual({ level: 2 });
    expect(Object.keys(await test.counts())).toEqual(['fix', 'mark', 'last']);
  });
});
