import { access, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { attemptFolder, outputPath } from '@gantry/storage';
import {
  admitItems,
  cancelRun,
  claimTasks,
  closeDataset,
  endSession,
  openEngine,
  openSession,
  removeReplaced,
  resumeRun,
  settleAttempts,
  sweepStore,
  type ClaimedTask,
  type Engine,
  type MadeFile,
} from '../src/index.ts';
import { takeReplaced } from '../src/needless-attempts.ts';
import { Chance } from './random-pipeline.ts';
import { startTestRun } from './test-run.ts';

const database = testDatabase();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-sweep-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const stages = `  map: { tool: map@1, inputs: { tile: source } }
  next: { tool: gather@1, over: { neighbors: { n: [0, 1] } }, inputs: { tiles: map.made } }
  split: { tool: split@1, inputs: { tile: map.made } }
  gather: { tool: gather@1, over: all, inputs: { tiles: split.parts } }`;

/** A run whose agent writes real files, and is killed now and then; whatever it needs has to be there. */
class Shop {
  readonly #engine: Engine;
  readonly #chance: Chance;
  readonly store: string;
  readonly #run: number;
  readonly #dataset: number;
  #session = 0;
  #lives = 0;
  /** What the agent holds, with the files that each reads. */
  #held: { task: ClaimedTask; reads: readonly string[] }[] = [];

  private constructor(engine: Engine, chance: Chance, store: string, run: number, dataset: number) {
    this.#engine = engine;
    this.#chance = chance;
    this.store = store;
    this.#run = run;
    this.#dataset = dataset;
  }

  static async open(seed: number): Promise<Shop> {
    const engine = openEngine(database.pool);
    const { run, dataset } = await startTestRun(engine, stages);
    const store = join(folder, String(run));
    await mkdir(store);
    const shop = new Shop(engine, new Chance(seed), store, run, dataset);
    await shop.#join();
    return shop;
  }

  async #join(): Promise<void> {
    this.#lives += 1;
    const { session } = await openSession(this.#engine, {
      ...{ name: `shop ${this.#run}`, host: 'here', instance: 'one', leaseSeconds: 3600 },
      capacity: { cpu: 2, memory: 2 ** 30, slots: 2 },
    });
    this.#session = session;
  }

  async #admit(): Promise<void> {
    const n = this.#chance.below(3);
    const item = { place: [n], name: `${n}.tif`, path: `/${n}.tif`, size: 1 };
    await admitItems(this.#engine, this.#dataset, [{ ...item, checksum: `c${this.#chance.below(3)}` }]);
  }

  async #claim(most = 3): Promise<void> {
    for (const task of await claimTasks(this.#engine, this.#session, 1 + this.#chance.below(most))) {
      const reads = Object.values(task.inputs)
        .flat()
        .flatMap(({ path, made_by }) => (made_by === null ? [] : [join(this.store, path)]));
      // A file that is being written.
      await this.#write(task, 'half', 'half');
      this.#held.push({ task, reads });
    }
  }

  async #write({ run, stage, attempt }: ClaimedTask, output: string, name: string): Promise<string> {
    const path = outputPath({ run: run.id, stage: stage.name, attempt }, `${output}/${name}`);
    await mkdir(dirname(join(this.store, path)), { recursive: true });
    await writeFile(join(this.store, path), name);
    return path;
  }

  async #finish(): Promise<void> {
    // Mostly what came last, so that the others go on for long and what they read is made anew meanwhile.
    const last = this.#chance.oneIn(4) ? this.#chance.below(this.#held.length) : this.#held.length - 1;
    const [held] = this.#held.splice(Math.max(0, last), 1);
    if (held === undefined) return;
    const { task } = held;
    const end = (['succeeded', 'succeeded', 'succeeded', 'failed', 'returned'] as const)[
      this.#chance.below(5)
    ]!;
    const made: MadeFile[] = [];
    if (end === 'succeeded') {
      const splits = task.stage.name === 'split';
      const names = splits
        ? [1, 2, 3].slice(this.#chance.below(3)).map((part) => `part_${part}.tif`)
        : ['made.tif'];
      for (const name of names) {
        const output = splits ? 'parts' : 'made';
        const path = await this.#write(task, output, name);
        made.push({ output, name, path, size: 1, checksum: `b${this.#chance.below(2)}` });
      }
    }
    await settleAttempts(this.#engine, this.#session, [{ attempt: task.attempt, end, made }]);
  }

  /** The agent goes, and leaves what it was writing. */
  async #killAgent(): Promise<void> {
    this.#held = [];
    await endSession(this.#engine, this.#session, 'lost');
    await this.#join();
  }

  async #stopAndResume(): Promise<void> {
    await cancelRun(this.#engine, this.#run);
    await resumeRun(this.#engine, this.#run, 'all');
  }

  get #swept() {
    return { engine: this.#engine, store: this.store, log: (line: string) => expect.fail(line) };
  }

  async #sweep(): Promise<void> {
    switch (this.#chance.below(4)) {
      case 0:
        await sweepStore(this.#swept, new AbortController().signal);
        break;
      case 1: {
        // Killed when it had renamed one, and had told nobody.
        const [first] = await takeReplaced(this.#engine);
        if (first === undefined) break;
        await mkdir(join(this.store, '.trash'), { recursive: true });
        const grave = join(this.store, '.trash', `grave-${first.attempt}`);
        await rename(join(this.store, attemptFolder(first)), grave).catch(() => {});
        break;
      }
      default:
        // The first notes what the second may take.
        await removeReplaced(this.#swept);
        await removeReplaced(this.#swept);
    }
  }

  async step(): Promise<void> {
    const acts = [
      () => this.#admit(),
      () => this.#claim(),
      () => this.#claim(),
      () => this.#finish(),
      () => this.#finish(),
      () => this.#finish(),
      () => (this.#chance.oneIn(6) ? this.#killAgent() : Promise.resolve()),
      () => (this.#chance.oneIn(6) ? this.#stopAndResume() : Promise.resolve()),
    ];
    const act = acts[this.#chance.below(acts.length)]!;
    // At the same time, as it happens on a server.
    await Promise.all([act(), this.#sweep()]);
    await this.check();
  }

  /** All that anybody may ask for is there. */
  async check(): Promise<void> {
    const missing: string[] = [];
    const require = (path: string): Promise<void> =>
      access(path).catch(() => {
        missing.push(path);
      });
    for (const path of await this.#pointedAt()) await require(join(this.store, path));
    for (const { task, reads } of this.#held) {
      for (const path of reads) await require(path);
      await require(join(this.store, this.#folderOf(task)));
    }
    expect(missing).toEqual([]);
  }

  #folderOf({ run, stage, attempt }: ClaimedTask): string {
    return attemptFolder({ run: run.id, stage: stage.name, attempt });
  }

  async #pointedAt(): Promise<string[]> {
    const { rows } = await database.pool.query<{ path: string }>(
      `SELECT i.path FROM item i JOIN stage_output o ON o.dataset = i.dataset JOIN stage s ON s.id = o.stage
       WHERE s.run = $1`,
      [this.#run],
    );
    return rows.map(({ path }) => path);
  }

  /** Ends the run, and looks for what is left then. */
  async end(): Promise<void> {
    await closeDataset(this.#engine, this.#dataset);
    for (;;) {
      await this.#claim();
      if (this.#held.length === 0) break;
      while (this.#held.length > 0) await this.#finish();
    }
    await sweepStore(this.#swept, new AbortController().signal);
    // What the first look notes the second one takes.
    for (let looks = 0; looks < 3; looks++) await removeReplaced(this.#swept);
    await this.check();
    const needed = new Set((await this.#pointedAt()).map((path) => path.split('/')[3]));
    const there = (await readdir(this.store, { recursive: true }))
      .map((path) => path.split('/'))
      .filter((parts) => parts.length === 4 && parts[0] !== '.trash')
      .map((parts) => parts[3]);
    expect(new Set(there)).toEqual(needed);
    const { rows } = await database.pool.query<{ attempts: number }>(
      `SELECT count(*) AS attempts FROM replaced_attempt p JOIN attempt a ON a.id = p.attempt
       JOIN stage s ON s.id = a.stage WHERE s.run = $1`,
      [this.#run],
    );
    expect(rows[0]?.attempts).toBe(0);
  }
}

describe('sweeping the store', () => {
  it(
    'takes nothing that an item points at, that is being written or that is being read, and leaves nothing else',
    { timeout: 240_000 },
    async () => {
      for (let seed = 1; seed <= 8; seed++) {
        const shop = await Shop.open(seed);
        for (let step = 0; step < 70; step++) await shop.step();
        await shop.end();
      }
    },
  );

  it('leaves alone what the database does not know, and what lies there without being an attempt', async () => {
    const engine = openEngine(database.pool);
    const { run } = await startTestRun(engine, stages);
    const store = join(folder, 'strange');
    const paths = [
      `${run}/map/999999/999999999/a`,
      '4000000/map/0/1/a',
      `${run}/other/0/1/a`,
      'notes/a/b/c/d',
    ];
    for (const path of paths) {
      await mkdir(join(store, dirname(path)), { recursive: true });
      await writeFile(join(store, path), '');
    }
    const swept = { engine, store, log: () => {} };
    expect(await sweepStore(swept, new AbortController().signal)).toBe(0);
    for (const path of paths) await access(join(store, path));
  });

  it('ends when it is told to, between two attempts', async () => {
    const shop = await Shop.open(99);
    for (let step = 0; step < 10; step++) await shop.step();
    const swept = { engine: openEngine(database.pool), store: shop.store, log: () => {} };
    await expect(sweepStore(swept, AbortSignal.abort(new Error('closing')))).rejects.toThrow('closing');
    await shop.check();
  });
});
