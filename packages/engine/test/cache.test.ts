/** Results that are taken from earlier runs of the project instead of being made anew. */
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { attemptFolder } from '@gantry/storage';
import { compilePipeline, parsePipelineFile, resubmitBodySchema } from '@gantry/model';
import {
  claimWork,
  editRun,
  explainTask,
  listTasks,
  openEngine,
  removeReplaced,
  resubmitTasks,
  settleAttempts,
  sweepStore,
  type ClaimedTask,
  type Engine,
} from '../src/index.ts';
import { startTestRun, testTools, type TestRun } from './test-run.ts';

const database = testDatabase();
let store: string;

beforeAll(async () => {
  store = await mkdtemp(join(tmpdir(), 'gantry-cache-'));
});
afterAll(() => rm(store, { recursive: true, force: true }));

const pipeline = (method = 'otsu'): string => `  map: { tool: map@1, inputs: { tile: source } }
  mark: { tool: tuned@1, params: { method: ${method} }, inputs: { tile: map.made } }
  all: { tool: gather@1, over: all, inputs: { tiles: mark.made } }`;

async function begin(
  engine: Engine,
  stages = pipeline(),
  more: Parameters<typeof startTestRun>[2] = {},
  tiles: readonly string[] = ['a', 'b', 'c'],
): Promise<TestRun> {
  const test = await startTestRun(engine, stages, { digest: 'd', ...more });
  for (const [n, checksum] of tiles.entries()) await test.admit(n, checksum);
  await test.close();
  return test;
}

/** Makes a file in the store for the task. @param content of what each task makes, by its stage and place */
async function succeed(engine: Engine, session: number, task: ClaimedTask, content: string): Promise<void> {
  const path = join(
    attemptFolder({ run: task.run.id, stage: task.stage.name, attempt: task.attempt }),
    'made',
    'made.tif',
  );
  await mkdir(dirname(join(store, path)), { recursive: true });
  await writeFile(join(store, path), content);
  const made = [{ output: 'made', name: 'made.tif', path, size: content.length, checksum: content }];
  const results = { objects: content.length };
  await settleAttempts(engine, session, [{ attempt: task.attempt, end: 'succeeded', made, results }]);
}

/** Runs all that is not in the cache. @returns what was run */
async function runAll(engine: Engine, test: TestRun, mark = ''): Promise<string[]> {
  const ran: string[] = [];
  for (let limit = 2; ;) {
    const tasks = await claimWork(engine, test.session, limit, store);
    if (tasks.length === 0) return ran.sort();
    for (const task of tasks) {
      const reads = Object.values(task.inputs)
        .flat()
        .map(({ checksum }) => checksum);
      ran.push(`${task.stage.name} ${task.place.join()}`.trim());
      await succeed(engine, test.session, task, `${task.stage.name}(${reads.join()})${mark}`);
    }
  }
}

