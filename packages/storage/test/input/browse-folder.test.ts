import { closeSync, openSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { browseFolder } from '../../src/index.ts';

let root: string;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'gantry-browse-')));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
});

async function put(...names: string[]): Promise<void> {
  for (const name of names) await writeFile(join(root, name), 'x');
}

describe('a folder that somebody looks into', () => {
  it('shows folders first, then files, as people count, with how many images there are', async () => {
    await mkdir(join(root, 'plate 10'));
    await mkdir(join(root, 'plate 9'));
    await put('plate 9/a.tif', 'plate 9/b.OME.TIFF', 'plate 9/notes.txt', 'plate 9/.hidden.tif');
    await put('z10.png', 'z9.png', 'log.csv', '.hidden');
    const listing = await browseFolder(root);
    expect(listing).toMatchObject({ path: root, through: null, count: 5, files: 3, images: 2 });
    expect(listing.entries.map(({ name, kind, files, images }) => [name, kind, files, images])).toEqual([
      ['plate 9', 'folder', 3, 2],
      ['plate 10', 'folder', 0, 0],
      ['log.csv', 'file', null, null],
      ['z9.png', 'file', null, null],
      ['z10.png', 'file', null, null],
    ]);
    expect(listing.entries.map(({ image }) => image)).toEqual([false, false, false, true, true]);
    expect((await browseFolder('/')).parent).toBeNull();
    expect(listing.parent).toBe(await realpath(tmpdir()));
  });

  it('shows where links lead, follows one only when it is asked for, and then says where that is', async () => {
    await mkdir(join(root, 'real'));
    await put('real/a.tif');
    await symlink('real', join(root, 'alias'));
    await symlink('/no/such/place', join(root, 'broken'));
    const { entries } = await browseFolder(root);
    expect(entries).toMatchObject([
      { name: 'alias', kind: 'folder', link: 'real', files: null, images: null },
      { name: 'real', kind: 'folder', link: null, images: 1 },
      { name: 'broken', kind: 'other', link: '/no/such/place', closed: 'it is a link that leads nowhere' },
    ]);
    expect(await browseFolder(join(root, 'alias'))).toMatchObject({
      ...{ path: join(root, 'real'), through: join(root, 'alias'), parent: root },
    });
  });

  it('begins at home, and says where else one may go', async () => {
    const home = await browseFolder(undefined);
    expect(home.path).toBe(await realpath(homedir()));
    expect(home.starts.map(({ path }) => path)).toContain('/');
    expect((await browseFolder('~')).path).toBe(home.path);
  });

  it('counts no further than is of use', { timeout: 60_000 }, async () => {
    await mkdir(join(root, 'many'));
    for (let n = 0; n < 5002; n++) closeSync(openSync(join(root, 'many', `${n}.tif`), 'w'));
    const { entries } = await browseFolder(root);
    expect(entries).toMatchObject([{ name: 'many', files: 5000, images: 5000, more: true }]);
    const many = await browseFolder(join(root, 'many'));
    expect(many).toMatchObject({ count: 5002, files: 5002, images: 5002 });
    expect(many.entries).toHaveLength(2000);
  });

  it.each([
    ['pictures', 'folder-not-absolute', /Begin it with \//],
    ['/no/such/place', 'folder-not-found', /spelt/],
  ])('refuses %s as %s', async (path, code, mend) => {
    await expect(browseFolder(path)).rejects.toMatchObject({ code, field: 'path' });
    await expect(browseFolder(path)).rejects.toMatchObject({ mend: expect.stringMatching(mend) as string });
  });

  it('says that a file is none', async () => {
    await put('a.tif');
    await expect(browseFolder(join(root, 'a.tif'))).rejects.toMatchObject({ code: 'folder-not-a-folder' });
  });

  it.skipIf(process.getuid?.() === 0)('marks what may not be entered, and says so', async () => {
    await mkdir(join(root, 'closed'));
    await chmod(join(root, 'closed'), 0o000);
    const { entries } = await browseFolder(root);
    expect(entries[0]?.closed).toContain('no right');
    await expect(browseFolder(join(root, 'closed'))).rejects.toMatchObject({ code: 'folder-not-readable' });
  });
});
