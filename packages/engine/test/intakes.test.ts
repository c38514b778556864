import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { writeImage } from '@gantry/imaging';
import {
  compilePipeline,
  parsePipelineFile,
  toolManifestSchema,
  unbounded,
  type DatasetType,
  type IntakeState,
} from '@gantry/model';
import {
  cancelRun,
  createRun,
  describeRun,
  openEngine,
  openIntakes,
  resumeRun,
  type Engine,
  type Intakes,
} from '../src/index.ts';

const database = testDatabase();
const pattern = 'tile_{n:dd}.tif';

const tools = [
  toolManifestSchema.parse({
    gantry: 'tool/v1',
    name: 'map',
    version: '1.0.0',
    command: ['true'],
    inputs: { tile: { type: 'file' } },
    outputs: { made: { type: 'image', path: 'made.tif' } },
  }),
];

const pipelineOf = (type: DatasetType) =>
  compilePipeline(
    parsePipelineFile(
      `gantry: pipeline/v1
name: test
source: { type: ${type}, axes: [n] }
stages: { map: { tool: map@1, inputs: { tile: source } } }`,
      'test.yaml',
    ),
    tools,
  );

interface Laboratory {
  readonly engine: Engine;
  readonly folder: string;
  readonly log: string[];
  intakes: Intakes;
  /** Starts a run over the folder; returns its id and the dataset's. */
  start(options?: StartOptions): Promise<{ run: number; dataset: number }>;
  /** Ends the intakes in the midst of their work, as a server does. */
  interrupt(): Promise<void>;
  /** As the next server does. */
  restart(): Promise<void>;
}

interface StartOptions {
  readonly type?: DatasetType;
  readonly skipUnreadable?: boolean;
}

async function openLaboratory(): Promise<Laboratory> {
  const engine = openEngine(database.pool);
  const folder = await mkdtemp(join(tmpdir(), 'gantry-intake-'));
  const log: string[] = [];
  const open = (): Promise<Intakes> => openIntakes(engine, (line) => log.push(line));
  const lab: Laboratory = {
    engine,
    folder,
    log,
    intakes: await open(),
    async start({ type = 'file', skipUnreadable = false } = {}) {
      const run = await createRun(engine, {
        ...{ project: 1, name: 'test', pipeline: pipelineOf(type), tools: {} },
        sources: {
          source: { folder, pattern, bounds: unbounded, filling: { mode: 'batch', skipUnreadable } },
        },
      });
      const [source] = (await engine.plan(run)).sources;
      await lab.intakes.review();
      return { run, dataset: source?.dataset ?? 0 };
    },
    interrupt: () => lab.intakes.close(),
    async restart() {
      lab.intakes = await open();
    },
  };
  onTestFinished(async () => {
    await lab.intakes.close();
    await rm(folder, { recursive: true, force: true });
    // The next test's intakes are to be its own.
    await database.pool.query('UPDATE intake SET ended = now() WHERE ended IS NULL');
  });
  return lab;
}

async function putTiles(folder: string, count: number): Promise<void> {
  for (let n = 1; n <= count; n++)
    await writeFile(join(folder, `tile_${String(n).padStart(2, '0')}.tif`), `tile ${n}`);
}

async function stateWhen(
  lab: Laboratory,
  dataset: number,
  condition: (state: IntakeState) => boolean,
): Promise<IntakeState> {
  return vi.waitFor(
    async () => {
      const state = await lab.intakes.describe(dataset);
      if (!condition(state)) throw new Error(`not yet: ${JSON.stringify(state)}`);
      return state;
    },
    { timeout: 15_000, interval: 10 },
  );
}

const ended = ({ state }: IntakeState): boolean => state === 'ended';
const stopped = ({ state }: IntakeState): boolean => state === 'stopped';

async function sourceOf(lab: Laboratory, run: number) {
  const detail = await describeRun(lab.engine, run);
  const [source] = detail.sources;
  return { closed: source?.closed, items: source?.items, state: detail.state, map: detail.stages[0]?.tasks };
}

