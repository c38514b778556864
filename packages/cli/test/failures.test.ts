/** `gantry failures` and `gantry retry`, in a data directory where nothing runs; and a webhook of the settings. */
import { createServer } from 'node:http';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { failureGroupsSchema, retryAnswerSchema, webhookBodySchema } from '@gantry/model';
import { copyWords, gantry, makeCopyProject, type Ended } from './gantry-process.ts';

const groupsOf = ({ stdout }: Ended) =>
  failureGroupsSchema.pick({ groups: true, tasks: true }).parse(JSON.parse(stdout));

describe('gantry failures and gantry retry', () => {
  it('list what failed with its cause, and take it up again', { timeout: 120_000 }, async () => {
    const folder = await makeCopyProject(4, 0);
    const ask = (...words: string[]): Promise<Ended> => gantry([...words, '--data-dir', 'data'], { folder });
    for (const name of ['p02', 'p03']) await writeFile(join(folder, 'items', `${name}.txt`), 'bad\n');

    const told: unknown[] = [];
    const receiver = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        told.push(webhookBodySchema.parse(JSON.parse(body)));
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void receiver.close());
    const { port } = receiver.address() as AddressInfo;
    await writeFile(join(folder, 'gantry.yaml'), `webhooks: ["http://127.0.0.1:${port}/token"]\n`);

    expect((await gantry(copyWords, { folder })).code).toBe(1);
    // The command waits until it has told.
    expect(told).toMatchObject([{ about: { kind: 'run-ended', state: 'failed', tasks: { failed: 2 } } }]);
    expect((await ask('config')).stdout).not.toContain('token');

    const listed = await ask('failures');
    expect(listed.stdout).toContain('failed: ‹file› is bad; write something else into it');
    expect(listed.stdout).toContain('2 tasks of 1 run');
    expect(listed.stdout).toContain('2 tasks wait for it');
    expect(listed.stdout).toMatch(/\| read p0[23]\.txt/);
    const { groups, tasks } = groupsOf(await ask('failures', '--json', '--by', 'stage'));
    expect({ tasks, titles: groups.map(({ title }) => title) }).toEqual({
      tasks: 2,
      titles: ['copies/first'],
    });
    expect((await ask('failures', '--outcome', 'lost')).stderr).toContain('Nothing has failed.');

    const [, cause = ''] = /gantry retry --cause (\d+)/.exec(listed.stdout) ?? [];
    const retried = await ask('retry', '--cause', cause, '--json');
    expect(retryAnswerSchema.parse(JSON.parse(retried.stdout))).toMatchObject({
      again: 2,
      runs: [1],
      refused: [],
    });
    expect(retried.code).toBe(0);
    const again = await ask('retry', '--all');
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('None of these tasks is failed now.');
  });

  it('name the option that is wrong, and ask which tasks are meant', async () => {
    const folder = await makeCopyProject(1, 0);
    const ask = (...words: string[]): Promise<Ended> => gantry([...words, '--data-dir', 'data'], { folder });
    for (const [words, message] of [
      [['retry'], 'It is not said which tasks'],
      [['retry', '3', '--all'], '`--all` is for failures of any run'],
      [['retry', '--dry-run'], 'It is not said which tasks'],
      [['retry', '3', '--state', 'ready'], '`--state ready` is none'],
      [['retry', '3', '--place', 'row'], '`--place row` is not written'],
      [['failures', '--since', 'yesterday'], '`--since` cannot be that'],
      [['retry', '--outcome', 'succeeded'], '`--outcome` cannot be that'],
    ] as const) {
      const { code, stderr } = await ask(...words);
      expect(stderr).toContain(message);
      expect(code).toBe(2);
    }
  });
});
