/** Planes of a stage's map, held against a plain list of its tasks. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMap, encodeMap, goneState, taskStates, type MapColumns } from '@gantry/model';
import {
  StageMap,
  type FoundTask,
  type MapPlane,
  type MapSelection,
} from '../../src/stage-maps/stage-map.ts';

const axes = ['t', 'row', 'col'];
const running = taskStates.indexOf('running');

const state = fc.oneof(
  fc.integer({ min: 0, max: 7 }).filter((byte) => byte !== running),
  fc.constant(goneState),
);
const tasks = fc
  .uniqueArray(fc.array(fc.integer({ min: -2, max: 3 }), { minLength: 3, maxLength: 3 }), {
    selector: (place) => place.join(),
    maxLength: 60,
  })
  .chain((places) =>
    fc.tuple(
      fc.constant(places),
      fc.array(state, { minLength: places.length, maxLength: places.length }),
      // Close together, or far apart.
      fc.uniqueArray(fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 2 ** 40 })), {
        minLength: places.length,
        maxLength: places.length,
      }),
    ),
  )
  .map(([places, states, ids]) =>
    places.map((place, index): FoundTask => ({ place, state: states[index]!, id: ids[index]! })),
  );
const axis = fc.option(fc.constantFrom(...axes), { nil: undefined });
const plane: fc.Arbitrary<MapPlane> = fc
  .record({ x: axis, y: axis, t: fc.integer({ min: -2, max: 3 }), named: fc.boolean() })
  .filter(({ x, y }) => x === undefined || x !== y)
  .map(({ x, y, t, named }) => ({ x, y, at: named && x !== 't' && y !== 't' ? { t } : {} }));

function read({ lines, state: states }: MapSelection): MapColumns {
  const parts = encodeMap({ change: 1, extents: [], measure: null }, lines, states, undefined);
  return decodeMap(new Uint8Array(Buffer.concat(parts)).buffer);
}

/** What a list of tasks has of a plane, row by row: x, y, id, state. */
function expected(found: readonly FoundTask[], { x, y, at }: MapPlane): number[][] {
  const there = found.filter((task) => task.state !== goneState);
  const along = (task: FoundTask, name: string | undefined): number =>
    name === undefined ? 0 : task.place[axes.indexOf(name)]!;
  const others = axes.filter((name) => name !== x && name !== y);
  const least = (name: string): number => Math.min(...there.map((task) => along(task, name)));
  return there
    .filter((task) => others.every((name) => along(task, name) === (at[name] ?? least(name))))
    .map((task) => [along(task, x), along(task, y), task.id, task.state])
    .sort((a, b) => a[1]! - b[1]! || a[0]! - b[0]!);
}

const rowsOf = ({ x, y, task, state: states }: MapColumns): number[][] =>
  Array.from(x, (at, index) => [at, y[index]!, task[index]!, states[index]!]);

describe('the map of a stage', () => {
  it('has the places of a plane row by row, before and after changes', () => {
    fc.assert(
      fc.property(
        tasks,
        plane,
        fc.array(fc.tuple(fc.nat(), state), { maxLength: 20 }),
        tasks,
        (found, shown, changes, later) => {
          const map = new StageMap(axes, 5);
          let list = [...found];
          for (const task of list) map.add(task);
          expect(rowsOf(read(map.select(shown, new Float64Array(), undefined)))).toEqual(
            expected(list, shown),
          );
          const made = list.length === 0 ? [] : changes;
          const told = made.map(([which, to], index) => ({
            ...{ change: 6 + index, state: to },
            tasks: Float64Array.of(list[which % list.length]!.id),
          }));
          map.apply(told, 100);
          for (const { tasks: ids, state: to } of told)
            list = list.map((task) => (task.id === ids[0] ? { ...task, state: to } : task));
          const whole = rowsOf(read(map.select(shown, new Float64Array(), undefined)));
          expect(whole).toEqual(expected(list, shown));
          // Those that changed, and no others, with those that have gone.
          const changed = read(map.select(shown, new Float64Array(), 5));
          const touched = new Set(told.flatMap(({ tasks: ids }) => [...ids]));
          for (const id of changed.task) expect(touched).toContain(id);
          for (const [, , id] of whole) expect(changed.task.includes(id!)).toBe(touched.has(id!));
          // New ones, wherever they lie.
          const fresh = later.filter(
            ({ id, place }) => !list.some((task) => task.id === id || task.place.join() === place.join()),
          );
          for (const task of fresh) map.add(task);
          list.push(...fresh);
          expect(rowsOf(read(map.select(shown, new Float64Array(), undefined)))).toEqual(
            expected(list, shown),
          );
        },
      ),
    );
  });

  it('shows running tasks as such as long as they run, also to those who ask what has changed', () => {
    const map = new StageMap(['n'], 1);
    for (const n of [1, 2, 3]) map.add({ id: n, state: 0, place: [n] });
    const shown: MapPlane = { x: 'n', y: undefined, at: {} };
    const held = Float64Array.of(2, 99);
    expect([...read(map.select(shown, held, undefined)).state]).toEqual([0, running, 0]);
    expect([...read(map.select(shown, held, 1)).task]).toEqual([2]);
    expect([...read(map.select(shown, new Float64Array(), undefined)).state]).toEqual([0, 0, 0]);
  });

  it('refuses a change of a task that it does not have', () => {
    const map = new StageMap(['n'], 1);
    map.add({ id: 1, state: 0, place: [1] });
    const changes = [{ change: 2, state: 1, tasks: Float64Array.of(1, 7) }];
    expect(map.unknownOf(changes)).toEqual([7]);
    expect(() => map.apply(changes, 2)).toThrow(RangeError);
  });
});
