import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunOutput } from '@gantry/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportOutputs, nameItems, prepareOut } from '../../src/output/export-outputs.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-export-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
/** When the outputs were recorded. */
const modified = new Date().toISOString();

/** An output of items whose bytes are in `store/<index>/<name>`. */
async function makeOutput(
  items: readonly { name: string; place: Record<string, number>; text: string }[],
): Promise<RunOutput> {
  const made = [];
  for (const [index, { name, place, text }] of items.entries()) {
    const path = join(folder, 'store', String(index), name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, text);
    made.push({ place, name, path, size: text.length, checksum: sha256(text), modified, stale: false });
  }
  return { stage: 'fix', output: 'fixed', dataset: 1, type: 'image', axes: ['z'], items: made };
}

describe('nameItems', () => {
  it('keeps names that differ, and puts all into a folder per place where two are equal', () => {
    const [a, b] = [
      { z: 1, t: 3 },
      { z: 2, t: 3 },
    ];
    expect(
      nameItems([
        { place: a, name: 'x.tif' },
        { place: b, name: 'y.tif' },
      ]),
    ).toEqual(['x.tif', 'y.tif']);
    expect(
      nameItems([
        { place: a, name: 'x.tif' },
        { place: b, name: 'x.tif' },
      ]),
    ).toEqual(['z=1,t=3/x.tif', 'z=2,t=3/x.tif']);
  });

  it.each(['../x', '/etc/passwd', 'a/../../b', ''])('refuses %j', (name) => {
    expect(() => nameItems([{ place: {}, name }])).toThrow('leaves its folder');
  });
});

