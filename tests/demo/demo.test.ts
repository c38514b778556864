/** The demo of `npm start`, from its first word to its results: killed in the middle, taken up again, and looked at again. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunOutput, TaskExplanation } from '@gantry/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listVisits, protocol } from '../../examples/microscope/protocol.ts';
import type { Truth } from '../../examples/microscope/truth.ts';
import { compareTable, compareVector } from './compare-with-truth.ts';
import { makeDemoPlace, waitFor, type DemoPlace, type StartedDemo } from '../../scripts/demo/demo-apart.ts';

const tileCount = listVisits().length;
const stageTasks = { flat: 1, correct: tileCount };
const perTime = ['stitch', 'assemble', 'pyramid', 'threshold', 'label', 'features'];
const taskCount = 1 + tileCount + perTime.length * protocol.timePoints;

describe('the demo', () => {
  let place: DemoPlace;
  let demo: StartedDemo;
  /** Where the first start was killed. */
  const atKill = { tiles: 0, finished: new Map<number, number>() };

  const outputOf = async (stage: string, output: string): Promise<RunOutput> => {
    const outputs = await demo.client.outputs(1);
    const found = outputs.find((one) => one.stage === stage && one.output === output);
    if (found === undefined) throw new Error(`The run has no output ${stage}.${output}.`);
    return found;
  };
  const landed = async (): Promise<string[]> =>
    (await readdir(join(place.folder, 'tiles'))).filter((name) => name.startsWith('cells_'));
  const explainAll = async (): Promise<TaskExplanation[]> => {
    const tasks = await demo.client.tasks(1, { limit: 1000 });
    return Promise.all(tasks.map(({ id }) => demo.client.task(id)));
  };

  beforeAll(async () => {
    place = await makeDemoPlace();
    demo = await place.start(60);
  }, 120_000);
  afterAll(async () => {
    await demo.stop();
    await place.remove();
  });

  it('ends its words with the address at which one signs in', async () => {
    expect(demo.said().trimEnd().split('\n').at(-1)).toBe(demo.address);
    const opened = await fetch(demo.address, { redirect: 'manual' });
    expect(opened.headers.get('set-cookie')).toContain('HttpOnly');
  });

  it('has its run before the first tile lands', async () => {
    const run = await demo.client.run(1);
    expect(run.state).toBe('active');
    const first = Math.min(
      ...(await waitFor('a tile', 30, async () => {
        const { items } = (await demo.client.run(1)).sources.find(({ name }) => name === 'tiles')!;
        return items > 0 ? [Date.now()] : undefined;
      })),
    );
    expect(Date.parse(run.created)).toBeLessThan(first);
    expect(run.sources).toContainEqual(expect.objectContaining({ name: 'blanks', items: 8, closed: true }));
  });

  it('finishes a time point while later ones are acquired', { timeout: 120_000 }, async () => {
    await waitFor('the first mosaic', 100, async () => {
      const { items } = await outputOf('assemble', 'mosaic');
      return items.length > 0 ? true : undefined;
    });
    expect((await landed()).length).toBeLessThan(tileCount);
  });

  it('goes on where it was after it was killed, to a complete end', { timeout: 240_000 }, async () => {
    const before = await explainAll();
    for (const { id, state, attempts } of before)
      if (state === 'succeeded') atKill.finished.set(id, attempts.at(-1)!.id);
    atKill.tiles = (await landed()).length;
    await demo.kill();
    demo = await place.start(6);
    expect(demo.said()).toContain('goes on photographing');
    await waitFor('the end of the run', 200, async () =>
      (await demo.client.run(1)).state === 'active' ? undefined : true,
    );
    expect(await demo.client.run(1)).toMatchObject({ state: 'succeeded', tasks: { succeeded: taskCount } });
  });

  it('has done nothing twice', async () => {
    expect(await demo.client.runs()).toHaveLength(1);
    const tasks = await explainAll();
    const count = (stage: string): number => tasks.filter((task) => task.stage === stage).length;
    for (const [stage, expected] of Object.entries(stageTasks)) expect(count(stage)).toBe(expected);
    for (const stage of perTime) expect(count(stage)).toBe(protocol.timePoints);
    for (const { attempts } of tasks)
      expect(attempts.filter(({ outcome }) => outcome === 'succeeded')).toHaveLength(1);
    // What was done when it was killed was not done again.
    expect(atKill.finished.size).toBeGreaterThan(protocol.rows * protocol.columns);
    for (const { id, attempts } of tasks)
      if (atKill.finished.has(id)) expect(attempts.at(-1)!.id).toBe(atKill.finished.get(id));
    expect(await landed()).toHaveLength(tileCount);
    for (const { stage, output, items } of await demo.client.outputs(1))
      expect(items, `${stage}.${output}`).toHaveLength(
        stage === 'flat' ? 1 : stage === 'correct' ? tileCount : protocol.timePoints,
      );
  });

  it('places every tile within a pixel, and finds the cells', async () => {
    const truth = JSON.parse(await readFile(join(place.folder, 'truth.json'), 'utf8')) as Truth;
    const [vectors, tables] = [await outputOf('stitch', 'vector'), await outputOf('features', 'table')];
    for (let t = 1; t <= protocol.timePoints; t++) {
      const at = ({ items }: RunOutput): string => items.find((item) => item.place['t'] === t)!.path;
      const stitched = await compareVector(
        at(vectors),
        truth.tiles.filter((tile) => tile.t === t),
      );
      expect(stitched.tiles).toBe(protocol.rows * protocol.columns);
      expect(stitched.largestError).toBeLessThan(1);
      const cells = truth.cells.filter((cell) => cell.t === t);
      const measured = await compareTable(at(tables), cells, stitched.offset);
      expect(Math.abs(measured.rows - cells.length)).toBeLessThanOrEqual(0.02 * cells.length);
      expect(measured.found).toBeGreaterThanOrEqual(0.98 * cells.length);
    }
  });

  it('is as it was at the next start', { timeout: 120_000 }, async () => {
    const before = await demo.client.run(1);
    const { code, errors } = await demo.stop();
    expect(code, errors).toBe(0);
    demo = await place.start(60);
    expect(demo.said()).toContain('as you left it: run 1');
    const after = await demo.client.run(1);
    expect(after.change).toBe(before.change);
    expect(after.tasks).toEqual(before.tasks);
    expect(await demo.client.runs()).toHaveLength(1);
  });
});
