/**
 * A folder is read for a run, and the server is killed in the midst: nothing pretends to be complete, and the next
 * server goes on.
 */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gantryUp, type GantryUp } from '../browser/gantry-up.ts';

const files = 24;
/** They have no blocks on the disk, and take as long to read as others. In bytes. */
const fileBytes = 192 * 2 ** 20;

const pipeline = `gantry: pipeline/v1
name: read
source: { type: file, axes: [n] }
stages: { join: { tool: join@1, over: all, inputs: { tiles: source } } }
`;

describe('a folder that is read when the server is killed', () => {
  let gantry: GantryUp;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gantry-interrupted-'));
    for (let n = 1; n <= files; n++) {
      const handle = await open(join(folder, `file_${n}.raw`), 'w');
      await handle.truncate(fileBytes);
      await handle.close();
    }
    gantry = await gantryUp();
  }, 180_000);
  afterAll(async () => {
    await gantry.close();
    await rm(folder, { recursive: true, force: true });
  });

  it(
    'leaves its source open, says that it was interrupted, and is read to its end',
    { timeout: 240_000 },
    async () => {
      const run = await gantry.client().createRun({
        pipeline: { file: 'read.yaml', text: pipeline },
        tools: [gantry.tools],
        sources: { source: { folder, pattern: 'file_{n:d}.raw' } },
      });
      const source = async () => (await gantry.client().run(run)).sources[0];
      await expect
        .poll(async () => (await source())?.items, { timeout: 60_000, interval: 20 })
        .toBeGreaterThan(0);
      await gantry.kill();

      await gantry.start();
      const after = await source();
      // It was not quicker than the kill, or this shows nothing.
      expect(after?.intake).toMatchObject({ ended: null });
      expect(after).toMatchObject({ closed: false });
      expect(after?.items).toBeLessThan(files);
      expect(after?.intake?.resumed).not.toBeNull();
      expect((await gantry.client().run(run)).state).toBe('active');
      await expect
        .poll(async () => (await source())?.intake?.state, { timeout: 180_000, interval: 200 })
        .toBe('ended');
      const end = await source();
      expect(end).toMatchObject({ closed: true, items: files, intake: { files, problems: { count: 0 } } });
      await expect
        .poll(async () => (await gantry.client().run(run)).state, { timeout: 60_000 })
        .toBe('succeeded');
    },
  );
});