describe('a second run of the same', () => {
  it('takes everything from the first, and says from where', async () => {
    const engine = openEngine(database.pool);
    const first = await begin(engine);
    expect(await runAll(engine, first)).toHaveLength(7);
    const second = await begin(engine);
    expect(await runAll(engine, second)).toEqual([]);
    expect(await second.state()).toBe('succeeded');
    const [was] = await listTasks(engine, first.run, { stage: 'mark', limit: 1 });
    const [is] = await listTasks(engine, second.run, { stage: 'mark', limit: 1 });
    const { why, attempts } = await explainTask(engine, is?.id ?? 0, store);
    expect(attempts).toMatchObject([{ outcome: 'succeeded', cachedFrom: { run: first.run, task: was?.id } }]);
    expect(why[0]).toContain(`taken from the cache (run ${first.run}, task ${was?.id},`);

    // So are the numbers that the tool told.
    const { rows } = await database.pool.query<{ results: unknown }>(
      'SELECT results FROM attempt WHERE task = ANY ($1) ORDER BY task',
      [[was?.id, is?.id]],
    );
    expect(rows[0]?.results).toEqual({ objects: 12 });
    expect(rows[1]).toEqual(rows[0]);

    // A third takes it from the second, and still names who has made it.
    const third = await begin(engine);
    expect(await runAll(engine, third)).toEqual([]);
    const [last] = await listTasks(engine, third.run, { stage: 'mark', limit: 1 });
    expect((await explainTask(engine, last?.id ?? 0, store)).attempts).toMatchObject([
      { cachedFrom: { run: first.run, task: was?.id } },
    ]);
  });

  it('with one parameter changed, or one tile, runs just what is below', async () => {
    const engine = openEngine(database.pool);
    const tiles = ['d', 'e', 'f'];
    await runAll(engine, await begin(engine, pipeline('otsu'), {}, tiles));
    const changed = await begin(engine, pipeline('huang'), {}, tiles);
    // That the bytes come out equal keeps nobody from being run above; below, they are the same of the same.
    expect(await runAll(engine, changed, '!')).toEqual(['all', 'mark 0', 'mark 1', 'mark 2']);
    const [task] = await listTasks(engine, changed.run, { stage: 'mark', limit: 1 });
    expect((await explainTask(engine, task?.id ?? 0, store)).why.join(' ')).toMatch(
      /not taken from the cache: run \d+ differs in params.method \("otsu" there, "huang" here\)/,
    );
    const other = await begin(engine, pipeline('otsu'), {}, ['d', 'E', 'f']);
    expect(await runAll(engine, other)).toEqual(['all', 'map 1', 'mark 1']);
    const [, tile] = await listTasks(engine, other.run, { stage: 'map', limit: 2 });
    expect((await explainTask(engine, tile?.id ?? 0, store)).why.join(' ')).toContain('inputs.tile');
  });

  it('takes nothing of the parameters before an edit, be it its own or that of the run which made it', async () => {
    const engine = openEngine(database.pool);
    const tiles = ['p', 'q', 'r'];
    const edit = async (test: TestRun, base: number, method: string): Promise<void> => {
      const text = `gantry: pipeline/v1\nname: test\nsource: { type: image, axes: [n] }\nstages:\n${pipeline(method)}`;
      const compiled = compilePipeline(parsePipelineFile(text, 'test.yaml'), testTools);
      const tools = Object.fromEntries(
        compiled.stages.map(({ name }) => [name, { digest: 'd', folder: '/' }]),
      );
      await editRun(engine, test.run, { base, pipeline: compiled, tools });
    };
    const maker = await begin(engine, pipeline('otsu'), {}, tiles);
    await runAll(engine, maker, ' by otsu');
    const taker = await begin(engine, pipeline('otsu'), {}, tiles);
    expect(await runAll(engine, taker)).toEqual([]);
    // What was found to take from is remembered for a while.
    await edit(taker, 1, 'huang');
    expect(await runAll(engine, taker, ' by huang')).toEqual(['all', 'mark 0', 'mark 1', 'mark 2']);
    await edit(maker, 1, 'li');
    await runAll(engine, maker, ' by li');
    const third = await begin(engine, pipeline('otsu'), {}, tiles);
    expect(await runAll(engine, third)).toEqual(['all', 'mark 0', 'mark 1', 'mark 2']);
  });

  it('does not take what another project, another tool or a run without the cache has made', async () => {
    const engine = openEngine(database.pool);
    const tiles = ['g', 'h', 'i'];
    await runAll(engine, await begin(engine, pipeline(), { cache: false }, tiles));
    expect(await runAll(engine, await begin(engine, pipeline(), {}, tiles))).toHaveLength(7);
    const { rows } = await database.pool.query<{ id: number }>(
      `INSERT INTO project (name, title) VALUES ('strangers', 'Strangers') RETURNING id`,
    );
    expect(
      await runAll(engine, await begin(engine, pipeline(), { project: rows[0]?.id ?? 0 }, tiles)),
    ).toHaveLength(7);
    expect(await runAll(engine, await begin(engine, pipeline(), { digest: 'other' }, tiles))).toHaveLength(7);
    expect(await runAll(engine, await begin(engine, pipeline(), { cache: false }, tiles))).toHaveLength(7);
    const without = pipeline().replace('tool: map@1,', 'tool: map@1, cache: false,');
    expect(await runAll(engine, await begin(engine, without, {}, tiles))).toEqual([
      'map 0',
      'map 1',
      'map 2',
    ]);
  });

  it('runs what somebody asks for once more', async () => {
    const engine = openEngine(database.pool);
    const tiles = ['j', 'k'];
    await runAll(engine, await begin(engine, pipeline(), {}, tiles));
    const second = await begin(engine, pipeline(), {}, tiles);
    expect(await runAll(engine, second)).toEqual([]);
    await resubmitTasks(
      engine,
      second.run,
      resubmitBodySchema.parse({ stages: ['map'], states: ['succeeded'] }),
    );
    expect(await runAll(engine, second)).toEqual(['map 0', 'map 1']);
  });
});

