/** Agents that do not see the server's storage: what they read is brought, what they make is sent. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { testDatabase } from '@gantry/database/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHostLaboratory, waitFor, type HostLaboratory } from './host-laboratory.ts';

const database = testDatabase();
let lab: HostLaboratory;

beforeAll(async () => {
  lab = await openHostLaboratory(database.pool);
});
afterAll(() => lab.close());

const stages = `
  copy: { tool: copy@1, inputs: { file: source } }
  pack: { tool: pack@1, inputs: { file: copy.copy } }
  join: { tool: join@1, over: all, inputs: { boxes: pack.box } }
  list: { tool: list@1, over: all, inputs: { files: copy.copy } }
`;

describe('an agent without the server’s storage', () => {
  it('runs files, folders and trees, with every byte as it is', { timeout: 60_000 }, async () => {
    const { folder, checksums } = await lab.makeFiles(6, 300_000);
    const agent = await lab.startAgent('far', { invitation: { labels: { room: 'b' } } });
    const run = await lab.startRun(stages, folder);
    const detail = await lab.waitForEnd(run);
    const failures = await lab.client.tasks(run, { state: 'failed' });
    expect(detail.tasks, JSON.stringify(failures) + agent.said()).toEqual({ succeeded: 14 });

    const outputs = await lab.outputs(run);
    const joined = outputs.find(({ stage }) => stage === 'join')?.items[0];
    expect(await readFile(joined?.path ?? '', 'utf8')).toBe(
      checksums.map((checksum, n) => `${n} deep+empty+nothing ${checksum}`).join('\n'),
    );
    const listed = outputs.find(({ stage }) => stage === 'list')?.items[0];
    expect(await readFile(listed?.path ?? '', 'utf8')).toBe(
      checksums.map((_, n) => `file_${n}-copy.bin 300000`).join('\n'),
    );
    for (const { path, place } of outputs.find(({ stage }) => stage === 'copy')?.items ?? []) {
      expect(
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      ).toBe(checksums[place['n'] ?? -1]);
    }
    expect(await lab.agent('far')).toMatchObject({
      storage: 'transfer',
      invited: true,
      labels: { room: 'b' },
    });

    // Nothing of it stays with the agent but what may be wanted again.
    await waitFor(async () => (await countFiles(join(agent.folder, 'store'))) === 0 || undefined);
    expect(await countFiles(join(agent.folder, 'inputs'))).toBeGreaterThan(0);

    // What its tools said is read on the server.
    const task = await lab.client.findTask(run, 'copy', { n: 3 });
    let text = '';
    for await (const line of lab.client.log(task)) text += JSON.stringify(line);
    expect(text).toContain('copying file_3.bin 300000');
    await agent.stop();
  });
});

async function countFiles(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const files = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).isFile()));
  return files.filter(Boolean).length;
}
