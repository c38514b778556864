/**
 * Makes the datasets of a run from the files of its sources, and starts it; or takes a run up again, with what changed
 * in its files. Watching it is left to `follow-run.ts`.
 */
import { basename } from 'node:path';
import { GantryError, type FolderSourceBody, type NewRunBody, type RunDetail } from '@gantry/model';
import type { ServerAccess } from '../host/server-access.ts';
import { hashFiles, type NewItem } from '../input/hash-files.ts';
import type { IndexedSource } from '../input/index-source.ts';
import { formatBytes, formatCount, plural } from '../numbers.ts';
import type { CheckedPipeline } from '../pipeline-file.ts';
import type { ProgressLine } from '../progress/show-progress.ts';

/** Files of a source that are being read; the first block is under way before anybody asks for it. */
export interface ReadSource {
  readonly source: IndexedSource;
  readonly blocks: AsyncIterable<NewItem[]>;
}

/** Begins to read the files, while the server starts. The signal ends it. */
export function readSources(
  sources: readonly IndexedSource[],
  line: ProgressLine,
  signal: AbortSignal,
): ReadSource[] {
  const total = sources.reduce((sum, { files }) => sum + files.length, 0);
  let files = 0;
  let bytes = 0;
  const onFile = (size: number): void => {
    files += 1;
    bytes += size;
    const text = (): string =>
      `Reading ${formatCount(files)} of ${plural(total, 'file')}, ${formatBytes(bytes)}`;
    line.show(text, text);
  };
  return sources.map((source) => ({ source, blocks: ahead(hashFiles(source.files, signal, onFile)) }));
}

/** How the folders of a run are followed; absent, they are read once. */
export interface Following {
  readonly marker: string | undefined;
  readonly quietMinutes: number | undefined;
}

export interface RunStart {
  readonly pipeline: CheckedPipeline;
  readonly name: string | undefined;
  readonly cache: boolean;
  readonly pool: string | undefined;
  /** Folders with tools, absolute. */
  readonly tools: readonly string[];
  readonly params: Readonly<Record<string, Record<string, string>>>;
  readonly following: Following | undefined;
}

/** @returns the run's id */
export async function startRun(
  access: ServerAccess,
  start: RunStart,
  reading: readonly ReadSource[],
): Promise<number> {
  const sources: NewRunBody['sources'] = {};
  const { pipeline, name, cache, pool, tools, params, following } = start;
  for (const { source, blocks } of reading) {
    if (source.kind === 'tiles' || following !== undefined) {
      // The server finds what is there, and what comes.
      sources[source.name] = folderSource(source, following);
      continue;
    }
    const dataset = await access.tell((client, signal) =>
      client.createDataset(
        {
          name: (basename(source.folder) || source.name).slice(0, 200),
          type: source.type,
          axes: [...source.axes],
          bounds: {
            extents: Object.fromEntries(
              Object.entries(source.bounds.extents).map(([axis, [first, last]]) => [axis, [first, last]]),
            ),
            skip: Object.fromEntries(
              Object.entries(source.bounds.skip).map(([axis, planes]) => [axis, [...planes]]),
            ),
          },
          folder: source.folder,
          pattern: source.pattern,
        },
        signal,
      ),
    );
    for await (const items of blocks) {
      await access.tell((client, signal) => client.admitItems(dataset, { items }, signal));
    }
    await access.tell((client, signal) => client.closeDataset(dataset, signal));
    sources[source.name] = dataset;
  }
  return access.tell((client, signal) =>
    client.createRun(
      {
        ...(name === undefined ? {} : { name }),
        ...(pool === undefined ? {} : { pool }),
        pipeline: { file: pipeline.file, text: pipeline.text },
        tools: [...tools],
        params,
        sources,
        ...(cache ? {} : { cache }),
      },
      signal,
    ),
  );
}

function folderSource(source: IndexedSource, following: Following | undefined): FolderSourceBody {
  const { folder, kind, pattern, extents } = source;
  const base = {
    folder,
    kind,
    ...(kind === 'tiles' ? {} : { pattern }),
    extents: Object.fromEntries(
      Object.entries(extents).map(([axis, [first, last]]) => [axis, [first, last] as [number, number]]),
    ),
  };
  if (following === undefined) return base;
  const { marker, quietMinutes } = following;
  return {
    ...base,
    mode: 'live',
    completeWhen: {
      ...(marker === undefined ? {} : { marker }),
      ...(quietMinutes === undefined ? {} : { quietMinutes }),
    },
  };
}

/** Tells the server of files that changed, and has it try again what failed, was cancelled or is stale. */
export async function resumeRun(
  access: ServerAccess,
  run: RunDetail,
  reading: readonly ReadSource[],
  line: ProgressLine,
): Promise<void> {
  for (const { source, blocks } of reading) {
    const known = run.sources.find(({ name }) => name === source.name);
    if (known === undefined)
      throw new GantryError('usage', `run ${run.id} has no source \`${source.name}\``, {
        mend: `It has ${run.sources.map(({ name }) => name).join(', ')}.`,
      });
    if (source.kind === 'tiles') {
      line.note(`${source.name}: its list of tiles is not read again; a new run does that.`);
      continue;
    }
    let changed = 0;
    const late: string[] = [];
    for await (const items of blocks) {
      const answer = await access.ask((client, signal) =>
        client.admitItems(known.dataset, { items }, signal),
      );
      changed += answer.changed;
      late.push(...answer.late);
    }
    line.note(`${source.name}: ${plural(changed, 'file')} changed since the run began.`);
    if (late.length > 0)
      line.note(
        `warning: ${plural(late.length, 'file')} of ${source.folder} came after the run began and ${late.length === 1 ? 'is' : 'are'} not part of it, such as ${late[0] ?? ''}. A new run takes all.`,
      );
  }
  await access.ask((client, signal) => client.resumeRun(run.id, { again: 'all' }, signal));
}

/** The same values, the first one asked for at once. */
async function* drain<T>(
  first: Promise<IteratorResult<T, void>>,
  rest: AsyncGenerator<T, void, undefined>,
): AsyncGenerator<T, void, undefined> {
  for (let next = await first; next.done !== true; next = await rest.next()) yield next.value;
}

function ahead<T>(values: AsyncGenerator<T, void, undefined>): AsyncIterable<T> {
  const first = values.next();
  // Its failure is told when it is asked for.
  first.catch(() => {});
  return drain(first, values);
}
