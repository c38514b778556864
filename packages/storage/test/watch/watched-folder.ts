/**
 * A folder in the making for tests: what the watch tells is gathered, and can be awaited.
 */
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { watchFolder, type FolderWatch, type WatchEvent, type WatchFolderOptions } from '../../src/index.ts';

export interface Watched {
  readonly folder: string;
  readonly watch: FolderWatch;
  readonly events: readonly WatchEvent[];
  readonly log: readonly string[];
  /** Names of the events of a kind, in the order in which they were told. */
  names(kind: WatchEvent['kind']): string[];
  /** Fulfilled when `name` was told as `kind` for the `times`th time. */
  told(kind: WatchEvent['kind'], name: string, times?: number): Promise<void>;
}

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gantry-watch-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Watches a folder whose files end in `.tif`, and waits for the first scan. */
export async function startWatch(
  options: Partial<WatchFolderOptions> & { readonly folder?: string } = {},
): Promise<Watched> {
  const folder = options.folder ?? (await newFolder());
  const events: WatchEvent[] = [];
  const log: string[] = [];
  const watch = watchFolder(folder, {
    depth: 0,
    enters: () => true,
    fits: (name) => name.endsWith('.tif'),
    settleMs: 200,
    log: (line) => log.push(line),
    ...options,
  });
  const reading = (async () => {
    for await (const block of watch) events.push(...block);
  })();
  onTestFinished(async () => {
    await watch.close();
    await reading;
  });
  await watch.scan();
  const names = (kind: WatchEvent['kind']): string[] =>
    events.filter((event) => event.kind === kind).map(({ name }) => name);
  return {
    folder,
    watch,
    events,
    log,
    names,
    told: (kind, name, times = 1) =>
      until(() => names(kind).filter((told) => told === name).length >= times, `${name} ${kind}`),
  };
}

/** Writes a file under a temporary name, and renames it into place. */
export async function put(folder: string, name: string, bytes: string | Buffer): Promise<void> {
  await writeFile(join(folder, `${name}.part`), bytes);
  await rename(join(folder, `${name}.part`), join(folder, name));
}

export async function until(condition: () => boolean, what: string, timeout = 10_000): Promise<void> {
  await vi.waitFor(
    () => {
      if (!condition()) throw new Error(`not yet: ${what}`);
    },
    { timeout, interval: 5 },
  );
}
