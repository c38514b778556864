/** Agents that do not see the server's storage: what they read is brought, what they make is sent. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { testDatabase } from '@gantry/database/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../scripts/repository.ts';
import { openHostLaboratory, waitFor, type HostLaboratory } from './host-laboratory.ts';

const tiles = join(repositoryRoot, '..', 'shared', 'data', 'nist-tiles-4x4');
if (!existsSync(tiles)) process.stderr.write(`SKIPPED: there are no real microscope images at ${tiles}.\n`);

const firstLight = `gantry: pipeline/v1
name: first-light
sources: { tiles: { type: image, axes: [row, col] } }
stages:
  stitch: { tool: stitch@1, over: all, inputs: { tiles: tiles } }
  assemble: { tool: assemble@1, over: all, inputs: { tiles: tiles, vector: stitch.vector } }
  zoom: { tool: pyramid@1, inputs: { image: assemble.mosaic } }
  segment: { tool: threshold@1, inputs: { image: assemble.mosaic } }
  label: { tool: label@1, inputs: { mask: segment.mask } }
  measure: { tool: features@1, inputs: { image: assemble.mosaic, labels: label.labels } }
`;

const hasOpenssl = spawnSync('openssl', ['version'], { stdio: 'ignore' }).status === 0;
if (!hasOpenssl)
  process.stderr.write('SKIPPED: agents by https need the command openssl, for a certificate.\n');

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

describe('tools that take many places, or make many files', () => {
  it('run in batches, each with what it reads and makes', { timeout: 60_000 }, async () => {
    const agent = await lab.startAgent('batches');
    const { folder } = await lab.makeFiles(7, 100);
    const run = await lab.startRun('  split: { tool: split@1, inputs: { file: source } }\n', folder);
    expect((await lab.waitForEnd(run)).tasks, agent.said()).toEqual({ succeeded: 7 });
    const items = (await lab.outputs(run))[0]?.items ?? [];
    expect(items).toHaveLength(14);
    for (const { path, place } of items) {
      const whole = await readFile(join(folder, `file_${place['n']}.bin`));
      const start = (place['part'] ?? 0) * 50;
      expect(await readFile(path)).toEqual(whole.subarray(start, start + 50));
    }
    await agent.stop();
  });

  it.skipIf(!existsSync(tiles))(
    'are the standard ones, too: real tiles become a mosaic and a table',
    { timeout: 90_000 },
    async () => {
      const agent = await lab.startAgent('images');
      const run = await lab.client.createRun({
        pipeline: { file: 'first-light.yaml', text: firstLight },
        sources: { tiles: { folder: tiles, pattern: 'img_r{row:ddd}_c{col:ddd}.ome.tif' } },
      });
      const detail = await lab.waitForEnd(run);
      expect(detail.tasks, agent.said()).toEqual({ succeeded: 6 });
      const outputs = await lab.outputs(run);
      const table = outputs.find(({ output }) => output === 'table')?.items[0];
      expect((await readFile(table?.path ?? '', 'utf8')).split('\n').length).toBeGreaterThan(10);
      await agent.stop();
    },
  );
});

describe('a server that is started again', () => {
  it('finds agents, downloads and uploads as they were', { timeout: 60_000 }, async () => {
    const agent = await lab.startAgent('patient');
    const { folder, checksums } = await lab.makeFiles(8, 2_000_000);
    const run = await lab.startRun('  copy: { tool: copy@1, inputs: { file: source } }\n', folder, {
      seconds: 1,
    });
    await waitFor(async () => ((await lab.client.run(run)).tasks.succeeded ?? 0) >= 2 || undefined);
    await lab.restart();
    const detail = await lab.waitForEnd(run);
    expect(detail.tasks, agent.said()).toEqual({ succeeded: 8 });
    for (const { path, place } of (await lab.outputs(run))[0]?.items ?? []) {
      expect(
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      ).toBe(checksums[place['n'] ?? -1]);
    }
    // One session all the time, and nothing was run twice.
    expect(agent.said().match(/joined/g)).toHaveLength(1);
    const { rows } = await database.pool.query(
      `SELECT outcome::text, count(*)::int FROM attempt a JOIN stage s ON s.id = a.stage
       WHERE s.run = $1 AND outcome <> 'returned' GROUP BY 1`,
      [run],
    );
    expect(rows).toEqual([{ outcome: 'succeeded', count: 8 }]);
    await agent.stop();
  });
});

describe.runIf(hasOpenssl)('a server behind a proxy', () => {
  it(
    'is reached by https, and by nobody who does not know its certificate',
    { timeout: 60_000 },
    async () => {
      const files = ['key.pem', 'cert.pem'].map((name) => join(lab.folder, name));
      const [key = '', cert = ''] = files;
      const made = spawnSync(
        'openssl',
        [
          ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
          ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert],
        ],
        { encoding: 'utf8' },
      );
      expect(made.status, made.stderr).toBe(0);
      const target = Number(new URL(lab.server.url).port);
      const proxy = createServer({ key: await readFile(key), cert: await readFile(cert) }, (near) => {
        const far = connect(target, '127.0.0.1');
        near.pipe(far).pipe(near);
        near.on('error', () => far.destroy());
        far.on('error', () => near.destroy());
      });
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
      const server = `https://localhost:${(proxy.address() as AddressInfo).port}`;
      const stranger = await lab.startAgent('stranger', { server });
      expect(await stranger.ended).toBe(3);
      expect(stranger.said()).toContain('does not answer');
      expect(stranger.said()).toContain('certificate');

      const agent = await lab.startAgent('secure', { server, env: { NODE_EXTRA_CA_CERTS: cert } });
      await waitFor(async () => agent.said().includes('joined') || undefined);
      expect(agent.said()).not.toContain('Nothing is encrypted');
      const { folder } = await lab.makeFiles(2, 1_000_000);
      const run = await lab.startRun('  copy: { tool: copy@1, inputs: { file: source } }\n', folder);
      expect((await lab.waitForEnd(run)).tasks, agent.said()).toEqual({ succeeded: 2 });
      await agent.stop();
      await new Promise<void>((resolve) => {
        proxy.close(() => resolve());
      });
    },
  );
});

async function countFiles(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const files = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).isFile()));
  return files.filter(Boolean).length;
}
