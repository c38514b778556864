/** The data directory: made where there is nothing, refused where it is another's, hosted by one process at a time. */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  locateDataDirectory,
  openDataDirectory,
  publishServer,
  readServer,
  withdrawServer,
} from '../src/index.ts';
import type { DataDirectory, DataDirectoryOptions } from '../src/index.ts';

const isRoot = process.geteuid?.() === 0;

let folder: string;
let opened: DataDirectory[] = [];
let children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-data-'));
});

afterEach(async () => {
  for (const directory of opened) await directory.close();
  for (const child of children) child.kill('SIGKILL');
  opened = [];
  children = [];
  await rm(folder, { recursive: true, force: true });
});

async function open(path: string, options: Partial<DataDirectoryOptions> = {}): Promise<DataDirectory> {
  const directory = await openDataDirectory(path, { explicit: true, ...options });
  opened.push(directory);
  return directory;
}

interface Said {
  readonly id?: string;
  readonly pid?: number;
  readonly code?: string;
  readonly message?: string;
}

function host(path: string): { child: ChildProcess; said: Promise<Said>; ended: Promise<unknown> } {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'host-process.ts'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const said = new Promise<Said>((fulfil) => {
    createInterface({ input: child.stdout }).once('line', (line) => fulfil(JSON.parse(line) as Said));
  });
  return { child, said, ended: new Promise((fulfil) => child.once('close', fulfil)) };
}

