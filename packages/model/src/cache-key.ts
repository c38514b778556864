/**
 * What a task's result depends on, as one canonical text, and which part of two of them differs. Hashing the text and
 * keeping results are left to the engine; tools that name task, attempt or run have no key (see `usesIdentity`).
 */
import { GantryError } from './errors.ts';
import { formatPlace, type Place } from './place.ts';

/** An item that a task reads; the order of items counts. */
export interface CacheKeyItem {
  readonly place: Place;
  /** File name. */
  readonly name: string;
  readonly checksum: string;
}

/** All that a result depends on. */
export interface CacheKeyParts {
  /** Of the image, or of the tool's folder. */
  readonly toolDigest: string;
  /** Command, arguments, environment and output paths, as templates or filled, but without paths of attempts. */
  readonly args: unknown;
  readonly params: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, readonly CacheKeyItem[]>>;
  /** The task's place: neighbors at an edge may be the same items for two places. */
  readonly at: Place;
}

/** A part that differs: a missing side is undefined. Values are as people read them. */
export interface CacheKeyDifference {
  /** `tool`, `args`, `at`, `params.sigma`, `inputs.tile`, or `inputs.tiles (row 1, col 2)`. */
  readonly part: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The text whose equality means the same result; its hash is the key. */
export function cacheKeyText(parts: CacheKeyParts): string {
  const inputs = Object.fromEntries(
    Object.entries(parts.inputs).map(([name, items]) => [
      name,
      items.map(({ place, name: file, checksum }) => [place, file, checksum]),
    ]),
  );
  return canonicalJson({
    version: 1,
    tool: parts.toolDigest,
    args: parts.args,
    params: parts.params,
    at: parts.at,
    inputs,
  });
}

/**
 * JSON with sorted keys and without white space; keys with the value undefined are left out.
 * @throws GantryError `not-canonical` for what JSON cannot tell apart: NaN, infinities, functions, dates.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && isPlain(value)) {
    const entries = Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonicalJson(one)}`).join(',')}}`;
  }
  throw new GantryError(
    'not-canonical',
    `${typeof value === 'number' ? value : `a ${typeof value}`} cannot be part of a cache key`,
    {
      mend: 'Use texts, finite numbers, true, false, lists and mappings.',
    },
  );
}

/** Every part in which two keys differ, in a fixed order; empty exactly where `cacheKeyText` is equal. */
export function compareCacheKeys(before: CacheKeyParts, after: CacheKeyParts): CacheKeyDifference[] {
  const differences: CacheKeyDifference[] = [];
  const compare = (part: string, one: unknown, other: unknown): void => {
    const was = one === undefined ? undefined : canonicalJson(one);
    const is = other === undefined ? undefined : canonicalJson(other);
    if (was !== is) differences.push({ part, before: was, after: is });
  };
  compare('tool', before.toolDigest, after.toolDigest);
  compare('args', before.args, after.args);
  for (const name of keysOf(before.params, after.params))
    compare(`params.${name}`, own(before.params, name), own(after.params, name));
  compare('at', before.at, after.at);
  for (const name of keysOf(before.inputs, after.inputs))
    differences.push(...compareItems(name, own(before.inputs, name), own(after.inputs, name)));
  return differences;
}

function compareItems(
  input: string,
  before: readonly CacheKeyItem[] | undefined,
  after: readonly CacheKeyItem[] | undefined,
): CacheKeyDifference[] {
  if (before === undefined || after === undefined) {
    if (before === after) return [];
    return [{ part: `inputs.${input}`, before: countOf(before), after: countOf(after) }];
  }
  const was = new Map(before.map((item) => [canonicalJson(item.place), item]));
  const is = new Map(after.map((item) => [canonicalJson(item.place), item]));
  const differences: CacheKeyDifference[] = [];
  for (const key of new Set([...was.keys(), ...is.keys()])) {
    const one = was.get(key);
    const other = is.get(key);
    if (one?.name === other?.name && one?.checksum === other?.checksum) continue;
    const place = one?.place ?? other?.place ?? {};
    const part =
      Object.keys(place).length === 0 ? `inputs.${input}` : `inputs.${input} (${formatPlace(place)})`;
    differences.push({ part, before: fileOf(one), after: fileOf(other) });
  }
  const reordered =
    before.length !== after.length ||
    before.some((item, index) => canonicalJson(item.place) !== canonicalJson(after[index]?.place ?? null));
  if (differences.length === 0 && reordered)
    differences.push({
      part: `inputs.${input}`,
      before: 'another order of the same items',
      after: countOf(after),
    });
  return differences;
}

function fileOf(item: CacheKeyItem | undefined): string | undefined {
  return item === undefined ? undefined : `${item.name} ${item.checksum}`;
}

function countOf(items: readonly CacheKeyItem[] | undefined): string | undefined {
  return items === undefined ? undefined : `${items.length} ${items.length === 1 ? 'item' : 'items'}`;
}

function keysOf(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
}

function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
