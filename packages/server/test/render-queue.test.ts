import { describe, expect, it } from 'vitest';
import { RenderQueue } from '../src/render-queue.ts';

const stays = new AbortController().signal;

describe('a render queue', () => {
  it('does a few at a time, in the order they came', async () => {
    const queue = new RenderQueue({ atOnce: 2 });
    const begun: number[] = [];
    const gates = [0, 1, 2, 3].map(() => Promise.withResolvers<void>());
    const all = gates.map((gate, n) =>
      queue.run(async () => {
        begun.push(n);
        await gate.promise;
        return n;
      }, stays),
    );
    await Promise.resolve();
    expect([begun, queue.usage]).toEqual([[0, 1], { atWork: 2, waiting: 2 }]);
    gates[1]!.resolve();
    await all[1];
    await expect.poll(() => begun).toEqual([0, 1, 2]);
    for (const gate of gates) gate.resolve();
    expect(await Promise.all(all)).toEqual([0, 1, 2, 3]);
    expect(queue.usage).toEqual({ atWork: 0, waiting: 0 });
  });

  it('drops what nobody waits for any more', async () => {
    const queue = new RenderQueue({ atOnce: 1 });
    const gate = Promise.withResolvers<void>();
    const first = queue.run(() => gate.promise, stays);
    const gone = new AbortController();
    const dropped = queue.run(() => Promise.reject(new Error('must not begin')), gone.signal);
    gone.abort(new Error('gone'));
    await expect(dropped).rejects.toThrow('gone');
    const last = queue.run(() => Promise.resolve('last'), stays);
    gate.resolve();
    await first;
    expect(await last).toBe('last');
    await expect(queue.run(() => Promise.resolve(1), gone.signal)).rejects.toThrow('gone');
  });

  it('gives its turn on where the work fails, and refuses more than may wait', async () => {
    const queue = new RenderQueue({ atOnce: 1, mostWaiting: 1 });
    const gate = Promise.withResolvers<void>();
    const failing = queue.run(() => gate.promise, stays);
    const next = queue.run(() => Promise.resolve('next'), stays);
    await expect(queue.run(() => Promise.resolve(1), stays)).rejects.toMatchObject({
      code: 'too-much-asked',
    });
    gate.reject(new Error('no'));
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('next');
  });
});