describe('files that another run has made', () => {
  it('are not taken where they are gone or cut short', async () => {
    const engine = openEngine(database.pool);
    const tiles = ['l', 'm'];
    const first = await begin(engine, pipeline(), {}, tiles);
    await runAll(engine, first);
    const { rows } = await database.pool.query<{ path: string }>(
      `SELECT i.path FROM stage s JOIN stage_output o ON o.stage = s.id JOIN item i ON i.dataset = o.dataset
       WHERE s.run = $1 AND s.name = 'map' ORDER BY i.place`,
      [first.run],
    );
    await rm(join(store, rows[0]?.path ?? ''));
    await writeFile(join(store, rows[1]?.path ?? ''), 'cut');
    const second = await begin(engine, pipeline(), {}, tiles);
    expect(await runAll(engine, second)).toEqual(['map 0', 'map 1']);
    const { rows: borrowed } = await database.pool.query(
      `SELECT FROM borrowed w JOIN attempt a ON a.id = w.attempt JOIN stage s ON s.id = a.stage
       WHERE s.run = $1 AND s.name = 'map'`,
      [second.run],
    );
    expect(borrowed).toHaveLength(0);
  });

  it('are kept as long as somebody points at them, and go then', async () => {
    const engine = openEngine(database.pool);
    const swept = { engine, store, log: (line: string) => expect.unreachable(line) };
    const map = '  map: { tool: map@1, inputs: { tile: source } }';
    const first = await begin(engine, map, {}, ['n']);
    await runAll(engine, first);
    const second = await begin(engine, map, {}, ['n']);
    expect(await runAll(engine, second)).toEqual([]);
    const [made] = await pathsOf(first.run);
    const again = { stages: ['map'], states: ['succeeded' as const] };
    // The first run makes other bytes: its own are replaced, and the second one's stay.
    await resubmitTasks(engine, first.run, resubmitBodySchema.parse(again));
    await runAll(engine, first, ' anew');
    const sweep = async (): Promise<void> => {
      await sweepStore(swept, new AbortController().signal);
      for (let look = 0; look < 3; look++) await removeReplaced(swept);
    };
    await sweep();
    expect(await pathsOf(second.run)).toEqual([made]);
    await expect(readSize(made)).resolves.toBeGreaterThan(0);
    await resubmitTasks(engine, second.run, resubmitBodySchema.parse(again));
    await runAll(engine, second, ' anew, too');
    await sweep();
    await sweep();
    await expect(readSize(made)).rejects.toThrow('ENOENT');
  });
});

async function pathsOf(run: number): Promise<string[]> {
  const { rows } = await database.pool.query<{ path: string }>(
    `SELECT i.path FROM stage s JOIN stage_output o ON o.stage = s.id JOIN item i ON i.dataset = o.dataset WHERE s.run = $1`,
    [run],
  );
  return rows.map(({ path }) => path);
}

async function readSize(path: string | undefined): Promise<number> {
  return (await stat(join(store, path ?? ''))).size;
}
