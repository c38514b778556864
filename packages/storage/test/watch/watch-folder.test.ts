import { execFile } from 'node:child_process';
import {
  appendFile,
  link,
  mkdir,
  open,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newFolder, put, startWatch, until } from './watched-folder.ts';

const run = promisify(execFile);

describe('a file', () => {
  it('that was renamed into place counts at once, long before one that was written there', async () => {
    const { folder, told, events } = await startWatch({ settleMs: 60_000, scanEveryMs: 60_000 });
    await writeFile(join(folder, 'written.tif'), 'bytes');
    await put(folder, 'renamed.tif', 'bytes');
    await told('counts', 'renamed.tif');
    expect(events).toMatchObject([{ kind: 'counts', path: join(folder, 'renamed.tif'), look: { size: 5 } }]);
  });

  it('that is written where it lies counts once, with all its bytes, when it has stopped growing', async () => {
    const { folder, told, events, watch } = await startWatch();
    const file = await open(join(folder, 'a.tif'), 'w');
    for (let piece = 0; piece < 8; piece++) {
      await file.write('0123456789');
      await new Promise((wake) => setTimeout(wake, 60));
      if (piece === 6) expect([...watch.unsettled()]).toMatchObject([{ name: 'a.tif', why: 'growing' }]);
    }
    await file.close();
    await told('counts', 'a.tif');
    expect(events).toMatchObject([{ look: { size: 80 } }]);
    expect([...watch.unsettled()]).toEqual([]);
  });

  it('that never stops growing is listed, since when, and does not count', async () => {
    const { folder, watch, events } = await startWatch({ settleMs: 100 });
    const began = Date.now();
    const growing = setInterval(() => void appendFile(join(folder, 'a.tif'), 'more'), 20);
    onTestFinished(() => clearInterval(growing));
    await until(() => Date.now() - began > 500, 'half a second');
    const [unsettled] = watch.unsettled();
    expect(unsettled).toMatchObject({ name: 'a.tif', why: 'growing' });
    expect((unsettled?.sinceMs ?? 0) - began).toBeLessThan(200);
    expect(events).toEqual([]);
  });

  it('without bytes does not count until it has some', async () => {
    const { folder, watch, told, events } = await startWatch();
    await put(folder, 'a.tif', '');
    await until(() => [...watch.unsettled()][0]?.why === 'empty', 'empty');
    await writeFile(join(folder, 'a.tif'), 'bytes');
    await told('counts', 'a.tif');
    expect(events).toMatchObject([{ look: { size: 5 } }]);
  });

  it('under a temporary or hidden name is passed over without a word', async () => {
    const { folder, watch, told, events } = await startWatch();
    for (const name of ['a.tif.tmp', 'a.tif.part', '.a.tif', 'a.tif~', '~a.tif'])
      await writeFile(join(folder, name), 'bytes');
    await put(folder, 'b.tif', 'bytes');
    await told('counts', 'b.tif');
    await watch.scan();
    expect(events).toHaveLength(1);
    expect([...watch.unmatched()]).toEqual([]);
  });

  it('that does not fit is listed, told once, and forgotten when it is gone', async () => {
    const { folder, watch, told, events } = await startWatch();
    await writeFile(join(folder, 'notes.txt'), 'words');
    await told('unmatched', 'notes.txt');
    await watch.scan();
    expect([...watch.unmatched()]).toEqual(['notes.txt']);
    expect(events).toHaveLength(1);
    await rm(join(folder, 'notes.txt'));
    await until(() => [...watch.unmatched()].length === 0, 'forgotten');
  });

  it('that was linked, hard or soft, counts', async () => {
    const elsewhere = await newFolder();
    await writeFile(join(elsewhere, 'a'), 'bytes');
    const { folder, told } = await startWatch();
    await link(join(elsewhere, 'a'), join(folder, 'hard.tif'));
    await symlink(join(elsewhere, 'a'), join(folder, 'soft.tif'));
    await symlink(join(elsewhere, 'missing'), join(folder, 'broken.tif'));
    await told('counts', 'hard.tif');
    await told('counts', 'soft.tif');
  });

  it('that was there before, or was missed, is found by the scan alone', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'before.tif'), 'bytes');
    const { told, watch } = await startWatch({ folder, events: false, scanEveryMs: 50 });
    await told('counts', 'before.tif');
    expect(watch.state()).toMatchObject({ state: 'watching', mode: 'scan', trouble: undefined });
    await put(folder, 'later.tif', 'bytes');
    await told('counts', 'later.tif');
  });
});

