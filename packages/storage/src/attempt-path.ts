/**
 * Where an attempt's bytes lie in the store: `<run>/<stage>/<shard>/<attempt>/…`. Paths are relative to the store,
 * so that a row survives a move of the data directory. Making and removing folders is left to others.
 */
import { createHash } from 'node:crypto';
import { isAbsolute, join, normalize, sep } from 'node:path';
import { GantryError } from '@gantry/model';

/** An attempt's coordinates in the store. */
export interface AttemptLocation {
  readonly run: string | number;
  readonly stage: string | number;
  readonly attempt: string | number;
}

/** Attempts per shard where they are numbered: a folder of a million entries is slow to list and to sync. */
const shardSize = 1000;

const plainName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

/** The folder of an attempt, relative to the store. @throws GantryError `store-name` for a name not fit for a path. */
export function attemptFolder(location: AttemptLocation): string {
  const [run, stage, attempt] = [location.run, location.stage, location.attempt].map(asName) as [
    string,
    string,
    string,
  ];
  return join(run, stage, shardOf(attempt), attempt);
}

/** The path of an attempt's output, relative to the store. `path` is the output's own, such as `fixed/a.ome.tif`. */
export function outputPath(location: AttemptLocation, path: string): string {
  return join(attemptFolder(location), stayInside(path));
}

/** The attempt in whose folder a path of an output lies, as its row has it; undefined for a path of another kind. */
export function attemptOfPath(path: string): number | undefined {
  const attempt = Number(path.split('/')[3]);
  return Number.isSafeInteger(attempt) && attempt > 0 ? attempt : undefined;
}

/** The absolute path for one that a row holds. @throws GantryError `store-path` if it would leave the store. */
export function resolveInStore(store: string, path: string): string {
  return join(store, stayInside(path));
}

function stayInside(path: string): string {
  const normal = normalize(path);
  if (
    path === '' ||
    isAbsolute(path) ||
    path.includes('\0') ||
    normal === '..' ||
    normal.startsWith(`..${sep}`)
  ) {
    throw new GantryError('store-path', `The path "${path}" leaves its folder.`, {
      file: path,
      mend: 'Use a relative path without "..".',
    });
  }
  return normal;
}

function asName(value: string | number): string {
  const name = String(value);
  if (plainName.test(name)) return name;
  throw new GantryError('store-name', `"${name}" cannot be the name of a folder in the store.`, {
    mend: 'Use letters, digits, ".", "_" and "-", and begin with a letter or digit.',
  });
}

function shardOf(attempt: string): string {
  if (/^\d{1,15}$/.test(attempt)) return String(Math.floor(Number(attempt) / shardSize));
  return createHash('sha256').update(attempt).digest('hex').slice(0, 3);
}
