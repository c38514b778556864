/** Transfers that are cut off, refused, damaged, or find no room. */
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testDatabase } from '@gantry/database/testing';
import { agentApiPath, type Assignment, type JoinAnswer } from '@gantry/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCuttingProxy } from './cutting-proxy.ts';
import { openHostLaboratory, version, waitFor, type HostLaboratory } from './host-laboratory.ts';

const database = testDatabase();
let lab: HostLaboratory;

beforeAll(async () => {
  lab = await openHostLaboratory(database.pool);
});
afterAll(() => lab.close());

const copy = '  copy: { tool: copy@1, inputs: { file: source } }\n';
const MiB = 2 ** 20;

describe('a connection that breaks', () => {
  it('costs what was on the way, and not the whole file', { timeout: 60_000 }, async () => {
    const proxy = await openCuttingProxy(Number(new URL(lab.server.url).port), 5 * MiB);
    const agent = await lab.startAgent('cut', { server: `http://127.0.0.1:${proxy.port}` });
    const { folder, checksums } = await lab.makeFiles(2, 12 * MiB);
    const run = await lab.startRun(copy, folder);
    const detail = await lab.waitForEnd(run);
    expect(detail.tasks, agent.said()).toEqual({ succeeded: 2 });
    for (const { path, place } of (await lab.outputs(run))[0]?.items ?? [])
      expect(
        createHash('sha256')
          .update(await readFile(path))
          .digest('hex'),
      ).toBe(checksums[place['n'] ?? -1]);
    // A file that began anew each time would never have arrived.
    expect(proxy.cuts).toBeGreaterThanOrEqual(8);
    expect(proxy.down).toBeLessThan(2 * 12 * MiB * 1.5);
    await agent.stop();
    await proxy.close();
  });
});

/** An agent by hand: joins, claims one attempt, and sends what it likes. */
async function joinByHand(name: string) {
  const { token } = await lab.client.inviteAgent({ name });
  const secret = randomBytes(32).toString('base64url');
  const call = async (method: string, path: string, body?: object | Buffer): Promise<Response> =>
    fetch(`${lab.server.url}${agentApiPath}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${secret}`,
        ...(body === undefined
          ? {}
          : { 'content-type': Buffer.isBuffer(body) ? 'application/octet-stream' : 'application/json' }),
      },
      ...(body === undefined
        ? {}
        : { body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body) }),
    });
  const secretHash = createHash('sha256').update(secret).digest('hex');
  await call('POST', '/credentials', { token, secretHash, name, host: 'there', version });
  const own = `/far/${name}`;
  const joined = (await (
    await call('POST', '/sessions', {
      ...{ name, instance: name, host: 'there', version, labels: {} },
      capacity: { cpu: 2, memory: 2 ** 30, slots: 2 },
      storage: { kind: 'transfer', store: `${own}/store`, tools: `${own}/tools`, maps: [] },
    })
  ).json()) as JoinAnswer;
  const { session } = joined;
  const claim = async (): Promise<Assignment> => {
    const answer = await call('POST', '/claims', { session, limit: 1, waitSeconds: 10 });
    const { assignments } = (await answer.json()) as { assignments: Assignment[] };
    const [assignment] = assignments;
    if (assignment === undefined) throw new Error('nothing to claim');
    return assignment;
  };
  const put = (
    attempt: number,
    path: string,
    offset: number,
    size: number,
    bytes: Buffer,
  ): Promise<Response> =>
    call(
      'PUT',
      `/attempts/${attempt}/outputs?${String(new URLSearchParams({ session, path, offset: String(offset), size: String(size) }))}`,
      bytes,
    );
  return { session, call, claim, put };
}

async function problemOf(response: Response): Promise<string | undefined> {
  return ((await response.json()) as { code?: string }).code;
}