describe('a folder that is read once for a run', () => {
  it('fills the dataset, closes it, and says what was read', async () => {
    const lab = await openLaboratory();
    await putTiles(lab.folder, 12);
    await writeFile(join(lab.folder, 'notes.txt'), 'not a tile');
    const { run, dataset } = await lab.start();
    const state = await stateWhen(lab, dataset, ended);
    expect(state).toMatchObject({
      ...{ folder: lab.folder, pattern, resumed: null },
      ...{ files: 12, filesRead: 12, bytes: 75, bytesRead: 75 },
      ...{ problems: { count: 0 }, leftOut: { count: 0 } },
    });
    expect(await sourceOf(lab, run)).toEqual({
      ...{ closed: true, items: 12, state: 'active', map: { ready: 12 } },
    });
    const { rows } = await database.pool.query(
      'SELECT name, path, size, checksum FROM item WHERE dataset = $1 AND place = $2',
      [dataset, [3]],
    );
    expect(rows).toEqual([
      {
        ...{ name: 'tile_03.tif', path: join(lab.folder, 'tile_03.tif'), size: 6 },
        checksum: `sha256:${createHash('sha256').update('tile 3').digest('hex')}`,
      },
    ]);
  });

  it('leaves the dataset open where the server ends in the midst, and the next one goes on', async () => {
    const lab = await openLaboratory();
    await putTiles(lab.folder, 40);
    const { run, dataset } = await lab.start();
    await lab.interrupt();
    const between = await sourceOf(lab, run);
    expect(between).toMatchObject({ closed: false, state: 'active' });
    expect(await database.pool.query('SELECT state FROM dataset WHERE id = $1', [dataset])).toMatchObject({
      rows: [{ state: 'open' }],
    });
    await lab.restart();
    const state = await stateWhen(lab, dataset, ended);
    expect(state.resumed).not.toBeNull();
    expect(await sourceOf(lab, run)).toMatchObject({ closed: true, items: 40 });
  });

  it('does not read again what it has taken before an interruption', async () => {
    const lab = await openLaboratory();
    await putTiles(lab.folder, 6);
    const { dataset } = await lab.start();
    await stateWhen(lab, dataset, ended);
    await lab.interrupt();
    // As a server leaves it that ends just before the last step.
    await database.pool.query('UPDATE intake SET ended = NULL, files = NULL WHERE dataset = $1', [dataset]);
    await database.pool.query(`UPDATE dataset SET state = 'open' WHERE id = $1`, [dataset]);
    await database.pool.query(`UPDATE item SET checksum = 'as it was' WHERE dataset = $1`, [dataset]);
    await lab.restart();
    await stateWhen(lab, dataset, ended);
    const { rows } = await database.pool.query(
      `SELECT count(*)::int AS items FROM item WHERE dataset = $1 AND checksum = 'as it was'`,
      [dataset],
    );
    expect(rows).toEqual([{ items: 6 }]);
  });

  it('stops at files that cannot be used, names each, and goes on when they are mended', async () => {
    const lab = await openLaboratory();
    await putTiles(lab.folder, 3);
    await writeFile(join(lab.folder, 'tile_02.tif'), '');
    await symlink(join(lab.folder, 'nowhere'), join(lab.folder, 'tile_04.tif'));
    const { run, dataset } = await lab.start();
    const state = await stateWhen(lab, dataset, stopped);
    expect(state.problems.count).toBe(2);
    expect(state.problems.first.map(({ code, file }) => [code, file]).sort()).toEqual([
      ['file-empty', join(lab.folder, 'tile_02.tif')],
      ['file-gone', join(lab.folder, 'tile_04.tif')],
    ]);
    expect(await sourceOf(lab, run)).toMatchObject({ closed: false, items: 2, state: 'active' });

    await writeFile(join(lab.folder, 'tile_02.tif'), 'tile 2');
    await rm(join(lab.folder, 'tile_04.tif'));
    await lab.intakes.again(dataset, false);
    await stateWhen(lab, dataset, ended);
    expect(await sourceOf(lab, run)).toMatchObject({ closed: true, items: 3 });
  });

  it('goes on without them where that is wanted, and says which they were', async () => {
    const lab = await openLaboratory();
    await putTiles(lab.folder, 3);
    await writeFile(join(lab.folder, 'tile_02.tif'), '');
    const { run, dataset } = await lab.start();
    await stateWhen(lab, dataset, stopped);
    await lab.intakes.again(dataset, true);
    const state = await stateWhen(lab, dataset, ended);
    expect(state.leftOut).toMatchObject({
      count: 1,
      first: [{ code: 'file-empty', file: join(lab.folder, 'tile_02.tif') }],
    });
    expect(await sourceOf(lab, run)).toMatchObject({ closed: true, items: 2 });
    const second = await lab.start({ skipUnreadable: true });
    expect((await stateWhen(lab, second.dataset, ended)).leftOut.count).toBe(1);
  });

  it('finds an image that was cut short, which a source of plain files may be', async () => {
    const lab = await openLaboratory();
    const data = new Uint16Array(64 * 48).map((_, index) => index);
    const whole = join(lab.folder, 'tile_01.tif');
    await writeImage(whole, { width: 64, height: 48, bitDepth: 16, sampleFormat: 'uint', data });
    const cut = join(lab.folder, 'tile_02.tif');
    await copyFile(whole, cut);
    const bytes = Math.floor((await stat(whole)).size / 2);
    await truncate(cut, bytes);
    const { dataset } = await lab.start({ type: 'image' });
    const state = await stateWhen(lab, dataset, stopped);
    expect(state.problems).toMatchObject({ count: 1, first: [{ code: 'file-cut-short', file: cut }] });
    expect(state.problems.first[0]?.message).toContain(String(bytes));
    const plain = await lab.start({ type: 'file' });
    await stateWhen(lab, plain.dataset, ended);
  });

  it('stops where the folder is gone, and goes on when it is back', async () => {
    const lab = await openLaboratory();
    await rm(lab.folder, { recursive: true });
    const { dataset } = await lab.start();
    const state = await stateWhen(lab, dataset, stopped);
    expect(state.problems.first).toMatchObject([{ code: 'input-not-found', file: lab.folder }]);
    await mkdir(lab.folder);
    await putTiles(lab.folder, 2);
    await lab.intakes.again(dataset, false);
    await stateWhen(lab, dataset, ended);
  });

  it('never takes none of the files for all of them', async () => {
    const lab = await openLaboratory();
    await writeFile(join(lab.folder, 'tile_01.tif'), '');
    const { dataset } = await lab.start({ skipUnreadable: true });
    expect((await stateWhen(lab, dataset, stopped)).problems.count).toBe(1);
  });

  it('rests while its run is cancelled, and goes on when that is taken up again', async () => {
    const lab = await openLaboratory();
    await putTiles(lab.folder, 2);
    await writeFile(join(lab.folder, 'tile_03.tif'), '');
    const { run, dataset } = await lab.start();
    await stateWhen(lab, dataset, stopped);
    await cancelRun(lab.engine, run);
    await lab.intakes.review();
    expect((await lab.intakes.describe(dataset)).state).toBe('waiting');
    await rm(join(lab.folder, 'tile_03.tif'));
    await lab.restart();
    expect((await lab.intakes.describe(dataset)).state).toBe('waiting');
    await resumeRun(lab.engine, run, 'all');
    await lab.intakes.review();
    await stateWhen(lab, dataset, ended);
    expect(await sourceOf(lab, run)).toMatchObject({ closed: true, items: 2, map: { ready: 2 } });
  });

  it('tells those who look at the run how it goes', async () => {
    const lab = await openLaboratory();
    await putTiles(lab.folder, 3);
    const told = new Set<number>();
    onTestFinished(lab.engine.listen(({ runs }) => runs.forEach((run) => told.add(run))));
    const { run, dataset } = await lab.start();
    await stateWhen(lab, dataset, ended);
    expect(told).toContain(run);
    await expect(lab.intakes.describe(999_999)).rejects.toMatchObject({ code: 'no-intake' });
  });
});
