/** `gantry up`: the server with its pages, until it is asked to end. */
import { createServer } from 'node:net';
import { join } from 'node:path';
import { layOut, readServer } from '@gantry/storage';
import { describe, expect, it } from 'vitest';
import { gantry, makeFolder, startGantry, type Running } from './gantry-process.ts';

const words = ['up', '--data-dir', 'data', '--port', '0'];

/** Waits until the server says where it is; rejects with what the command said, if it ends before. */
async function untilUp(running: Running, folder: string): Promise<string> {
  let said: string | undefined;
  void running.ended.then(({ stdout, stderr }) => (said = stdout + stderr));
  for (;;) {
    const record = await readServer(layOut(join(folder, 'data')));
    if (record !== undefined) return record.url;
    if (said !== undefined) throw new Error(said);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

describe('gantry up', () => {
  it('stays until it is asked to end; another one says where it is, and how to sign in', async () => {
    const folder = await makeFolder();
    const first = startGantry(words, { folder });
    const url = await untilUp(first, folder);
    const second = await gantry([...words, '--json'], { folder });
    expect(second.code, second.stderr).toBe(0);
    const answer = JSON.parse(second.stdout) as { url: string; signIn: string };
    expect(answer.url).toBe(url);
    const opened = await fetch(answer.signIn, { redirect: 'manual' });
    expect(opened.headers.get('set-cookie')).toContain('HttpOnly');
    first.child.kill('SIGTERM');
    const ended = await first.ended;
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toMatch(
      new RegExp(`^Gantry is at ${url}. Sign in, within the hour: ${url}/sign-in/\\S+\\n$`),
    );
    await expect(fetch(url)).rejects.toThrow();
  }, 60_000);

  it('names a port that is in use, and the mend', async () => {
    const folder = await makeFolder();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const ended = await gantry(['up', '--data-dir', 'data', '--port', port], { folder });
    other.close();
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain(`Port ${port} of 127.0.0.1 is in use.`);
    expect(ended.stderr).toContain('--port');
  }, 60_000);
});
