import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { newFolder, put, until } from './watched-folder.ts';

/** In a user namespace of its own the limit of watches can be set without harm to anyone. */
const limit = 'echo 0 > /proc/sys/user/max_inotify_watches';
const program = join(import.meta.dirname, '..', 'watch-process.ts');

function canLimit(): boolean {
  if (spawnSync('unshare', ['-Ur', 'sh', '-c', limit]).status === 0) return true;
  process.stderr.write('Skipped: this host lets us make no user namespace.\n');
  return false;
}

it.skipIf(!canLimit())(
  'where the system has no watches left, files are found by scanning, and it is said',
  async () => {
    const folder = await newFolder();
    const child = spawn(
      'unshare',
      ['-Ur', 'sh', '-c', `${limit} && exec "$0" "$@"`, process.execPath, program, folder],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    const lines: Record<string, unknown>[] = [];
    createInterface(child.stdout).on('line', (line) =>
      lines.push(JSON.parse(line) as Record<string, unknown>),
    );
    await until(() => lines.some(({ state }) => state === 'watching'), 'watching');
    await put(folder, 'a.tif', 'bytes');
    await until(() => lines.some(({ kind }) => kind === 'counts'), 'a.tif counts');
    expect(lines.findLast(({ state }) => state !== undefined)).toMatchObject({
      state: 'watching',
      mode: 'scan',
    });
    const said = lines.flatMap(({ log }) => (typeof log === 'string' ? [log] : []));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/scanning.*fs\.inotify\.max_user_watches/u);
  },
);
