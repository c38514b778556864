import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Launcher } from '../src/launcher.ts';
import { startGroup, type ProcessGroup } from '../src/process-group.ts';
import { lives } from './harness.ts';

const start = { folder: '/', env: { PATH: '/usr/bin:/bin' }, stdin: 'none' } as const;

/** A group of this process, or behind a launcher that ends with the test. */
async function startEither(how: 'itself' | 'launcher', command: string[]): Promise<ProcessGroup> {
  if (how === 'itself') return startGroup({ ...start, command });
  const folder = await mkdtemp(join(tmpdir(), 'gantry-launcher-'));
  const launcher = new Launcher(randomUUID(), join(folder, 'compiled'));
  onTestFinished(async () => {
    await launcher.close();
    await rm(folder, { recursive: true, force: true });
  });
  return launcher.start({ folder: start.folder, env: start.env, command });
}

describe('a process group whose output somebody else holds open', () => {
  it.each(['itself', 'launcher'] as const)(
    'is read to its end, although there was no time to read before the process ended (%s)',
    async (how) => {
      const group = await startEither(how, ['sh', '-c', 'seq 1 9000; echo dark >&2; (setsid sleep 30 &)']);
      const read = { stdout: '', stderr: '' };
      const closed = (['stdout', 'stderr'] as const).map((name) => {
        const stream = group[name];
        stream.on('data', (chunk: Buffer) => (read[name] += chunk.toString()));
        return new Promise((resolve) => stream.once('close', resolve));
      });
      // Nothing of this process is done meanwhile, as on a machine that has no time for it.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
      group.closeOutput();
      await Promise.all(closed);
      expect(read.stdout.split('\n').slice(-2)).toEqual(['9000', '']);
      expect(read.stderr).toBe('dark\n');
    },
  );

  it('is cut off where what is left never ends', { timeout: 20_000 }, async () => {
    const group = await startGroup({
      ...start,
      command: ['sh', '-c', '(setsid sh -c "echo \\$\\$; while echo more; do :; done" &)'],
    });
    let first = '';
    group.stdout.on('data', (chunk: Buffer) => {
      if (first.length < 20) first += chunk.toString();
    });
    await group.exited;
    const end = new Promise((resolve) => group.stdout.once('close', resolve));
    group.closeOutput();
    await end;
    const pid = Number(/^(\d+)$/m.exec(first)?.[1]);
    // Its next word breaks its pipe.
    await expect.poll(() => lives(pid)).toBe(false);
  });
});
