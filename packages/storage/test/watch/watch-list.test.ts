import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GantryError } from '@gantry/model';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  checksumFolder,
  openChecksumPool,
  watchList,
  type FolderWatch,
  type WatchEvent,
} from '../../src/index.ts';
import { newFolder, put, until } from './watched-folder.ts';

interface Watched {
  readonly folder: string;
  readonly watch: FolderWatch;
  readonly lists: readonly string[];
  told(kind: WatchEvent['kind'], name: string, times?: number): Promise<void>;
  count(kind: WatchEvent['kind']): number;
}

type Known = Parameters<typeof watchList>[1]['known'];

/** A list is a line per item, with `!` where it is whole, and ends with a full stop. */
function parse(text: string, file: string) {
  if (!text.endsWith('.'))
    throw new GantryError('list-not-whole', `${file} has no end.`, { mend: 'End it.' });
  const lines = text.split('\n').slice(0, -1);
  return { tiles: new Map(lines.map((line) => [line.replace('!', ''), { complete: line.endsWith('!') }])) };
}

async function startWatch(
  folder: string,
  { events = false, known }: { events?: boolean; known?: Known } = {},
): Promise<Watched> {
  const told: WatchEvent[] = [];
  const lists: string[] = [];
  const watch = watchList(folder, {
    names: ['list', 'older-list'],
    settleMs: 60,
    scanEveryMs: events ? 60_000 : 30,
    events,
    known,
    marker: 'done',
    parse,
    onList(_, file) {
      lists.push(file.slice(folder.length + 1));
      return Promise.resolve([]);
    },
  });
  const reading = (async () => {
    for await (const block of watch) told.push(...block);
  })();
  onTestFinished(async () => {
    await watch.close();
    await reading;
  });
  const times = (kind: WatchEvent['kind'], name: string): number =>
    told.filter((event) => event.kind === kind && event.name === name).length;
  return {
    folder,
    watch,
    lists,
    told: (kind, name, least = 1) => until(() => times(kind, name) >= least, `${name} ${kind}`),
    count: (kind) => told.filter((event) => event.kind === kind).length,
  };
}

async function putItem(folder: string, name: string, bytes = 'bytes'): Promise<void> {
  await mkdir(join(folder, name, 'inner'), { recursive: true });
  await writeFile(join(folder, name, 'inner', 'image'), bytes);
}

const unfinished = (watch: FolderWatch): string[][] =>
  [...watch.unsettled()].map(({ name, why }) => [name, why]);