describe('a file that has counted', () => {
  it('counts again when it is replaced or rewritten, and not when it is merely touched or found again', async () => {
    const { folder, watch, told, names } = await startWatch();
    const path = join(folder, 'a.tif');
    await put(folder, 'a.tif', 'bytes');
    await told('counts', 'a.tif');
    await put(folder, 'a.tif', 'short');
    await told('counts', 'a.tif', 2);
    await writeFile(path, 'longer bytes');
    await told('counts', 'a.tif', 3);
    await rename(path, join(folder, 'b.tif'));
    await told('vanished', 'a.tif');
    await rename(join(folder, 'b.tif'), path);
    await told('returned', 'a.tif');
    await watch.scan();
    await until(() => watch.state().pending === 0, 'all is settled');
    expect(names('counts').filter((name) => name === 'a.tif')).toHaveLength(3);
  });

  it('and is cut short in place, is listed, and counts when a whole one takes its place', async () => {
    const { folder, watch, told, names } = await startWatch();
    const path = join(folder, 'a.tif');
    await put(folder, 'a.tif', 'all the bytes');
    await told('counts', 'a.tif');
    await truncate(path, 3);
    await until(() => [...watch.unsettled()][0]?.why === 'shrunken', 'shrunken');
    expect([...watch.unsettled()]).toMatchObject([{ name: 'a.tif', size: 3 }]);
    expect(names('counts')).toHaveLength(1);
    await put(folder, 'a.tif', 'fewer');
    await told('counts', 'a.tif', 2);
  });

  it('does not count again in a later life, unless it changed meanwhile', async () => {
    const first = await startWatch();
    for (const name of ['same.tif', 'other.tif', 'gone.tif']) await put(first.folder, name, 'bytes');
    for (const name of ['same.tif', 'other.tif', 'gone.tif']) await first.told('counts', name);
    await first.watch.close();
    const known = first.events.flatMap((event) =>
      event.kind === 'counts' ? [[event.name, event.look] as const] : [],
    );
    await put(first.folder, 'other.tif', 'BYTES');
    await rm(join(first.folder, 'gone.tif'));
    const second = await startWatch({ folder: first.folder, known });
    await second.told('counts', 'other.tif');
    await second.told('vanished', 'gone.tif');
    await until(() => second.watch.state().pending === 0, 'all is settled');
    expect(second.events).toHaveLength(2);
  });

  it('is found changed by a scan where no event told of it', async () => {
    const { folder, told } = await startWatch({ events: false, scanEveryMs: 50 });
    await put(folder, 'a.tif', 'bytes');
    await told('counts', 'a.tif');
    await writeFile(join(folder, 'a.tif'), 'BYTES');
    await utimes(join(folder, 'a.tif'), new Date(), new Date(Date.now() + 5000));
    await told('counts', 'a.tif', 2);
  });

  it('counts again when that is asked for', async () => {
    const { folder, watch, told } = await startWatch();
    await put(folder, 'a.tif', 'bytes');
    await told('counts', 'a.tif');
    watch.recheck('a.tif');
    await told('counts', 'a.tif', 2);
  });
});

describe('folders below', () => {
  it('are looked into where they fit and no deeper, those made later, too', async () => {
    const { folder, told, watch, names } = await startWatch({
      depth: 1,
      enters: (name) => name.startsWith('plate'),
      fits: (name) => /^plate\d\/[^/]+\.tif$/u.test(name),
    });
    await mkdir(join(folder, 'plate1', 'plate2'), { recursive: true });
    await mkdir(join(folder, 'other'));
    await writeFile(join(folder, 'other', 'a.tif'), 'bytes');
    await writeFile(join(folder, 'plate1', 'plate2', 'a.tif'), 'bytes');
    await writeFile(join(folder, 'top.tif'), 'bytes');
    await put(join(folder, 'plate1'), 'a.tif', 'bytes');
    await told('counts', 'plate1/a.tif');
    await until(() => [...watch.unmatched()].includes('top.tif'), 'top.tif is listed');
    await put(join(folder, 'plate1'), 'b.tif', 'bytes');
    await told('counts', 'plate1/b.tif');
    await rm(join(folder, 'plate1'), { recursive: true });
    await told('vanished', 'plate1/a.tif');
    await told('vanished', 'plate1/b.tif');
    expect(names('counts')).toHaveLength(2);
  });
});

