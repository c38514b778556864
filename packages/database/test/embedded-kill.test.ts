/** SIGKILL at any time, to us, to the server or to both: the next start goes on, and nothing acknowledged is lost. */
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { findServerUser } from '../src/index.ts';
import { isRoot, makeClusterFolder, makeFolder, query, start, startProcess } from './embedded-fixture.ts';

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('after a SIGKILL', () => {
  it('of us, the next start takes the server over and ends our old sessions', async () => {
    const folder = await makeClusterFolder();
    const process1 = startProcess(folder, 'write');
    const { pid, config } = await process1.started;
    await expect.poll(() => process1.lines.length).toBeGreaterThan(3);
    const lingering = new pg.Client({ ...config });
    lingering.on('error', () => {});
    await lingering.connect();
    await lingering.query('BEGIN; LOCK TABLE written');
    await process1.kill();

    const server = await start(folder);
    expect(server).toMatchObject({ adopted: true, pid });
    expect(await query(server.config, 'SELECT count(*)::int AS n FROM written')).not.toEqual([{ n: 0 }]);
    await expect(lingering.query('SELECT 1')).rejects.toThrow();
    await server.stop();
    await expect.poll(() => isThere(pid), { timeout: 10_000 }).toBe(false);
    expect((await start(folder)).adopted).toBe(false);
  });

  it('of us, a server with other settings is stopped and started anew', async () => {
    const folder = await makeClusterFolder();
    const process1 = startProcess(folder);
    const { pid } = await process1.started;
    await process1.kill();
    const server = await start(folder, { settings: { work_mem: '7MB' } });
    expect(server.adopted).toBe(false);
    expect(server.pid).not.toBe(pid);
    expect(await query(server.config, 'SHOW work_mem')).toEqual([{ work_mem: '7MB' }]);
  });

  it('of the server while back ends compute, the next start recovers at once', async () => {
    const folder = await makeClusterFolder();
    const server = await start(folder);
    await query(server.config, 'CREATE TABLE kept AS SELECT 1 AS id');
    // Computes without a look at anything: it would hold the shared memory for minutes.
    const busy = query(server.config, `SELECT count(*) FROM generate_series(1, 1000000000)`).catch(
      (e: unknown) => e,
    );
    await expect
      .poll(() =>
        query(server.config, `SELECT 1 AS one FROM pg_stat_activity WHERE query LIKE '%1000000000)'`),
      )
      .not.toEqual([]);
    process.kill(server.pid, 'SIGKILL');
    await server.exited;
    const before = Date.now();
    const next = await start(folder);
    expect(Date.now() - before).toBeLessThan(10_000);
    expect(await query(next.config, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
    expect(await busy).toBeInstanceOf(Error);
  });

  it('of both, in the middle of writing and of starting, nothing acknowledged is lost', async () => {
    const folder = await makeClusterFolder();
    let acknowledged = 0;
    for (const patience of [400, 30, 150]) {
      const writer = startProcess(folder, 'write');
      const { pid } = await writer.started;
      await expect.poll(() => writer.lines.length, { timeout: 10_000 }).toBeGreaterThan(0);
      await new Promise((wake) => setTimeout(wake, patience));
      process.kill(pid, 'SIGKILL');
      await writer.kill();
      acknowledged = Math.max(acknowledged, Number(writer.lines.at(-1)));
      // And one that is killed while it starts, during recovery perhaps.
      const early = startProcess(folder);
      await new Promise((wake) => setTimeout(wake, 150 + patience));
      await early.kill();
    }
    const server = await start(folder);
    const [row] = await query(server.config, 'SELECT count(*)::int AS n, max(id)::int AS last FROM written');
    const { n, last } = row as { n: number; last: number };
    expect(acknowledged).toBeGreaterThan(3);
    expect(n).toBe(last);
    expect(last).toBeGreaterThanOrEqual(acknowledged);
  }, 90_000);

  it('of us during initdb, the next start cleans up and makes the cluster', async () => {
    const folder = join(await makeFolder(), 'postgres');
    const process1 = startProcess(folder);
    await expect
      .poll(
        async () =>
          (await readdir(folder).catch(() => [])).some((name) => /^cluster\.new-[0-9a-f]+$/.test(name)),
        {
          interval: 5,
          timeout: 10_000,
        },
      )
      .toBe(true);
    await process1.kill();
    expect(await readdir(folder)).not.toContain('cluster');
    const server = await start(folder);
    expect(await query(server.config, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect((await readdir(folder)).filter((name) => name.startsWith('cluster.new'))).toEqual([]);
  });
});

describe('a postmaster.pid that is left over', () => {
  it.each([
    ['names a process of another program', () => `${process.ppid}\n/elsewhere\n0\n5432\n\n\n0 0\nready\n`],
    ['names no process', () => '4194300\n/elsewhere\n'],
    ['is empty', () => ''],
    ['is damaged', () => 'what\0ever'],
  ])('and %s does not keep the server from starting', async (_, content) => {
    const folder = await makeClusterFolder();
    await writeFile(join(folder, 'cluster', 'postmaster.pid'), content());
    const server = await start(folder);
    expect(await query(server.config, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await readFile(join(folder, 'cluster', 'postmaster.pid'), 'utf8')).toContain(String(server.pid));
  });
});

describe('a full disk', () => {
  it('is named, and leaves nothing half-made', async ({ skip }) => {
    const folder = await makeFolder();
    const small = join(folder, 'small');
    await mkdir(small);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m,mode=0711', 'tmpfs', small], { stdio: 'pipe' });
    } catch {
      return skip(`NOT TESTED: a full disk needs the right to mount a small one${isRoot ? '' : ' (root)'}.`);
    }
    try {
      await expect(start(join(small, 'postgres'), { user: await findServerUser() })).rejects.toMatchObject({
        code: 'disk-full',
        message: expect.stringContaining(small) as string,
      });
      expect(await readdir(join(small, 'postgres'))).toEqual(['secret']);
    } finally {
      execFileSync('umount', [small]);
    }
  });
});