describe('a folder with a list of what there is', () => {
  it('tells of items that are whole, and of the others when they are', async () => {
    const folder = await newFolder();
    await putItem(folder, 'a/1');
    await putItem(folder, 'a/2');
    await put(folder, 'list', 'a/1!\na/2\n.');
    const { watch, told, count } = await startWatch(folder);
    await told('counts', 'a/1');
    expect(unfinished(watch)).toEqual([['a/2', 'listed-incomplete']]);
    // An item is told of a moment before it is no longer pending.
    await until(() => watch.state().pending === 1, 'one pending');
    expect(watch.state()).toMatchObject({ state: 'watching', unawaited: 1 });
    await put(folder, 'list', 'a/1!\na/2!\n.');
    await told('counts', 'a/2');
    expect(count('counts')).toBe(2);
    await until(() => watch.state().pending === 0, 'none pending');
    expect(watch.state().trouble).toBeUndefined();
  });

  it('hears of a change at once where the file system tells of it', async () => {
    const folder = await newFolder();
    await putItem(folder, 'a');
    await put(folder, 'list', '.');
    const { told } = await startWatch(folder, { events: true });
    await put(folder, 'list', 'a!\n.');
    await told('counts', 'a');
  });

  it('takes the first of several names, and comes back to the other when it is gone', async () => {
    const folder = await newFolder();
    await put(folder, 'older-list', '.');
    const { lists } = await startWatch(folder);
    await until(() => lists.length === 1, 'the older list');
    await put(folder, 'list', '.');
    await until(() => lists.length === 2, 'the list');
    await rm(join(folder, 'list'));
    await until(() => lists.length === 3, 'the older list again');
    expect(lists).toEqual(['older-list', 'list', 'older-list']);
  });

  it.each([
    ['cut short', 'a!', 'list-broken'],
    ['empty', '', 'list-broken'],
    ['gone', undefined, 'list-missing'],
  ])('keeps what was taken while the list is %s, and says so', async (_, text, code) => {
    const folder = await newFolder();
    await putItem(folder, 'a');
    await putItem(folder, 'b');
    await put(folder, 'list', 'a!\n.');
    const { watch, told, count } = await startWatch(folder);
    await told('counts', 'a');
    if (text === undefined) await rm(join(folder, 'list'));
    else await writeFile(join(folder, 'list'), text);
    await until(() => watch.state().trouble !== undefined, 'trouble');
    expect(watch.state()).toMatchObject({ state: 'waiting', trouble: { code } });
    expect(watch.state().trouble?.mend).toContain('What was taken');
    expect(count('vanished')).toBe(0);
    await put(folder, 'list', 'a!\nb!\n.');
    await told('counts', 'b');
    expect(watch.state()).toMatchObject({ state: 'watching', trouble: undefined });
    expect(count('counts')).toBe(2);
  });

  it('says which items a shorter list no longer has, and takes them back with the longer one', async () => {
    const folder = await newFolder();
    for (const name of ['a', 'b', 'c']) await putItem(folder, name);
    await put(folder, 'list', 'a!\nb!\nc!\n.');
    const { watch, told, count } = await startWatch(folder);
    for (const name of ['a', 'b', 'c']) await told('counts', name);
    await put(folder, 'list', 'a!\n.');
    await told('vanished', 'b');
    await told('vanished', 'c');
    await until(() => watch.state().trouble !== undefined, 'trouble');
    expect(watch.state().trouble).toMatchObject({ code: 'list-shrunken', file: join(folder, 'list') });
    await put(folder, 'list', 'a!\nb!\nc!\n.');
    await told('returned', 'b');
    await told('returned', 'c');
    expect(watch.state().trouble).toBeUndefined();
    expect(count('counts')).toBe(3);
  });

  it('waits for a folder that is listed and not there, and lets nobody else wait', async () => {
    const folder = await newFolder();
    await put(folder, 'list', 'a!\n.');
    const { watch, told } = await startWatch(folder);
    await until(() => unfinished(watch).length === 1, 'the missing folder');
    expect(unfinished(watch)).toEqual([['a', 'missing']]);
    await putItem(folder, 'a');
    await told('counts', 'a');
    expect(unfinished(watch)).toEqual([]);
  });

  it('tells of an item again that was not whole for a while, even if it is smaller then', async () => {
    const folder = await newFolder();
    await putItem(folder, 'a', 'many bytes');
    await put(folder, 'list', 'a!\n.');
    const { watch, told } = await startWatch(folder);
    await told('counts', 'a');
    await put(folder, 'list', 'a\n.');
    await until(() => unfinished(watch).length === 1, 'the incomplete item');
    await putItem(folder, 'a', 'few');
    await put(folder, 'list', 'a!\n.');
    await told('counts', 'a', 2);
  });

  it('knows items of an earlier life, and tells of what changed in them since', async () => {
    const folder = await newFolder();
    await putItem(folder, 'a');
    await putItem(folder, 'b');
    await put(folder, 'list', 'a!\nb!\n.');
    const pool = openChecksumPool();
    onTestFinished(() => pool.close());
    const known: [string, { size: number; modifiedMs: number; inode: number }][] = [];
    for (const name of ['a', 'b']) {
      const read = await pool.read(join(folder, name), 1, 'folder');
      if (read.kind !== 'read') throw new Error(read.kind);
      known.push([name, read.look]);
      expect(read.checksum).toBe((await checksumFolder(join(folder, name))).checksum);
    }
    await putItem(folder, 'b', 'other bytes');
    const { watch, told, count } = await startWatch(folder, { known });
    await told('counts', 'b');
    await watch.scan();
    expect(count('counts')).toBe(1);
  });

  it('tells of the marker', async () => {
    const folder = await newFolder();
    await put(folder, 'list', '.');
    const { told } = await startWatch(folder);
    await put(folder, 'done', '');
    await told('unmatched', 'done');
  });
});