describe('trouble with the folder', () => {
  it('that is not there yet, is shown, and over when it is made', async () => {
    const folder = join(await newFolder(), 'not', 'yet');
    const { watch, told } = await startWatch({ folder });
    expect(watch.state()).toMatchObject({
      state: 'waiting',
      trouble: { code: 'folder-missing', file: folder },
    });
    await mkdir(folder, { recursive: true });
    await put(folder, 'a.tif', 'bytes');
    await told('counts', 'a.tif');
    expect(watch.state()).toMatchObject({ state: 'watching', trouble: undefined });
    await put(folder, 'b.tif', 'bytes');
    await told('counts', 'b.tif');
  });

  it('that is deleted and made again, is shown at once, and its new files count', async () => {
    const { folder, watch, told, names } = await startWatch();
    await put(folder, 'a.tif', 'bytes');
    await told('counts', 'a.tif');
    await rm(folder, { recursive: true });
    await until(() => watch.state().trouble?.code === 'folder-missing', 'missing');
    await mkdir(folder);
    await put(folder, 'b.tif', 'bytes');
    await told('counts', 'b.tif');
    // By an event, not by a scan.
    await until(() => watch.state().state === 'watching', 'watching');
    await put(folder, 'c.tif', 'bytes');
    await told('counts', 'c.tif');
    expect(names('vanished')).toEqual(['a.tif']);
  });

  it('that a file has replaced, is shown', async () => {
    const { folder, watch } = await startWatch();
    await rm(folder, { recursive: true });
    await writeFile(folder, '');
    await until(() => watch.state().trouble?.code === 'folder-not-a-folder', 'not a folder');
    expect(watch.state().trouble?.mend).toContain('make a folder');
  });

  it.skipIf(process.getuid?.() !== 0)(
    'whose disk is unmounted, is shown; nothing vanishes, and what comes after the mount counts',
    async () => {
      const folder = await newFolder();
      const disk = await newFolder();
      const mounted = await run('mount', ['--bind', disk, folder]).then(
        () => true,
        () => false,
      );
      if (!mounted) {
        process.stderr.write('Skipped: this host does not let us mount.\n');
        return;
      }
      onTestFinished(async () => {
        await run('umount', ['-l', folder]).catch(() => {});
      });
      await run('umount', [folder]);
      await run('mount', ['-t', 'tmpfs', 'tmpfs', folder]);
      const { watch, told, names } = await startWatch({ folder });
      await put(folder, 'a.tif', 'bytes');
      await told('counts', 'a.tif');
      const saved = await newFolder();
      await run('mount', ['--bind', folder, saved]);
      onTestFinished(async () => {
        await run('umount', ['-l', saved]).catch(() => {});
      });
      await run('umount', ['-l', folder]);
      await watch.scan();
      expect(watch.state()).toMatchObject({ state: 'waiting', trouble: { code: 'disk-missing' } });
      await run('mount', ['--bind', saved, folder]);
      await until(() => watch.state().state === 'watching', 'mounted again');
      await put(folder, 'b.tif', 'bytes');
      await told('counts', 'b.tif');
      expect(names('vanished')).toEqual([]);
      expect(names('counts')).toEqual(['a.tif', 'b.tif']);
    },
  );
});

describe('closing', () => {
  it('ends the iteration, and whoever waits for a scan', async () => {
    const { watch } = await startWatch();
    const scanned = watch.scan();
    await watch.close();
    await scanned;
    await watch.scan();
    for await (const block of watch) expect(block).toEqual([]);
  });
});