describe('exportOutputs', () => {
  it('replaces what differs, keeps what is not ours, and is the same when done again', async () => {
    const out = join(folder, 'out');
    await mkdir(join(out, 'fix', 'fixed'), { recursive: true });
    await writeFile(join(out, 'fix', 'fixed', 'a.tif'), 'old');
    await writeFile(join(out, 'fix', 'fixed', 'notes.txt'), 'mine');
    await writeFile(join(folder, 'elsewhere'), 'not to be written through');
    await symlink(join(folder, 'elsewhere'), join(out, 'fix', 'fixed', 'b.tif'));
    const output = await makeOutput([
      { name: 'a.tif', place: { z: 1 }, text: 'new a' },
      { name: 'b.tif', place: { z: 2 }, text: 'new b' },
    ]);
    for (let time = 0; time < 2; time++) {
      const {
        exported: [exported],
      } = await exportOutputs([output], out);
      expect(exported?.paths).toEqual([join(out, 'fix/fixed/a.tif'), join(out, 'fix/fixed/b.tif')]);
      expect((await readdir(join(out, 'fix', 'fixed'))).sort()).toEqual(['a.tif', 'b.tif', 'notes.txt']);
      expect(await readFile(join(out, 'fix/fixed/a.tif'), 'utf8')).toBe('new a');
      expect(await readFile(join(out, 'fix/fixed/b.tif'), 'utf8')).toBe('new b');
    }
    expect(await readFile(join(folder, 'elsewhere'), 'utf8')).toBe('not to be written through');
    expect(await readFile(join(out, 'fix/fixed/notes.txt'), 'utf8')).toBe('mine');
  });

  it('takes no second copy of the bytes on one file system', async () => {
    const output = await makeOutput([{ name: 'a.tif', place: {}, text: 'bytes' }]);
    const {
      exported: [exported],
    } = await exportOutputs([output], join(folder, 'out'));
    const [from, to] = [await stat(output.items[0]!.path), await stat(exported!.paths[0]!)];
    // A clone has an inode of its own; the file systems that tests mostly run on have only links.
    if (to.nlink > 1) expect(to.ino).toBe(from.ino);
    else expect(to.size).toBe(from.size);
  });

  it('brings folders with all that is in them, over an earlier one', async () => {
    const store = join(folder, 'store', 'pyramid');
    await mkdir(join(store, 'files', '0'), { recursive: true });
    await writeFile(join(store, 'files', '0', '0_0.png'), 'tile');
    await writeFile(join(store, 'image.dzi'), '<Image/>');
    const item = {
      ...{ place: {}, name: 'pyramid', path: store, size: 12, checksum: 'sha256:1' },
      ...{ modified, stale: false },
    };
    const output: RunOutput = {
      ...{ stage: 'zoom', output: 'pyramid', dataset: 1, type: 'pyramid', axes: [] },
      items: [item],
    };
    for (let time = 0; time < 2; time++) {
      const {
        exported: [exported],
      } = await exportOutputs([output], join(folder, 'out'));
      const root = exported!.paths[0]!;
      expect(await readFile(join(root, 'files/0/0_0.png'), 'utf8')).toBe('tile');
      expect((await readdir(root)).sort()).toEqual(['files', 'image.dzi']);
    }
  });

  it('names what is in the way', async () => {
    const output = await makeOutput([{ name: 'a.tif', place: {}, text: 'bytes' }]);
    await mkdir(join(folder, 'out', 'fix', 'fixed', 'a.tif'), { recursive: true });
    await expect(exportOutputs([output], join(folder, 'out'))).rejects.toMatchObject({
      code: 'out-in-the-way',
      file: join(folder, 'out/fix/fixed/a.tif'),
    });
    await writeFile(join(folder, 'file'), '');
    for (const path of ['file', 'file/below'])
      await expect(prepareOut(join(folder, path))).rejects.toMatchObject({
        code: 'out-in-the-way',
        message: expect.stringContaining('is a file') as string,
      });
  });

  it('says of a place where nobody can write that one cannot', async ({ skip }) => {
    if (process.platform !== 'linux') return skip('NOT TESTED: there is no /proc.');
    await expect(prepareOut('/proc/gantry')).rejects.toMatchObject({
      code: 'out-not-writable',
      message: expect.stringMatching(/^\/proc\/gantry cannot be written/) as string,
    });
  });

  it('names what the store has lost, and brings the rest', async () => {
    const output = await makeOutput([
      { name: 'a.tif', place: { z: 1 }, text: 'a' },
      { name: 'b.tif', place: { z: 2 }, text: 'b' },
    ]);
    await rm(output.items[0]!.path);
    const { exported, faults } = await exportOutputs([output], join(folder, 'out'));
    expect(exported[0]?.paths).toEqual([join(folder, 'out/fix/fixed/b.tif')]);
    expect(await readFile(join(folder, 'out/fix/fixed/b.tif'), 'utf8')).toBe('b');
    expect(faults).toMatchObject([
      {
        code: 'output-missing',
        file: output.items[0]!.path,
        message: expect.stringContaining('fix.fixed') as string,
        mend: expect.stringContaining('new run') as string,
      },
    ]);
  });

  it('names what was written to after it was made, even in the same length, and brings the rest', async () => {
    const output = await makeOutput([
      { name: 'a.tif', place: { z: 1 }, text: 'made' },
      { name: 'b.tif', place: { z: 2 }, text: 'made' },
      { name: 'c.tif', place: { z: 3 }, text: 'made' },
      { name: 'd.tif', place: { z: 4 }, text: 'made' },
    ]);
    const later = new Date(Date.now() + 60_000);
    const [, longer, equal, touched] = output.items.map(({ path }) => path);
    await writeFile(longer!, 'made longer');
    await writeFile(equal!, 'bent');
    for (const path of [equal!, touched!]) await utimes(path, later, later);
    const { exported, faults } = await exportOutputs([output], join(folder, 'out'));
    expect(faults.map(({ code, file }) => [code, file])).toEqual([
      ['output-changed', longer],
      ['output-changed', equal],
    ]);
    expect(exported[0]?.paths.map((path) => path.slice(-5))).toEqual(['a.tif', 'd.tif']);
  });

  it('leaves the store as it is when an exported file is written to', async () => {
    const output = await makeOutput([{ name: 'a.tif', place: {}, text: 'bytes' }]);
    const {
      exported: [exported],
    } = await exportOutputs([output], join(folder, 'out'));
    // Where it is the same file nobody may write to it; where one may (root), it is another.
    await writeFile(exported!.paths[0]!, 'mine').catch((error: unknown) => {
      expect((error as NodeJS.ErrnoException).code).toBe('EACCES');
    });
    expect(await readFile(output.items[0]!.path, 'utf8')).toBe('bytes');
  });
});
