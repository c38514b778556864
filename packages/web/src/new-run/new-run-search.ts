/** What the address of the page for a new run says: every choice but the text of a pipeline of one's own. */
import type { NewRunBody } from '@gantry/model';
import { isRecord, mapOf, textOf } from '../read-search.ts';

/** What one source reads; only what was chosen is there. */
export interface SourceSearch {
  readonly folder?: string | undefined;
  readonly pattern?: string | undefined;
  /** The folder's own list of tiles says what is there, in the pattern's stead. */
  readonly list?: true | undefined;
  /** An existing dataset, in the folder's stead. */
  readonly dataset?: number | undefined;
  readonly live?: true | undefined;
  readonly extents?: Readonly<Record<string, readonly [number, number]>> | undefined;
  /** Goes on without files that cannot be read. */
  readonly skip?: true | undefined;
  readonly marker?: string | undefined;
  readonly quiet?: number | undefined;
}

export interface NewRunSearch {
  /** `example:NAME`, `run:ID`, or `own` for a text that this browser keeps. */
  readonly pipeline?: string | undefined;
  /** A run whose choices are taken over. */
  readonly from?: number | undefined;
  readonly sources?: Readonly<Record<string, SourceSearch>> | undefined;
  /** Texts by stage and parameter. */
  readonly params?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
  readonly name?: string | undefined;
}

type Unknown = Readonly<Record<string, unknown>>;

/** Whatever is not as it should be is left out. */
export function readNewRunSearch(search: Unknown): NewRunSearch {
  return {
    pipeline: textOf(search['pipeline']),
    from: idOf(search['from']),
    sources: mapOf(search['sources'], readSource),
    params: mapOf(search['params'], (stage) => mapOf(stage, textOf)),
    name: textOf(search['name']),
  };
}

function readSource(value: unknown): SourceSearch | undefined {
  if (!isRecord(value)) return undefined;
  const quiet = value['quiet'];
  return {
    folder: textOf(value['folder']),
    pattern: textOf(value['pattern']),
    list: value['list'] === true ? true : undefined,
    dataset: idOf(value['dataset']),
    live: value['live'] === true ? true : undefined,
    extents: mapOf(value['extents'], rangeOf),
    skip: value['skip'] === true ? true : undefined,
    marker: textOf(value['marker']),
    quiet: typeof quiet === 'number' && quiet > 0 ? quiet : undefined,
  };
}

/** A source as the server is told; undefined where nothing is chosen yet. */
export function sourceBody(source: SourceSearch | undefined): NewRunBody['sources'][string] | undefined {
  if (source?.dataset !== undefined) return source.dataset;
  // A folder whose pattern is not known yet is still to be looked at.
  if (!source?.folder || !(source.pattern || source.list)) return undefined;
  const { folder, pattern = '', list, live, skip, marker, quiet } = source;
  const extents = list === true ? {} : (source.extents ?? {});
  return {
    folder,
    ...(list === true ? { kind: 'tiles' as const } : { pattern }),
    ...(live === undefined ? {} : { mode: 'live' as const }),
    ...(Object.keys(extents).length === 0
      ? {}
      : {
          extents: Object.fromEntries(
            Object.entries(extents).map(([axis, [first, last]]) => [axis, [first, last] as [number, number]]),
          ),
        }),
    ...(skip === undefined ? {} : { skipUnreadable: true }),
    ...(marker === undefined && quiet === undefined
      ? {}
      : {
          completeWhen: {
            ...(marker === undefined ? {} : { marker }),
            ...(quiet === undefined ? {} : { quietMinutes: quiet }),
          },
        }),
  };
}

/** The reverse, of what an earlier run was started with. */
export function sourceSearch(source: NewRunBody['sources'][string]): SourceSearch {
  if (typeof source === 'number') return { dataset: source };
  const { folder, kind, pattern, mode, extents = {}, skipUnreadable, completeWhen } = source;
  return {
    folder,
    pattern: pattern === '' ? undefined : pattern,
    list: kind === 'tiles' ? true : undefined,
    live: mode === 'live' ? true : undefined,
    extents: Object.keys(extents).length === 0 ? undefined : extents,
    skip: skipUnreadable === true ? true : undefined,
    marker: completeWhen?.marker,
    quiet: completeWhen?.quietMinutes,
  };
}

function idOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

function rangeOf(value: unknown): [number, number] | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [first, last] = value as unknown[];
  return Number.isSafeInteger(first) && Number.isSafeInteger(last)
    ? [Number(first), Number(last)]
    : undefined;
}
