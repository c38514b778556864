/**
 * The example of MouseLight, by the command line and with the real agent: its definitions are imported, its scripts run
 * as they are, and its acquisition behaves as acquisitions do.
 */
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { UserClient } from '@gantry/client';
import type { LiveSourceState } from '@gantry/model';
import { layOut, readServer } from '@gantry/storage';
import { acquiredTiles, writeList, writeTile } from '../../../examples/mouselight/acquisition.ts';
import { gantry, startGantry } from './gantry-process.ts';

const example = join(import.meta.dirname, '..', '..', '..', 'examples', 'mouselight');

interface Laboratory {
  readonly folder: string;
  /** Of the acquisition. */
  readonly acquired: string;
  readonly runWords: readonly string[];
}

async function makeLaboratory(): Promise<Laboratory> {
  // The database's user must be able to enter it where this runs as root.
  const folder = await mkdtemp('/tmp/gantry-mouselight-');
  await chmod(folder, 0o711);
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  const acquired = join(folder, 'acquired');
  await mkdir(acquired);
  const imported = await gantry(
    ['import', 'mouselight', join(example, 'definitions.json'), '--in-place', '--out', 'imported'],
    { folder },
  );
  expect(imported).toMatchObject({ code: 0 });
  return {
    folder,
    acquired,
    runWords: [
      ...['run', 'imported/pipeline.yaml', '--tools', 'imported/tools', '--input', 'acquired'],
      ...['--data-dir', 'data', '--out', 'results', '--json'],
    ],
  };
}

const matchOf = (folder: string, name: string): Promise<string> =>
  readFile(join(folder, 'results', 'point-match', 'result', name, `${name}-match.txt`), 'utf8');

/** What each tile was matched with: the one at the next plane that is not marked; the last plane's have none. */
async function expectMatches(folder: string): Promise<void> {
  expect((await readdir(join(folder, 'results', 'point-match', 'result'))).sort()).toEqual([
    '00001',
    '00002',
    '00003',
    '00004',
  ]);
  for (const [name, z, other] of [
    ['00001', 10, '00003'],
    ['00002', 10, '00004'],
    ['00003', 11, '00007'],
    ['00004', 11, '00008'],
  ] as const) {
    const [head = '', ...points] = (await matchOf(folder, name)).trim().split('\n');
    expect(head).toBe(`${name} at ${z} and ${other}, steps of 251.2`);
    // Three points in each of two channels, which lie further to the right by a pixel per plane.
    const shift = z === 10 ? 1 : 2;
    expect(points).toHaveLength(6);
    for (const point of points) {
      const [, x = 0, y = 0, otherX, otherY] = point.split(' ').map(Number);
      expect([otherX, otherY]).toEqual([x + shift, y]);
    }
  }
}

