import type { Assignment } from '@gantry/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssignmentQueue } from '../src/assignment-queue.ts';

const capacity = { cpu: 4, memory: 1000, slots: 3 };

function assignment(attempt: number, change: Partial<Assignment> = {}): Assignment {
  return {
    attempt,
    task: attempt,
    run: 1,
    runName: 'run',
    stage: 'stage',
    tool: { name: 'tool', version: '1.0.0', digest: 'd' },
    kind: 'process',
    command: ['true'],
    env: {},
    outputs: [],
    folder: '/store/1',
    success: { exitCodes: [0] },
    resources: { cpu: 1, memory: 100, time: 60 },
    poolKey: 'a',
    ...change,
  };
}

const needs = (cpu: number, memory: number): Partial<Assignment> => ({
  resources: { cpu, memory, time: 60 },
});
const ids = (unit: readonly Assignment[] | undefined): number[] | undefined =>
  unit?.map(({ attempt }) => attempt);

describe('the assignment queue', () => {
  it('starts in the order of claiming, as many as there are slots', () => {
    const queue = new AssignmentQueue(capacity);
    queue.add([1, 2, 3, 4].map((attempt) => assignment(attempt)));
    expect([queue.next(), queue.next(), queue.next(), queue.next()].map(ids)).toEqual([
      [1],
      [2],
      [3],
      undefined,
    ]);
    queue.release(2);
    expect(ids(queue.next())).toEqual([4]);
    expect(queue.freeSlots).toBe(0);
  });

  it('lets small ones pass one that does not fit, but not for ever', () => {
    let now = 0;
    const queue = new AssignmentQueue(capacity, () => now);
    queue.add([assignment(1, needs(3, 1)), assignment(2, needs(4, 1)), assignment(3, needs(1, 1))]);
    expect(ids(queue.next())).toEqual([1]);
    expect(ids(queue.next())).toEqual([3]);
    queue.release(3);
    now = 6_000;
    queue.add([assignment(4, needs(1, 1))]);
    expect(queue.next()).toBeUndefined();
    queue.release(1);
    expect(ids(queue.next())).toEqual([2]);
  });

  it('tells of one that asks for more than there is', () => {
    const queue = new AssignmentQueue(capacity);
    expect(
      [needs(4, 1000), needs(4.5, 1), needs(1, 1001)].map((change) => queue.exceeds(assignment(1, change))),
    ).toEqual([false, true, true]);
  });

  it('gathers a batch of equal keys, in the room of one', () => {
    const queue = new AssignmentQueue(capacity);
    const batch = { batch: 2 };
    queue.add([
      assignment(1, batch),
      assignment(2, { batch: 2, poolKey: 'b' }),
      assignment(3, batch),
      assignment(4, batch),
    ]);
    expect(ids(queue.next())).toEqual([1, 3]);
    expect(queue.freeSlots).toBe(2);
    queue.release(1);
    expect(queue.freeSlots).toBe(2);
    queue.release(3);
    expect(queue.freeSlots).toBe(3);
    expect(ids(queue.next())).toEqual([2]);
  });

  it('gives waiting ones up, once', () => {
    const queue = new AssignmentQueue(capacity);
    queue.add([assignment(1), assignment(2)]);
    expect(ids(queue.remove([2, 9]))).toEqual([2]);
    expect(ids(queue.remove([2]))).toEqual([]);
    expect(queue.waiting).toEqual([1]);
  });

  it('never runs more than there is room for, and gets all the room back', () => {
    const one = fc.record({
      cpu: fc.double({ min: 0, max: 4, noNaN: true }),
      memory: fc.nat(1000),
      batch: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 30 }), fc.infiniteStream(fc.nat()), (wishes, picks) => {
        const queue = new AssignmentQueue(capacity, () => 0);
        queue.add(
          wishes.map(({ cpu, memory, batch }, at) =>
            assignment(at + 1, { ...needs(cpu, memory), batch, poolKey: String(batch) }),
          ),
        );
        const running: number[][] = [];
        const ended: number[] = [];
        for (;;) {
          for (let unit = queue.next(); unit !== undefined; unit = queue.next())
            running.push(unit.map(({ attempt }) => attempt));
          expect(running.length).toBeLessThanOrEqual(capacity.slots);
          const first = running.map(([attempt = 0]) => wishes[attempt - 1]);
          expect(first.reduce((sum, wish) => sum + Math.min(wish?.cpu ?? 0, 4), 0)).toBeLessThanOrEqual(
            4 + 1e-6,
          );
          expect(first.reduce((sum, wish) => sum + Math.min(wish?.memory ?? 0, 1000), 0)).toBeLessThanOrEqual(
            1000,
          );
          if (running.length === 0) break;
          const [unit = []] = running.splice((picks.next().value ?? 0) % running.length, 1);
          for (const attempt of unit) queue.release(attempt);
          ended.push(...unit);
        }
        expect(ended.sort((a, b) => a - b)).toEqual(wishes.map((_wish, at) => at + 1));
        expect(queue.freeSlots).toBe(capacity.slots);
      }),
    );
  });

  it('shrinks by what ends, and ends nothing', () => {
    const queue = new AssignmentQueue(capacity);
    queue.add([1, 2, 3, 4].map((attempt) => assignment(attempt)));
    expect([queue.next(), queue.next(), queue.next()].map(ids)).toEqual([[1], [2], [3]]);
    queue.resize({ cpu: 1, memory: 1000, slots: 1 });
    expect(queue.freeSlots).toBe(0);
    queue.release(1);
    queue.release(2);
    expect(queue.next()).toBeUndefined();
    queue.release(3);
    expect(ids(queue.next())).toEqual([4]);
    queue.resize({ cpu: 4, memory: 1000, slots: 3 });
    queue.add([assignment(5), assignment(6), assignment(7)]);
    expect([queue.next(), queue.next(), queue.next()].map(ids)).toEqual([[5], [6], undefined]);
  });

  it('gives each attempt graphics processors of its own', () => {
    const queue = new AssignmentQueue({ ...capacity, gpu: 3 });
    const wants = (gpu: number): Partial<Assignment> => ({ resources: { cpu: 1, memory: 1, gpu, time: 60 } });
    queue.add([assignment(1, wants(2)), assignment(2, wants(2)), assignment(3, wants(1))]);
    const devices = (unit: readonly Assignment[] | undefined) =>
      unit?.map(({ env }) => env['CUDA_VISIBLE_DEVICES']);
    expect(devices(queue.next())).toEqual(['0,1']);
    expect(devices(queue.next())).toEqual(['2']);
    expect(queue.next()).toBeUndefined();
    queue.release(1);
    expect(devices(queue.next())).toEqual(['0,1']);
    expect(queue.taken.gpu).toBe(3);
  });
});
