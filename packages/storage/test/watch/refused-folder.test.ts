import { execFileSync, spawn } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { newFolder, put, until } from './watched-folder.ts';

/** Under root nothing is refused: then the watch runs as another user. */
const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const program = join(import.meta.dirname, '..', 'watch-process.ts');

function canRun(): boolean {
  try {
    execFileSync(process.execPath, ['--check', program], { ...user, stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write('Skipped: an ordinary user cannot enter this folder.\n');
    return false;
  }
}

it.skipIf(!canRun())('a folder that may not be read is shown, and watched again when it may', async () => {
  const folder = await newFolder();
  await chmod(folder, 0o755);
  const child = spawn(process.execPath, [program, folder], { ...user, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: Record<string, unknown>[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line) as Record<string, unknown>));
  const last = (): string => JSON.stringify(lines.findLast(({ state }) => state !== undefined));
  const told = (kind: string, name: string) => () =>
    lines.some((line) => line['kind'] === kind && line['name'] === name);

  await until(() => last().includes('"watching"'), 'watching');
  await put(folder, 'a.tif', 'bytes');
  await until(told('counts', 'a.tif'), 'a.tif counts');
  await chmod(folder, user.uid === undefined ? 0 : 0o700);
  await until(() => last().includes('folder-not-readable'), 'refused');
  await chmod(folder, 0o755);
  await put(folder, 'b.tif', 'bytes');
  await until(told('counts', 'b.tif'), 'b.tif counts');
  await until(() => last().includes('"watching"'), 'watching again');
  expect(lines.some(({ kind }) => kind === 'vanished')).toBe(false);
});