describe('the demo of MouseLight', () => {
  let client: UserClient;

  const watchWhen = async (what: (state: LiveSourceState) => boolean): Promise<LiveSourceState> => {
    let state: LiveSourceState | undefined;
    await vi.waitFor(
      async () => {
        [state] = await client.watches();
        if (state === undefined || !what(state)) throw new Error(`not yet: ${JSON.stringify(state)}`);
      },
      { timeout: 30_000, interval: 50 },
    );
    if (state === undefined) throw new Error('nothing is watched');
    return state;
  };

  beforeAll(() => {
    expect(acquiredTiles).toHaveLength(8);
  });

  it('follows an acquisition whose list is cut short, shrinks and grows, past a marked plane, to its end', async () => {
    const { folder, acquired, runWords } = await makeLaboratory();
    const late = acquiredTiles.at(-1);
    if (late === undefined) throw new Error('there are no tiles');
    for (const tile of acquiredTiles) if (tile !== late) writeTile(acquired, tile);
    const list = join(acquired, 'pipeline-input.json');
    const all = (complete: boolean): void =>
      writeList(acquired, acquiredTiles, (tile) => tile !== late || complete);
    all(false);

    const running = startGantry([...runWords, '--live', '--marker', 'done'], { folder });
    await running.waitFor('has begun');
    const record = await readServer(layOut(join(folder, 'data')));
    if (record === undefined) throw new Error('there is no server');
    client = new UserClient({ server: record.url, token: record.token });
    const taken = await watchWhen((state) => state.taken === 7);
    expect(taken).toMatchObject({
      options: { kind: 'tiles' },
      trouble: null,
      outside: { count: 2, first: expect.arrayContaining(['2026-01-03/00/00005']) as string[] },
      unfinished: { first: [{ name: late.path, why: 'listed-incomplete', overdue: false }] },
    });

    const whole = await readFile(list, 'utf8');
    await writeFile(list, whole.slice(0, 300));
    expect(await watchWhen(({ trouble }) => trouble !== null)).toMatchObject({
      state: 'waiting',
      taken: 7,
      trouble: { code: 'list-broken', message: expect.stringContaining(list) as string },
    });
    await writeFile(list, '');
    expect(await watchWhen(({ trouble }) => trouble?.message.includes('empty') === true)).toMatchObject({
      taken: 7,
    });
    // Whoever has started it is told, too.
    await running.waitFor(`warning: ${list}: the file is empty`);
    await rename(list, `${list}.away`);
    expect(await watchWhen(({ trouble }) => trouble?.code === 'list-missing')).toMatchObject({ taken: 7 });
    writeList(acquired, acquiredTiles.slice(0, 2));
    const shrunken = await watchWhen(({ trouble }) => trouble?.code === 'list-shrunken');
    expect(shrunken).toMatchObject({ state: 'waiting', vanished: { count: 5 } });
    // Work and items of the tiles that are not listed any more are all there.
    expect(await client.dataset(shrunken.dataset)).toMatchObject({ items: 7, state: 'open' });

    const { path, found, acquired: said } = await client.item(shrunken.dataset, { x: 1, y: 1, z: 11 });
    expect({ path, found, said }).toEqual({
      path: join(acquired, '2026-01-02/00/00003'),
      found: 'folder',
      said: { id: 3, step_x: 0.5, step_y: 0.5, step_z: 251.2 },
    });

    writeTile(acquired, late);
    all(true);
    await watchWhen((state) => state.taken === 8 && state.trouble === null);
    await writeFile(join(acquired, 'done'), '');
    const { code, stdout, stderr } = await running.ended;
    expect(stderr).not.toContain('failed');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'succeeded', tasks: { succeeded: 22, failed: 0 } });
    await expectMatches(folder);
    expect(await readFile(join(folder, 'results', 'line-fix', 'log', 'lf-00001.log'), 'utf8')).toContain(
      '00001, channel 1: odd lines are shifted by 10',
    );
    const probabilities = join(folder, 'results', 'classifier', 'result', '00001', '00001-prob.1.h5');
    expect((await readFile(probabilities, 'latin1')).slice(0, 14)).toBe('/volume 32 32\n');
  }, 120_000);

  it('reads an older list once, and goes on without the tile that has no place', async () => {
    const { folder, acquired, runWords } = await makeLaboratory();
    for (const tile of acquiredTiles) writeTile(acquired, tile);
    const [first, ...others] = acquiredTiles;
    if (first === undefined) throw new Error('there are no tiles');
    const entry = ({ id, path, x, y, z }: typeof first, latticePosition: object | null) => ({
      id,
      relativePath: path,
      isComplete: true,
      contents: { latticePosition: latticePosition ?? { x, y, z }, latticeStep: { x: 1, y: 1, z: 251.2 } },
    });
    await writeFile(
      join(acquired, 'dashboard.json'),
      JSON.stringify({
        monitor: {
          extents: { minimumX: 1, maximumX: 2, minimumY: 1, maximumY: 1, minimumZ: 10, maximumZ: 13 },
        },
        projectInfo: { customParameters: { DataSet: '/other' } },
        planeMarkers: { z: [12] },
        tileMap: {
          any: [entry(first, { x: 1, y: null, z: 10 })],
          key: others.map((tile) => entry(tile, null)),
        },
      }),
    );
    const { code, stdout } = await gantry(runWords, { folder });
    expect(code).toBe(0);
    // Five tiles in three stages, and three matches: the first tile has no place, so it is not there.
    expect(JSON.parse(stdout)).toMatchObject({ state: 'succeeded', tasks: { succeeded: 18, failed: 0 } });
    expect((await matchOf(folder, '00003')).split('\n')[0]).toBe('00003 at 11 and 00007, steps of 251.2');
    const probabilities = join(folder, 'results', 'classifier', 'result', '00003', '00003-prob.0.h5');
    expect((await readFile(probabilities, 'latin1')).slice(0, 6)).toBe('/other');
  }, 120_000);
});
