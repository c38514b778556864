/** The launcher under the machine's own Node, which is mostly older than the one that Gantry needs. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { launcher, makeCopyProject, makeFolder, copyWords, startGantry } from './gantry-process.ts';

/** A Node before 24 on the PATH, if there is one. */
const older = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .find((file) => {
    if (!existsSync(file)) return false;
    const { stdout } = spawnSync(file, ['--version'], { encoding: 'utf8' });
    return /^v(?:2[0-3]|1\d)\./.test(stdout);
  });
if (older === undefined)
  console.warn('SKIPPED: there is no Node before 24 on the PATH to start the launcher with.');

describe.skipIf(older === undefined)('under an older Node', () => {
  it('runs by a link, from another folder, and hands words and exit codes on', async () => {
    const folder = await makeFolder();
    await symlink(launcher, join(folder, 'gantry'));
    const run = (...words: string[]) =>
      spawnSync(older!, [join(folder, 'gantry'), ...words], { cwd: '/', encoding: 'utf8' });
    expect(run('version')).toMatchObject({ status: 0, stdout: '0.1.0\n' });
    expect(run('pipelines', 'validate', 'a file')).toMatchObject({ status: 2 });
    expect(run('pipelines', 'validate', 'a file').stderr).toContain('there is no pipeline file a file');
  });

  it('stops in good order when it is asked to, and when it is killed', async () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const folder = await makeCopyProject(20, 300);
      const running = startGantry(copyWords, { folder, node: older! });
      await running.waitFor('has begun');
      running.child.kill(signal);
      const ended = await running.ended;
      expect(ended.stderr).toContain('Stopping');
      if (signal === 'SIGTERM') expect(ended.code).toBe(1);
      expect(ended.stdout).toContain('cancelled');
    }
  }, 60_000);
});