describe('openDataDirectory', () => {
  it('makes the directory, private to us, and keeps its identity', async () => {
    const path = join(folder, 'deep', 'er', 'data');
    const first = await open(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect((await readdir(path)).sort()).toEqual([
      'gantry.json',
      'gantry.lock',
      'logs',
      'postgres',
      'run',
      'store',
    ]);
    await first.close();
    const second = await open(path);
    expect(second).toMatchObject({
      id: first.id,
      path,
      store: join(path, 'store'),
      relocatedFrom: undefined,
    });
  });

  it('takes an empty folder, and what an opening that was killed has left', async () => {
    await writeFile(join(folder, 'gantry.lock'), '');
    await writeFile(join(folder, 'gantry.json.new'), '{"gan');
    await open(folder);
    expect(JSON.parse(await readFile(join(folder, 'gantry.json'), 'utf8'))).toMatchObject({ format: 1 });
  });

  it('refuses a folder that holds something else, and leaves it as it is', async () => {
    await writeFile(join(folder, 'thesis.txt'), 'mine');
    await expect(open(folder)).rejects.toMatchObject({
      code: 'data-directory-not-ours',
      mend: expect.stringContaining('--data-dir') as string,
    });
    expect(await readdir(folder)).toEqual(['thesis.txt']);
  });

  it('refuses a file, and a folder below one', async () => {
    await writeFile(join(folder, 'file'), '');
    for (const path of ['file', join('file', 'below')]) {
      await expect(open(join(folder, path))).rejects.toMatchObject({ code: 'data-directory-not-a-folder' });
    }
  });

  it('says of a place where no folder can be made that it cannot', async ({ skip }) => {
    if (process.platform !== 'linux') return skip('NOT TESTED: there is no /proc.');
    for (const path of ['/proc/gantry', '/proc/gantry/data']) {
      await expect(open(path)).rejects.toMatchObject({
        code: 'data-directory-not-enterable',
        mend: expect.stringContaining('--data-dir') as string,
      });
    }
  });

  it.skipIf(isRoot)('says of a folder that we may not enter that we may not', async () => {
    await mkdir(join(folder, 'closed'), { mode: 0 });
    for (const path of ['closed', join('closed', 'below')])
      await expect(open(join(folder, path))).rejects.toMatchObject({ code: 'data-directory-not-enterable' });
  });

  it('remembers which database belongs to it', async () => {
    const first = await open(folder);
    expect(first.database).toBeUndefined();
    const database = { kind: 'external', id: 'x', address: 'host:5432/db' } as const;
    await first.recordDatabase(database);
    expect(first.database).toEqual(database);
    await first.close();
    const second = await open(folder);
    expect(second).toMatchObject({ id: first.id, database });
  });

  it('follows a link to a folder', async () => {
    await mkdir(join(folder, 'real'));
    await symlink(join(folder, 'real'), join(folder, 'link'));
    await open(join(folder, 'link'));
    expect(await readdir(join(folder, 'real'))).toContain('gantry.json');
  });

  it.each([
    ['of a newer Gantry', '{"gantry":"data-directory","format":99,"id":"x"}', 'data-directory-newer'],
    ['that is cut', '{"gantry":"data-dir', 'data-directory-damaged'],
    ['of another program', '{"name":"gantry"}', 'data-directory-damaged'],
    ['that is null', 'null', 'data-directory-damaged'],
  ])('refuses a marker %s', async (_, text, code) => {
    await writeFile(join(folder, 'gantry.json'), text);
    await expect(open(folder)).rejects.toMatchObject({ code });
  });
});

describe('hosting', () => {
  it('is for one process at a time; the other is told which', async () => {
    await open(folder);
    const { said } = host(folder);
    expect(await said).toMatchObject({
      code: 'data-directory-in-use',
      message: expect.stringContaining(`process ${process.pid} on ${hostname()}`) as string,
    });
    await expect(open(folder)).rejects.toMatchObject({ code: 'data-directory-in-use' });
  });

  it('ends with the process, however it ends', async () => {
    const { child, said, ended } = host(folder);
    const { id } = await said;
    await expect(open(folder)).rejects.toMatchObject({ code: 'data-directory-in-use' });
    child.kill('SIGKILL');
    await ended;
    expect((await open(folder)).id).toBe(id);
  });

  it('is not taken over by a child process that lives on', async () => {
    const directory = await open(folder);
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    children.push(child);
    await directory.close();
    expect((await host(folder).said).id).toBe(directory.id);
  });

  it('has one winner when many start at once, over a lock that was left by SIGKILL', async () => {
    const first = host(folder);
    await first.said;
    first.child.kill('SIGKILL');
    await first.ended;
    const said = await Promise.all(Array.from({ length: 6 }, () => host(folder).said));
    expect(said.filter(({ id }) => id !== undefined)).toHaveLength(1);
    expect(said.filter(({ code }) => code === 'data-directory-in-use')).toHaveLength(5);
  });
});

describe('the record of the server', () => {
  it('is private, replaced and withdrawn', async () => {
    const directory = await open(folder);
    expect(await readServer(directory)).toBeUndefined();
    const server = { url: 'http://127.0.0.1:18080', token: 'secret', pid: 7 };
    await publishServer(directory, server);
    expect(await readServer(directory)).toEqual(server);
    expect((await stat(join(directory.run, 'server.json'))).mode & 0o777).toBe(0o600);
    await withdrawServer(directory);
    expect(await readServer(directory)).toBeUndefined();
  });
});

describe.skipIf(!isRoot)('under root', () => {
  const serverUser = { name: 'nobody', uid: 65534, gid: 65534 };

  it('moves where nobody named it and the database’s user cannot enter, always to the same place', async () => {
    const relocationFolder = join(folder, 'elsewhere');
    await chmod(folder, 0o711);
    await mkdir(join(folder, 'closed'), { mode: 0o700 });
    const path = join(folder, 'closed', 'clone', '.gantry');
    const options = { explicit: false, serverUser, relocationFolder };
    const directory = await open(path, options);
    expect(directory.path.startsWith(relocationFolder)).toBe(true);
    expect(directory.relocatedFrom).toBe(path);
    expect(await readdir(join(folder, 'closed'))).toEqual([]);
    expect((await locateDataDirectory(path, options)).path).toBe(directory.path);
    expect(JSON.parse(await readFile(join(directory.path, 'gantry.json'), 'utf8'))).toMatchObject({
      relocatedFrom: path,
    });
    execFileSync('/bin/sh', ['-c', 'cd "$1"', 'sh', directory.path], { uid: 65534, gid: 65534, cwd: '/' });
  });

  it('refuses a path that was named and cannot be entered', async () => {
    const path = join(folder, 'data');
    await chmod(folder, 0o700);
    await expect(open(path, { serverUser })).rejects.toMatchObject({
      code: 'data-directory-not-enterable',
      message: expect.stringContaining('nobody') as string,
      mend: expect.stringContaining('/srv/gantry') as string,
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('lets the database’s user through a directory that it made under a umask of 077', async () => {
    await chmod(folder, 0o711);
    const before = process.umask(0o077);
    try {
      const { path } = await open(join(folder, 'a', 'b', 'data'), { serverUser });
      execFileSync('/bin/sh', ['-c', 'cd "$1"', 'sh', path], { uid: 65534, gid: 65534, cwd: '/' });
    } finally {
      process.umask(before);
    }
  });

  it('lets the database’s user through a directory that was made without one', async () => {
    await chmod(folder, 0o711);
    const path = join(folder, 'data');
    await (await open(path)).close();
    await open(path, { serverUser });
    execFileSync('/bin/sh', ['-c', 'cd "$1"', 'sh', path], { uid: 65534, gid: 65534, cwd: '/' });
  });

  it('lets the database’s user through to its socket in a directory that was made without one', async () => {
    await chmod(folder, 0o711);
    const path = join(folder, 'data');
    await (await open(path)).close();
    const { run } = await open(path, { serverUser });
    execFileSync('/bin/sh', ['-c', 'cd "$1"', 'sh', run], { uid: 65534, gid: 65534, cwd: '/' });
  });

  it('refuses the directory of another user', async () => {
    await (await open(folder)).close();
    await chown(join(folder, 'gantry.json'), 65534, 65534);
    await expect(open(folder)).rejects.toMatchObject({ code: 'data-directory-other-owner' });
  });

  it('names a full disk', async ({ skip }) => {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k,nr_inodes=3', 'tmpfs', folder], { stdio: 'pipe' });
    } catch {
      return skip('NOT TESTED: a full disk needs the right to mount a small one.');
    }
    try {
      await expect(open(folder)).rejects.toMatchObject({ code: 'disk-full' });
    } finally {
      execFileSync('umount', [folder]);
    }
  });
});
