/**
 * The file by which a data directory is known as one: its identity, the format of what it holds, and the database that
 * belongs to it. Looking whether a database is that one is left to the caller.
 */
import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GantryError } from '@gantry/model';

/** The format of the directory as a whole; a newer one is refused. */
const format = 1;
export const markerName = 'gantry.json';
export const unfinishedMarkerName = 'gantry.json.new';

export interface Marker {
  readonly gantry: 'data-directory';
  readonly format: number;
  readonly id: string;
  readonly created: string;
  readonly relocatedFrom?: string;
  readonly database?: MarkedDatabase;
}

/** The database that a data directory belongs with: rows and bytes are of no use without each other. */
export interface MarkedDatabase {
  /** `embedded` lies in the directory itself; `external` is a server that the person named. */
  readonly kind: 'embedded' | 'external';
  /** What the database says of itself. */
  readonly id: string;
  /** Where it was, for messages: without a password. */
  readonly address: string;
}

/**
 * Reads the marker of a directory that we hold the lock of, or writes its first.
 *
 * @throws GantryError `data-directory-damaged` or `data-directory-newer`.
 */
export async function readOrWriteMarker(path: string, relocatedFrom: string | undefined): Promise<Marker> {
  const file = join(path, markerName);
  let text;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const marker: Marker = {
      gantry: 'data-directory',
      format,
      id: randomUUID(),
      created: new Date().toISOString(),
      ...(relocatedFrom === undefined ? {} : { relocatedFrom }),
    };
    await writeMarker(path, marker);
    return marker;
  }
  return parseMarker(text, file, path);
}

/** Puts the marker in the place of the one that is there, whole. */
export async function writeMarker(path: string, marker: Marker): Promise<void> {
  const unfinished = join(path, unfinishedMarkerName);
  await writeFile(unfinished, `${JSON.stringify(marker, null, 2)}\n`, { mode: 0o600, flush: true });
  await rename(unfinished, join(path, markerName));
}

function parseMarker(text: string, file: string, path: string): Marker {
  let marker: Partial<Marker> | undefined;
  try {
    marker = JSON.parse(text) as Partial<Marker>;
  } catch {
    marker = undefined;
  }
  if (
    marker?.gantry !== 'data-directory' ||
    typeof marker.format !== 'number' ||
    typeof marker.id !== 'string'
  ) {
    throw new GantryError('data-directory-damaged', `${file} is not what Gantry wrote.`, {
      file,
      mend: `Put the file back from a backup; if ${path} is no data directory, choose another with --data-dir.`,
    });
  }
  if (marker.format > format) {
    throw new GantryError(
      'data-directory-newer',
      `The data directory ${path} was written by a newer Gantry (format ${marker.format}; this one knows ${format}).`,
      { file: path, mend: 'Use that Gantry, or another data directory.' },
    );
  }
  return marker as Marker;
}
