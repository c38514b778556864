import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { isGantryError, unbounded, type LiveSourceState, type WatchBody } from '@gantry/model';
import {
  closeDataset,
  createDataset,
  describeRun,
  openEngine,
  openLiveSources,
  sealDataset,
  type Engine,
  type LiveSources,
} from '../src/index.ts';
import { startTestRun } from './test-run.ts';

const database = testDatabase();
const pattern = 'tile_{n:ddd}.tif';

interface Live {
  readonly engine: Engine;
  readonly sources: LiveSources;
  readonly log: string[];
  /** Ends the live sources, and opens others as a new server would. */
  restart(): Promise<LiveSources>;
}

async function openLive(): Promise<Live> {
  const engine = openEngine(database.pool);
  const log: string[] = [];
  let sources = await openLiveSources(engine, (line) => log.push(line));
  onTestFinished(async () => {
    await sources.close();
    // The next test's live sources are to be its own.
    await database.pool.query('UPDATE live_source SET ended = now() WHERE ended IS NULL');
  });
  return {
    engine,
    sources,
    log,
    restart: async () => {
      await sources.close();
      sources = await openLiveSources(engine, (line) => log.push(line));
      return sources;
    },
  };
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gantry-live-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function put(folder: string, name: string, bytes = 'bytes'): Promise<void> {
  await writeFile(join(folder, `${name}.part`), bytes);
  await rename(join(folder, `${name}.part`), join(folder, name));
}

async function stateWhen(
  sources: LiveSources,
  dataset: number,
  condition: (state: LiveSourceState) => boolean,
): Promise<LiveSourceState> {
  let state = await sources.describe(dataset);
  await vi.waitFor(
    async () => {
      state = await sources.describe(dataset);
      if (!condition(state)) throw new Error(`not yet: ${JSON.stringify(state)}`);
    },
    { timeout: 15_000, interval: 10 },
  );
  return state;
}

async function items(dataset: number): Promise<{ place: number[]; name: string; revision: number }[]> {
  const { rows } = await database.pool.query<{ place: number[]; name: string; revision: number }>(
    'SELECT place, name, revision FROM item WHERE dataset = $1 ORDER BY place',
    [dataset],
  );
  return rows;
}

const body = (folder: string, more: Partial<WatchBody> = {}): WatchBody => ({
  folder,
  pattern,
  settleMs: 200,
  ...more,
});

async function newDataset(engine: Engine, axes: readonly string[] = ['n']): Promise<number> {
  return createDataset(engine, { project: 1, name: 'tiles', type: 'image', axes, bounds: unbounded });
}

describe('a watched folder', () => {
  it('gives a run what is there and what comes, and lists what does not fit', async () => {
    const { engine, sources } = await openLive();
    const test = await startTestRun(engine, '  map: { tool: map@1, inputs: { tile: source } }');
    const folder = await newFolder();
    await put(folder, 'tile_001.tif');
    await put(folder, 'notes.txt');
    const first = await sources.watch(test.dataset, body(folder));
    expect(first).toMatchObject({
      folder,
      pattern,
      trouble: null,
      unmatched: { count: 1, first: ['notes.txt'] },
    });
    await stateWhen(sources, test.dataset, ({ taken }) => taken === 1);
    await put(folder, 'tile_002.tif');
    const state = await stateWhen(sources, test.dataset, ({ taken }) => taken === 2);
    expect(state).toMatchObject({ state: 'watching', mode: 'events', problems: { count: 0 } });
    expect(await test.counts()).toEqual({ map: { ready: 2 } });
    const { rows } = await database.pool.query(
      'SELECT name, path, size, checksum FROM item WHERE dataset = $1 AND place = $2',
      [test.dataset, [2]],
    );
    expect(rows).toEqual([
      {
        name: 'tile_002.tif',
        path: join(folder, 'tile_002.tif'),
        size: 5,
        checksum: 'sha256:277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9',
      },
    ]);
  });

  it('makes revisions of changed bytes alone, and forgets nothing that vanished', async () => {
    const { engine, sources } = await openLive();
    const dataset = await newDataset(engine);
    const folder = await newFolder();
    await sources.watch(dataset, body(folder));
    for (const n of [1, 2, 3]) await put(folder, `tile_00${n}.tif`);
    await stateWhen(sources, dataset, ({ taken }) => taken === 3);
    await put(folder, 'tile_001.tif', 'other bytes');
    await put(folder, 'tile_002.tif', 'bytes');
    await rm(join(folder, 'tile_003.tif'));
    await stateWhen(sources, dataset, ({ vanished }) => vanished.first.includes('tile_003.tif'));
    await vi.waitFor(async () => expect((await items(dataset))[0]?.revision).toBe(2), { timeout: 5000 });
    await stateWhen(sources, dataset, ({ pending }) => pending === 0);
    expect(await items(dataset)).toEqual([
      { place: [1], name: 'tile_001.tif', revision: 2 },
      { place: [2], name: 'tile_002.tif', revision: 1 },
      { place: [3], name: 'tile_003.tif', revision: 1 },
    ]);
  });

  it('shows a place that two files have, and takes the second when the first is gone', async () => {
    const { engine, sources } = await openLive();
    const dataset = await newDataset(engine);
    const folder = await newFolder();
    await sources.watch(dataset, body(folder, { pattern: 'tile_{n:ddd}_{_:c+}.tif' }));
    await put(folder, 'tile_001_a.tif', 'a');
    await stateWhen(sources, dataset, ({ taken }) => taken === 1);
    await put(folder, 'tile_001_b.tif', 'b');
    const twice = await stateWhen(sources, dataset, ({ problems }) => problems.count === 1);
    expect(twice.problems.first).toMatchObject([{ code: 'place-twice', name: 'tile_001_b.tif' }]);
    expect(twice.problems.first[0]?.message).toContain('tile_001_a.tif');
    await put(folder, 'tile_002_a.tif');
    await stateWhen(sources, dataset, ({ taken }) => taken === 2);
    expect((await items(dataset))[0]).toEqual({ place: [1], name: 'tile_001_a.tif', revision: 1 });
    await rm(join(folder, 'tile_001_a.tif'));
    await stateWhen(sources, dataset, ({ problems, taken }) => problems.count === 0 && taken === 2);
    expect((await items(dataset))[0]).toEqual({ place: [1], name: 'tile_001_b.tif', revision: 2 });
  });

  it('finds places in the names of folders, and takes axes in the order of the dataset', async () => {
    const { engine, sources } = await openLive();
    const dataset = await newDataset(engine, ['row', 'z']);
    const folder = await newFolder();
    await mkdir(join(folder, 'z7'));
    await mkdir(join(folder, 'other'));
    await writeFile(join(folder, 'z7', 'r3.tif'), 'bytes');
    await sources.watch(dataset, body(folder, { pattern: 'z{z:d+}/r{row:d+}.tif' }));
    await stateWhen(sources, dataset, ({ taken }) => taken === 1);
    expect(await items(dataset)).toEqual([{ place: [3, 7], name: 'r3.tif', revision: 1 }]);
  });

  it('lists files at new places after the dataset was closed, and ends when it is sealed', async () => {
    const { engine, sources } = await openLive();
    const dataset = await newDataset(engine);
    const folder = await newFolder();
    await put(folder, 'tile_001.tif');
    await sources.watch(dataset, body(folder));
    await stateWhen(sources, dataset, ({ taken }) => taken === 1);
    await closeDataset(engine, dataset);
    await put(folder, 'tile_002.tif');
    const late = await stateWhen(sources, dataset, (state) => state.late.count === 1);
    expect(late).toMatchObject({ taken: 1, late: { first: ['tile_002.tif'] } });
    await sealDataset(engine, dataset);
    await put(folder, 'tile_001.tif', 'other bytes');
    const ended = await stateWhen(sources, dataset, ({ state }) => state === 'ended');
    expect(ended.reason).toContain('sealed');
    await expect(sources.watch(dataset, body(folder))).rejects.toMatchObject({ code: 'dataset-sealed' });
  });
});

describe('a restart', () => {
  it('finds what came, changed and went meanwhile, and reads nothing else again', async () => {
    const live = await openLive();
    const dataset = await newDataset(live.engine);
    const folder = await newFolder();
    for (const n of [1, 2, 3]) await put(folder, `tile_00${n}.tif`);
    await live.sources.watch(dataset, body(folder));
    await stateWhen(live.sources, dataset, ({ taken }) => taken === 3);
    await live.sources.close();
    await put(folder, 'tile_002.tif', 'other bytes');
    await rm(join(folder, 'tile_003.tif'));
    await put(folder, 'tile_004.tif');
    // Would be told by a revision, had the file been read again.
    await database.pool.query(`UPDATE item SET checksum = 'kept' WHERE dataset = $1 AND place = '{1}'`, [
      dataset,
    ]);
    const sources = await live.restart();
    const state = await stateWhen(
      sources,
      dataset,
      ({ taken, vanished, pending }) => taken === 3 && vanished.count === 1 && pending === 0,
    );
    expect(state).toMatchObject({ folder, state: 'watching', vanished: { first: ['tile_003.tif'] } });
    await vi.waitFor(async () =>
      expect((await items(dataset)).map(({ revision }) => revision)).toEqual([1, 2, 1, 1]),
    );
  });

  it('leaves alone what somebody ended', async () => {
    const live = await openLive();
    const dataset = await newDataset(live.engine);
    const folder = await newFolder();
    await live.sources.watch(dataset, body(folder));
    await live.sources.unwatch(dataset);
    const sources = await live.restart();
    expect(sources.list()).toEqual([]);
    expect(await sources.describe(dataset)).toMatchObject({ state: 'ended', reason: 'Somebody ended it.' });
    await put(folder, 'tile_001.tif');
    await sources.watch(dataset, body(folder));
    await stateWhen(sources, dataset, ({ taken }) => taken === 1);
  });

  it('reads all files again where another pattern gives them other places', async () => {
    const { engine, sources } = await openLive();
    const dataset = await newDataset(engine);
    const folder = await newFolder();
    await put(folder, '1_2.tif');
    await sources.watch(dataset, body(folder, { pattern: '{n:d}_{_:d+}.tif' }));
    await stateWhen(sources, dataset, ({ taken }) => taken === 1);
    await sources.watch(dataset, body(folder, { pattern: '{_:d+}_{n:d}.tif' }));
    await vi.waitFor(
      async () => expect((await items(dataset)).map(({ place }) => place)).toEqual([[1], [2]]),
      {
        timeout: 5000,
      },
    );
  });
});

describe('completion', () => {
  it('by a marker closes the dataset when every file is in, those still growing, too', async () => {
    const { engine, sources } = await openLive();
    const test = await startTestRun(
      engine,
      '  all: { tool: gather@1, over: all, inputs: { tiles: source } }',
    );
    const folder = await newFolder();
    await sources.watch(test.dataset, body(folder, { completeWhen: { marker: 'done.txt' }, settleMs: 1000 }));
    await put(folder, 'tile_001.tif');
    await writeFile(join(folder, 'tile_002.tif'), 'grows');
    await writeFile(join(folder, 'done.txt'), '');
    await stateWhen(sources, test.dataset, ({ state }) => state === 'completing');
    expect((await describeRun(engine, test.run)).sources).toMatchObject([{ closed: false }]);
    const ended = await stateWhen(sources, test.dataset, ({ state }) => state === 'ended');
    expect(ended).toMatchObject({ taken: 2, reason: 'The file done.txt appeared.' });
    expect((await describeRun(engine, test.run)).sources).toMatchObject([{ closed: true, items: 2 }]);
    expect(await test.counts()).toEqual({ all: { ready: 1 } });
  });

  it('by quiet begins with the first file', async () => {
    const { engine, sources } = await openLive();
    const dataset = await newDataset(engine);
    const folder = await newFolder();
    await sources.watch(dataset, body(folder, { completeWhen: { quietMinutes: 0.005 } }));
    await new Promise((wake) => setTimeout(wake, 600));
    expect(await sources.describe(dataset)).toMatchObject({ state: 'watching' });
    await put(folder, 'tile_001.tif');
    const ended = await stateWhen(sources, dataset, ({ state }) => state === 'ended');
    expect(ended).toMatchObject({ taken: 1, reason: 'No new file came for 0.005 minutes.' });
  });
});

describe('trouble', () => {
  it('with the folder is the state of the source, and over by itself', async () => {
    const { engine, sources } = await openLive();
    const dataset = await newDataset(engine);
    const folder = join(await newFolder(), 'later');
    const state = await sources.watch(dataset, body(folder));
    expect(state).toMatchObject({ state: 'waiting', trouble: { code: 'folder-missing' } });
    expect(state.trouble?.mend).not.toBe('');
    await mkdir(folder);
    await put(folder, 'tile_001.tif');
    await stateWhen(sources, dataset, (now) => now.taken === 1 && now.state === 'watching');
  });

  it('with the database keeps files in mind until it answers again', async () => {
    const { engine, sources, log } = await openLive();
    const dataset = await newDataset(engine);
    const folder = await newFolder();
    await sources.watch(dataset, body(folder));
    await database.pool.query('ALTER TABLE item RENAME TO item_away');
    try {
      await put(folder, 'tile_001.tif');
      const state = await stateWhen(sources, dataset, ({ trouble }) => trouble !== null);
      expect(state).toMatchObject({ state: 'waiting', trouble: { code: 'not-recorded' }, pending: 1 });
    } finally {
      await database.pool.query('ALTER TABLE item_away RENAME TO item');
    }
    await stateWhen(sources, dataset, ({ taken, state }) => taken === 1 && state === 'watching');
    expect(await items(dataset)).toHaveLength(1);
    expect(log.join()).toContain('cannot be recorded');
  });

  it('with one file keeps none of the others from being taken', async () => {
    const { engine, sources } = await openLive();
    const dataset = await newDataset(engine);
    const folder = await newFolder();
    for (const n of [1, 2_000_000_000, 3]) await put(folder, `${n}.tif`);
    await sources.watch(dataset, body(folder, { pattern: '{n:d+}.tif' }));
    const state = await stateWhen(
      sources,
      dataset,
      ({ taken, problems }) => taken === 2 && problems.count === 1,
    );
    expect(state).toMatchObject({
      state: 'watching',
      problems: { first: [{ name: '2000000000.tif', code: 'coordinate-out-of-range' }] },
    });
  });

  it('with a file that never becomes whole is the state of the source after a while, and says what to do', async () => {
    const { engine, sources } = await openLive();
    const dataset = await newDataset(engine);
    const folder = await newFolder();
    await sources.watch(dataset, body(folder));
    // The head of a TIFF file, whose first directory was never written.
    await put(folder, 'tile_002.tif', 'II*\0\0\0\0\0pixels');
    await put(folder, 'tile_001.tif');
    await stateWhen(sources, dataset, ({ taken, unfinished }) => taken === 1 && unfinished.count === 1);
    expect(await sources.describe(dataset)).toMatchObject({
      ...{ state: 'watching', trouble: null },
      unfinished: { overdue: 0, first: [{ name: 'tile_002.tif', why: 'incomplete', overdue: false }] },
    });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11_000 });
    onTestFinished(() => void vi.useRealTimers());
    const state = await sources.describe(dataset);
    vi.useRealTimers();
    expect(state).toMatchObject({
      state: 'waiting',
      trouble: { code: 'files-unfinished', since: state.unfinished.first[0]?.since },
      unfinished: { overdue: 1, first: [{ overdue: true }] },
    });
    expect(state.trouble?.message).toContain('tile_002.tif lacks bytes');
    expect(state.trouble?.mend).toContain('copy it again, or remove it');
    await rm(join(folder, 'tile_002.tif'));
    await stateWhen(sources, dataset, (now) => now.state === 'watching' && now.unfinished.count === 0);
  });

  it('with a database that forgot the last moment has those files admitted again', async () => {
    const { engine, sources } = await openLive();
    const dataset = await newDataset(engine);
    const folder = await newFolder();
    await sources.watch(dataset, body(folder));
    await put(folder, 'tile_001.tif');
    await stateWhen(sources, dataset, ({ taken }) => taken === 1);
    // As a crash would have it: before the file was written down.
    await database.pool.query('DELETE FROM item WHERE dataset = $1', [dataset]);
    await vi.waitFor(async () => expect(await items(dataset)).toHaveLength(1), { timeout: 10_000 });
  });

  it('with what is asked for is refused with its mend', async () => {
    const { engine, sources } = await openLive();
    const dataset = await newDataset(engine);
    const test = await startTestRun(engine, '  map: { tool: map@1, inputs: { tile: source } }');
    const made = await database.pool.query<{ dataset: number }>(
      'SELECT o.dataset FROM stage_output o JOIN stage s ON s.id = o.stage WHERE s.run = $1',
      [test.run],
    );
    const folder = await newFolder();
    const codes = async (...watches: (readonly [number, WatchBody])[]): Promise<unknown[]> =>
      Promise.all(
        watches.map(([id, watch]) =>
          sources.watch(id, watch).then(
            () => 'watched',
            (error: unknown) => (isGantryError(error) ? error.code : error),
          ),
        ),
      );
    expect(
      await codes(
        [999_999, body(folder)],
        [dataset, body('tiles')],
        [dataset, body(folder, { pattern: 'tile_{row:d}.tif' })],
        [dataset, body(folder, { pattern: 'tile_{n:d' })],
        [dataset, body(folder, { completeWhen: { marker: 'tile_000.tif' } })],
      ),
    ).toEqual([
      'unknown-dataset',
      'folder-not-absolute',
      'pattern-axes',
      'pattern-syntax',
      'marker-fits-pattern',
    ]);
    const madeBy = made.rows[0]?.dataset ?? 0;
    const { rows } = await database.pool.query<{ axes: string[] }>('SELECT axes FROM dataset WHERE id = $1', [
      madeBy,
    ]);
    expect(rows[0]?.axes).toEqual(['n']);
    expect(await codes([madeBy, body(folder)])).toEqual(['dataset-of-run']);
    await expect(sources.describe(dataset)).rejects.toMatchObject({ code: 'not-watched' });
    await expect(sources.unwatch(dataset)).rejects.toMatchObject({ code: 'not-watched' });
  });
});