describe('outputs that are sent', () => {
  it('count only when they have arrived as they are reported', { timeout: 60_000 }, async () => {
    const { session, call, claim, put } = await joinByHand('by-hand');
    const { folder } = await lab.makeFiles(3, 100);
    await lab.startRun(copy, folder);
    const { attempt, outputs, folder: own } = await claim();
    const path = (outputs[0]?.path ?? '').slice(own.length + 1);
    const bytes = randomBytes(1000);
    const checksum = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const inStore = join(own, path).slice('/far/by-hand/store/'.length);
    const output = { output: 'copy', name: 'x', path: inStore, size: 1000, checksum };

    expect((await put(attempt, path, 0, 1000, bytes.subarray(0, 600))).status).toBe(200);
    // A second time, and too far: what is there is told, and stays.
    expect(await problemOf(await put(attempt, path, 0, 1000, bytes.subarray(0, 600)))).toBe('upload-offset');
    expect(await problemOf(await put(attempt, path, 600, 1000, bytes))).toBe('upload-too-long');
    const state = await call(
      'GET',
      `/attempts/${attempt}/outputs?${String(new URLSearchParams({ session, path }))}`,
    );
    const { offset } = (await state.json()) as { offset: number };
    expect(offset).toBeGreaterThanOrEqual(600);
    const received = { session, outputs: [output], emptyFolders: [] };
    // Not all of it, or other bytes: it is gone, and to be sent again.
    expect(await problemOf(await call('POST', `/attempts/${attempt}/received`, received))).toBe(
      'upload-damaged',
    );
    expect(existsSync(join(lab.data.store, inStore))).toBe(false);
    expect(await problemOf(await put(attempt, '../../../../escape', 0, 1, bytes.subarray(0, 1)))).toBe(
      'store-path',
    );
    expect(await problemOf(await put(attempt, '.work/received.json', 0, 1, bytes.subarray(0, 1)))).toBe(
      'store-path',
    );

    expect((await put(attempt, path, 0, 1000, bytes)).status).toBe(200);
    expect((await call('POST', `/attempts/${attempt}/received`, received)).status).toBe(204);
    expect((await call('POST', `/attempts/${attempt}/received`, received)).status).toBe(204);
    const now = new Date().toISOString();
    const report = (one: number, made: object[]) => ({
      session,
      reports: [
        {
          ...{ attempt: one, outcome: 'succeeded', exitCode: 0, startedAt: now, endedAt: now, outputs: made },
          resources: { wallSeconds: 0 },
        },
      ],
    });
    expect(await (await call('POST', '/reports', report(attempt, [output]))).json()).toEqual({ refused: [] });
    expect(await readFile(join(lab.data.store, inStore))).toEqual(bytes);

    // One that says it has made what lies elsewhere: what another attempt made.
    const thief = await claim();
    await call('POST', '/reports', report(thief.attempt, [output]));
    const stolen = await database.pool.query<{ outcome: string; message: string }>(
      'SELECT outcome::text, message FROM attempt WHERE id = $1',
      [thief.attempt],
    );
    expect(stolen.rows[0]).toMatchObject({ outcome: 'failed' });
    expect(stolen.rows[0]?.message).toContain('own folder');
    expect(await readFile(join(lab.data.store, inStore))).toEqual(bytes);

    // One that says it has made what never came.
    const second = await claim();
    const claimed = { ...output, path: inStore.replace(`/${attempt}/`, `/${second.attempt}/`) };
    await call('POST', '/reports', report(second.attempt, [claimed]));
    const { rows } = await database.pool.query<{ outcome: string; message: string }>(
      'SELECT outcome::text, message FROM attempt WHERE id = $1',
      [second.attempt],
    );
    expect(rows[0]).toMatchObject({ outcome: 'failed' });
    expect(rows[0]?.message).toContain('did not arrive');
    await call('DELETE', `/sessions/${session}`);
  });

  it('are refused and removed when the attempt is no longer held', { timeout: 60_000 }, async () => {
    const { session, call, claim, put } = await joinByHand('too-late');
    const { folder } = await lab.makeFiles(1, 100);
    const run = await lab.startRun(copy, folder);
    const { attempt, outputs, folder: own } = await claim();
    const path = (outputs[0]?.path ?? '').slice(own.length + 1);
    const there = join(lab.data.store, own.slice('/far/too-late/store/'.length));
    expect((await put(attempt, path, 0, 1000, randomBytes(500))).status).toBe(200);
    expect(await readdir(there)).not.toEqual([]);
    await database.pool.query('UPDATE session SET expires = now() WHERE id = $1', [session]);
    await waitFor(async () => (existsSync(there) ? undefined : true));
    expect(await problemOf(await put(attempt, path, 500, 1000, randomBytes(500)))).toBe('attempt-not-held');
    expect(existsSync(there)).toBe(false);
    const { tasks } = await lab.client.run(run);
    expect(tasks).toEqual({ ready: 1 });
    await lab.client.cancelRun(run);
    expect((await call('DELETE', `/sessions/${session}`)).status).toBeGreaterThanOrEqual(200);
  });
});

const canMount = process.getuid?.() === 0 && process.platform === 'linux';
if (!canMount)
  process.stderr.write('SKIPPED: full disks of other machines need root, to mount small ones.\n');

function mount(...args: string[]): void {
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

describe.runIf(canMount)('a full disk', () => {
  it('of the server is waited for, and said; nothing is computed again', { timeout: 60_000 }, async () => {
    const agent = await lab.startAgent('waits');
    await waitFor(async () => agent.said().includes('joined') || undefined);
    mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', lab.data.store);
    try {
      const { folder, checksums } = await lab.makeFiles(1, 3 * MiB);
      const run = await lab.startRun(copy, folder);
      const trouble = await waitFor(async () => (await lab.agent('waits')).trouble ?? undefined);
      expect(trouble).toContain('disk is full');
      expect(trouble).toContain(lab.data.store);
      mount('-o', 'remount,size=32m', lab.data.store);
      const detail = await lab.waitForEnd(run);
      expect(detail.tasks, agent.said()).toEqual({ succeeded: 1 });
      const { rows } = await database.pool.query(
        'SELECT outcome::text FROM attempt a JOIN stage s ON s.id = a.stage WHERE s.run = $1',
        [run],
      );
      expect(rows).toEqual([{ outcome: 'succeeded' }]);
      const item = (await lab.outputs(run))[0]?.items[0];
      expect(
        createHash('sha256')
          .update(await readFile(item?.path ?? ''))
          .digest('hex'),
      ).toBe(checksums[0]);
    } finally {
      spawnSync('umount', ['-l', lab.data.store]);
      await agent.stop();
    }
  });

  it('of the agent fails the attempt, with its words', { timeout: 60_000 }, async () => {
    const small = join(lab.folder, 'agents', 'small');
    await mkdir(small, { recursive: true });
    mount('-t', 'tmpfs', '-o', 'size=2m,mode=700', 'tmpfs', small);
    const agent = await lab.startAgent('small');
    try {
      const { folder } = await lab.makeFiles(1, 4 * MiB);
      const run = await lab.startRun(copy, folder);
      const detail = await lab.waitForEnd(run);
      expect(detail.tasks).toEqual({ failed: 1 });
      const [failed] = await lab.client.tasks(run, { state: 'failed' });
      expect(failed?.message).toContain(`The disk of ${small}`);
      expect(failed?.message).toContain('is full');
    } finally {
      await agent.stop();
      spawnSync('umount', ['-l', small]);
    }
  });
});
