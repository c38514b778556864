/**
 * One folder for a person who looks for images: what is in it, with counts, and what keeps a folder from being entered.
 * A symbolic link is shown with where it leads; whoever follows one is told the real path of what is there.
 */
import { constants } from 'node:fs';
import { access, opendir, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { GantryError, isImageName, type FolderEntry, type FolderListing } from '@gantry/model';

/** The most entries that are listed, names that are counted in a folder, and milliseconds that counting takes. */
const mostEntries = 2000;
const mostCounted = 5000;
const countingMs = 400;
const atOnce = 8;

/**
 * @param path absolute, or below the home folder with `~`; the home folder if absent
 * @throws GantryError `folder-not-absolute`, `folder-not-found`, `folder-not-a-folder`, `folder-not-readable`, for the field `path`
 */
export async function browseFolder(path: string | undefined): Promise<FolderListing> {
  const asked = expandHome(path ?? '~');
  if (!isAbsolute(asked))
    throw new GantryError('folder-not-absolute', `${path ?? ''} is not an absolute path`, {
      file: path,
      field: 'path',
      mend: 'Begin it with / (or with ~ for your home folder).',
    });
  const { real, entries } = await openFolder(resolve(asked));
  const shown = entries.filter(({ name }) => !name.startsWith('.'));
  const described = await Promise.all(shown.map((entry) => describeEntry(real, entry)));
  described.sort(compareEntries);
  const first = described.slice(0, mostEntries);
  await countIn(real, first);
  const files = described.filter(({ kind }) => kind === 'file');
  return {
    path: real,
    through: real === resolve(asked) ? null : resolve(asked),
    parent: dirname(real) === real ? null : dirname(real),
    entries: first,
    count: described.length,
    files: files.length,
    images: files.filter(({ image }) => image).length,
    starts: await findStarts(),
  };
}

/** `~` and `~/…` as the home folder. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

type Dirent = Awaited<ReturnType<typeof readEntries>>[number];

function readEntries(path: string) {
  return readdir(path, { withFileTypes: true });
}

async function openFolder(path: string): Promise<{ real: string; entries: Dirent[] }> {
  try {
    const real = await realpath(path);
    return { real, entries: await readEntries(real) };
  } catch (error) {
    throw refusal(error, path);
  }
}

function refusal(error: unknown, path: string): unknown {
  const details = { file: path, field: 'path', cause: error };
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return new GantryError('folder-not-found', `there is no folder ${path}`, {
        ...details,
        mend: 'See whether it is spelt as it is there, and whether its disk is mounted.',
      });
    case 'ENOTDIR':
      return new GantryError('folder-not-a-folder', `${path} is not a folder`, {
        ...details,
        mend: `Name the folder that it is in: ${dirname(path)}.`,
      });
    case 'EACCES':
    case 'EPERM':
      return new GantryError('folder-not-readable', `${path} may not be looked into`, {
        ...details,
        mend: 'Give the user that Gantry runs as the right to read it.',
      });
    case 'ELOOP':
    case 'ENAMETOOLONG':
    case 'EIO':
      return new GantryError(
        'folder-not-readable',
        `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? ''})`,
        { ...details, mend: 'See to the disk or the link that it lies on.' },
      );
    default:
      return error;
  }
}

async function describeEntry(folder: string, entry: Dirent): Promise<FolderEntry> {
  const path = join(folder, entry.name);
  const link = entry.isSymbolicLink() ? await readlink(path).catch(() => '?') : null;
  const found = link === null ? entry : await stat(path).catch(() => undefined);
  const kind = found?.isDirectory() === true ? 'folder' : found?.isFile() === true ? 'file' : 'other';
  const closed =
    kind === 'folder'
      ? await whyClosed(path)
      : found === undefined
        ? 'it is a link that leads nowhere'
        : null;
  const image = kind === 'file' && isImageName(entry.name);
  return { name: entry.name, kind, link, closed, files: null, images: null, more: false, image };
}

async function whyClosed(path: string): Promise<string | null> {
  try {
    await access(path, constants.R_OK | constants.X_OK);
    return null;
  } catch {
    return 'the user that Gantry runs as has no right to look into it';
  }
}

const byName = new Intl.Collator('en', { numeric: true });
const kinds = ['folder', 'file', 'other'];

function compareEntries(a: FolderEntry, b: FolderEntry): number {
  return kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || byName.compare(a.name, b.name);
}

/** Counts files in the folders below, as far as time goes; links are not followed for it. */
async function countIn(folder: string, entries: FolderEntry[]): Promise<void> {
  const until = performance.now() + countingMs;
  const todo = entries.filter(
    ({ kind, link, closed }) => kind === 'folder' && link === null && closed === null,
  );
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < todo.length && performance.now() < until; index = next++) {
      const entry = todo[index]!;
      Object.assign(entry, await countFiles(join(folder, entry.name)));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

async function countFiles(path: string): Promise<Partial<FolderEntry>> {
  let [files, images, seen] = [0, 0, 0];
  try {
    for await (const { name, ...entry } of iterate(path)) {
      seen += 1;
      if (seen > mostCounted) return { files, images, more: true };
      if (name.startsWith('.') || !entry.isFile) continue;
      files += 1;
      if (isImageName(name)) images += 1;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    // It went, or was closed, since it was listed.
    return {};
  }
  return { files, images };
}

async function* iterate(path: string): AsyncGenerator<{ name: string; isFile: boolean }> {
  for await (const entry of await opendir(path, { bufferSize: 512 }))
    yield { name: entry.name, isFile: entry.isFile() || entry.isSymbolicLink() };
}

/** Where one may go from anywhere: home, where Gantry was started, and where disks are mounted. */
async function findStarts(): Promise<FolderListing['starts']> {
  const candidates = [
    { name: 'Home', path: homedir() },
    { name: 'Where Gantry was started', path: process.cwd() },
    ...['/data', '/mnt', '/media', '/Volumes', '/srv'].map((path) => ({ name: path, path })),
    { name: 'The whole machine', path: '/' },
  ];
  const found = await Promise.all(
    candidates.map(({ path }) =>
      readdir(path).then(
        (names) => names.length > 0,
        () => false,
      ),
    ),
  );
  return candidates.filter(
    ({ path }, index) =>
      found[index] === true && candidates.findIndex((other) => other.path === path) === index,
  );
}
