/**
 * Which `--input`, `--pattern`, `--extent` and `--param` is for which source or stage. Looking at files is left to
 * `index-source.ts`.
 */
import { GantryError, type Range } from '@gantry/model';

export interface SourceArguments {
  /** The folder, or the file of a source without axes. */
  readonly input: string;
  readonly pattern: string | undefined;
  readonly extents: Readonly<Record<string, Range>>;
}

export interface InputOptions {
  readonly input: readonly string[];
  readonly pattern: readonly string[];
  readonly extent: readonly string[];
}

/**
 * Hands each source what it was given. With one source no name is needed.
 * @param sources names of the pipeline's sources
 * @param need whether every source must have an input, or only those count that have
 * @throws GantryError `usage`, which names the option and how to write it
 */
export function assignSources(
  sources: readonly string[],
  options: InputOptions,
  need: 'all' | 'some' = 'all',
): ReadonlyMap<string, SourceArguments> {
  const inputs = assign('--input', 'DIR', sources, options.input);
  const patterns = assign('--pattern', 'PATTERN', sources, options.pattern);
  const missing = sources.filter((source) => !inputs.has(source));
  if (missing.length > 0 && need === 'all') {
    const example =
      sources.length === 1 ? '--input DIR' : missing.map((name) => `--input ${name}=DIR`).join(' ');
    throw usage(
      `the pipeline's source ${missing.map((name) => `\`${name}\``).join(' and ')} has no input`,
      `Add ${example}.`,
    );
  }
  const extents = readExtents(sources, options.extent);
  return new Map(
    [...inputs].map(([source, input]) => [
      source,
      {
        input,
        pattern: patterns.get(source),
        extents: extents.get(source) ?? {},
      },
    ]),
  );
}

/**
 * `stage.name=value` by stage and name.
 * @throws GantryError `usage`
 */
export function readParams(
  texts: readonly string[],
  option = '--param',
): Record<string, Record<string, string>> {
  const params: Record<string, Record<string, string>> = {};
  for (const text of texts) {
    const found = /^([^.=]+)\.([^=]+)=(.*)$/s.exec(text);
    if (found === null)
      throw usage(
        `${option} \`${text}\` is not a parameter`,
        `Write ${option} STAGE.NAME=VALUE, such as segment.method=otsu.`,
      );
    const [, stage = '', name = '', value = ''] = found;
    const known = (params[stage] ??= {});
    if (Object.hasOwn(known, name))
      throw usage(`${option} ${stage}.${name} is given twice`, 'Leave one of them out.');
    known[name] = value;
  }
  return params;
}

function assign(
  option: string,
  placeholder: string,
  sources: readonly string[],
  texts: readonly string[],
): Map<string, string> {
  const assigned = new Map<string, string>();
  for (const text of texts) {
    const { name, value } = split(option, placeholder, sources, text);
    if (value === '') throw usage(`${option} \`${text}\` is empty`, `Write ${option} ${placeholder}.`);
    if (assigned.has(name)) throw usage(`${option} is given twice for \`${name}\``, 'Leave one of them out.');
    assigned.set(name, value);
  }
  return assigned;
}

/** A folder's name may hold a `=`, so what is before one counts only if it is a source. */
function split(
  option: string,
  placeholder: string,
  sources: readonly string[],
  text: string,
): { name: string; value: string } {
  const at = text.indexOf('=');
  const before = text.slice(0, Math.max(0, at));
  if (at > 0 && sources.includes(before)) return { name: before, value: text.slice(at + 1) };
  const [only] = sources;
  if (sources.length === 1 && only !== undefined) return { name: only, value: text };
  const named = sources.map((name) => `${option} ${name}=${placeholder}`).join(' ');
  throw usage(
    `${option} \`${text}\` does not say which source it is for; the pipeline has ${sources.length}`,
    `Write ${named}.`,
  );
}

function readExtents(
  sources: readonly string[],
  texts: readonly string[],
): Map<string, Record<string, Range>> {
  const extents = new Map<string, Record<string, Range>>();
  for (const text of texts) {
    const found = /^(?:([^.=]+)\.)?([^.=]+)=(-?\d+)\.\.(-?\d+)$/.exec(text);
    const mend = 'Write --extent NAME.AXIS=FIRST..LAST, such as tiles.row=1..4.';
    if (found === null) throw usage(`--extent \`${text}\` is not an extent`, mend);
    const [, named, axis = '', first, last] = found;
    const source = named ?? (sources.length === 1 ? sources[0] : undefined);
    if (source === undefined || !sources.includes(source))
      throw usage(
        `--extent \`${text}\` is for no source of the pipeline`,
        `${mend} Sources are ${sources.join(', ')}.`,
      );
    if (Number(first) > Number(last))
      throw usage(`--extent \`${text}\` begins above its end`, 'Write the lower number first.');
    extents.set(source, { ...extents.get(source), [axis]: [Number(first), Number(last)] });
  }
  return extents;
}

/** Bad usage, before anything was looked at. */
export function usage(message: string, mend: string): GantryError {
  return new GantryError('usage', message, { mend });
}
