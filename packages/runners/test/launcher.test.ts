import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ProcessRunner } from '../src/index.ts';
import { Bench, lives, until } from './harness.ts';

/** The launcher has the runner's marker as its argument. */
function launcherOf(marker: string): number {
  return Number(execFileSync('pgrep', ['-f', `launcher-process.ts ${marker}`], { encoding: 'utf8' }).trim());
}

describe('the launcher', () => {
  it('may be killed: what ran is killed and fails, and the next is started by another', async () => {
    const bench = await Bench.open((setup) => new ProcessRunner(setup));
    const file = join(bench.folder, 'pid');
    const assignment = bench.assign(['sh', '-c', `echo $$ > ${file}; sleep 1000`]);
    await bench.runner.submit([assignment]);
    const pid = await until(async () => Number(await readFile(file, 'utf8').catch(() => '')) || undefined);
    process.kill(launcherOf(bench.marker), 'SIGKILL');
    const [report] = await bench.wait([assignment]);
    expect(report?.outcome).toBe('failed');
    expect(report?.message).toMatch(/the launcher process, which started it, has ended/);
    expect(await lives(pid)).toBe(false);
    expect((await bench.runOne(bench.assign(['true']))).outcome).toBe('succeeded');
    await bench.close();
  });

  it('ends with its runner', async () => {
    const bench = await Bench.open((setup) => new ProcessRunner(setup));
    await bench.runOne(bench.assign(['true']));
    const launcher = launcherOf(bench.marker);
    await bench.close();
    expect(await lives(launcher)).toBe(false);
  });

  it('closes as often as it is asked to, also when it has been killed', async () => {
    const bench = await Bench.open((setup) => new ProcessRunner(setup));
    await bench.runOne(bench.assign(['true']));
    process.kill(launcherOf(bench.marker), 'SIGKILL');
    await Promise.all([bench.runner.close(), bench.runner.close()]);
    await bench.close();
  });
});
