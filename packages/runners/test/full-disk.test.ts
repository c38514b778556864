/** Attempts on a disk that has no room: a small file system in memory, which only root can make. */
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ProcessRunner } from '../src/index.ts';
import { Bench } from './harness.ts';

const canMount = process.platform === 'linux' && process.geteuid?.() === 0;
if (!canMount) process.stderr.write('SKIPPED: attempts on a full disk need root, to mount one.\n');

/** A runner whose store is a disk of 256 KiB. */
async function openSmallDisk(): Promise<Bench> {
  const bench = await Bench.open((setup) => new ProcessRunner(setup));
  await mkdir(bench.storeFolder, { recursive: true });
  const { status, stderr } = spawnSync(
    'mount',
    ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', bench.storeFolder],
    {
      encoding: 'utf8',
    },
  );
  onTestFinished(async () => {
    if (status === 0) spawnSync('umount', [bench.storeFolder]);
    await bench.close();
  });
  if (status !== 0) throw new Error(`mount failed: ${stderr}`);
  return bench;
}

describe.skipIf(!canMount)('an attempt on a full disk', () => {
  it('that fills it says which disk is full, and what to do', async () => {
    const bench = await openSmallDisk();
    const report = await bench.runOne(bench.assignOutput('head -c 1000000 /dev/zero > "$1"'));
    expect(report.outcome).toBe('failed');
    expect(report.message).toContain('ended with exit code 1');
    expect(report.message).toContain(
      `the disk of ${join(bench.storeFolder, '7/stage/1')} is full; free some space`,
    );
  });

  it('that cannot even begin says the same', async () => {
    const bench = await openSmallDisk();
    await writeFile(join(bench.storeFolder, 'others'), Buffer.alloc(250 * 1024)).catch(() => {});
    const assignment = bench.assignOutput('true');
    const files = [{ path: join(assignment.folder, 'list.json'), content: 'x'.repeat(100_000) }];
    const report = await bench.runOne({ ...assignment, files });
    expect(report).toMatchObject({ outcome: 'start-failed' });
    expect(report.message).toContain('could not be started: the disk of');
    expect(report.message).toContain('is full; free some space on it, and try again what failed');
  });

  it('that fails while there is room does not speak of the disk', async () => {
    const bench = await openSmallDisk();
    const report = await bench.runOne(bench.assignOutput('exit 3'));
    expect(report.message).not.toContain('full');
  });
});
