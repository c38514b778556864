/**
 * Finds out how an agent of another machine reaches the bytes: whether it sees the server's store, by a file with a secret
 * in it that the server puts there; a wrong mapping is said at once.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GantryError, type PathMap, type ProbeAnswer, type RemoteStorage } from '@gantry/model';

/**
 * - `auto`: shared if it sees the store, else over the server.
 * - `shared`: it must see the store.
 * - `transfer`: it does not look.
 */
export type StorageChoice = 'auto' | 'shared' | 'transfer';

export interface StorageOptions {
  readonly choice: StorageChoice;
  readonly maps: readonly PathMap[];
  /** Folders of the agent's own. */
  readonly storeFolder: string;
  readonly toolFolder: string;
  /** The standard tools of this machine. */
  readonly standardTools: string | undefined;
}

/** @throws GantryError `map-wrong` for a mapping that does not lead where it should; `store-not-seen` */
export async function findStorage(
  { choice, maps, storeFolder, toolFolder, standardTools }: StorageOptions,
  probe: () => Promise<ProbeAnswer>,
): Promise<RemoteStorage> {
  const common = { tools: toolFolder, ...(standardTools === undefined ? {} : { standardTools }) };
  const transfer: RemoteStorage = { kind: 'transfer', store: storeFolder, maps: [], ...common };
  if (choice === 'transfer') return transfer;
  for (const map of maps) await requireFolder(map);
  const { storeFolder: serverStore, file, content } = await probe();
  const map = mapOf(serverStore, maps);
  const store = map === undefined ? serverStore : map.local + serverStore.slice(map.server.length);
  const fault = await tryStore(store, store + file.slice(serverStore.length), content);
  if (fault === undefined) return { kind: 'shared', store, maps: [...maps], ...common };
  if (map !== undefined) {
    throw new GantryError(
      'map-wrong',
      `--map ${map.server}=${map.local} does not lead to the server's storage: ${fault}`,
      {
        field: 'map',
        mend: `The server's store is ${serverStore}: mount what holds it here, and map that. Without --map files travel over the server.`,
      },
    );
  }
  if (choice === 'shared' || maps.length > 0) {
    throw new GantryError(
      'store-not-seen',
      `The server's store, ${serverStore}, is not seen on this machine: ${fault}`,
      {
        field: choice === 'shared' ? 'storage' : 'map',
        mend: `Mount it, and say where: --map ${serverStore}=/where/it/is. Or let files travel over the server: --storage transfer`,
      },
    );
  }
  return transfer;
}

/** The longest map that the path lies below. */
function mapOf(path: string, maps: readonly PathMap[]): PathMap | undefined {
  return maps
    .filter(({ server }) => path === server || path.startsWith(`${server}/`))
    .toSorted((a, b) => b.server.length - a.server.length)[0];
}

async function requireFolder(map: PathMap): Promise<void> {
  const found = await stat(map.local).catch(
    (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error),
  );
  if (typeof found !== 'string' && found.isDirectory()) return;
  throw new GantryError(
    'map-wrong',
    `--map ${map.server}=${map.local}: there is no folder ${map.local} on this machine${typeof found === 'string' ? ` (${found})` : ''}.`,
    { field: 'map', file: map.local, mend: 'Mount the storage first, or mend the path behind the `=`.' },
  );
}

/** What is wrong with it; undefined if it is the server's, and can be written. */
async function tryStore(store: string, file: string, content: string): Promise<string | undefined> {
  try {
    if ((await readFile(file, 'utf8')) !== content) return `${file} is another file than the server's.`;
  } catch (error) {
    return `the file ${file}, which the server has just written, cannot be read here (${(error as NodeJS.ErrnoException).code ?? String(error)}).`;
  }
  const own = join(dirname(file), randomUUID());
  try {
    await mkdir(own);
    await writeFile(join(own, 'probe'), content);
    await rm(own, { recursive: true });
    return undefined;
  } catch (error) {
    return `${store} cannot be written here (${(error as NodeJS.ErrnoException).code ?? String(error)}).`;
  }
}
