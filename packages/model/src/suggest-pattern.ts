/**
 * Guessing a file-name pattern from a list of names: for forms, and for the mend of a pattern that fits nothing.
 */
import { escapePattern } from './pattern-syntax.ts';

export interface SuggestedPattern {
  readonly pattern: string;
  readonly axes: readonly string[];
  /** How many of the names it fits. */
  readonly matched: number;
}

const knownAxes: Readonly<Record<string, string>> = {
  r: 'row',
  row: 'row',
  c: 'col',
  col: 'col',
  column: 'col',
  p: 'position',
  pos: 'position',
  position: 'position',
  t: 't',
  time: 't',
  frame: 't',
  z: 'z',
  slice: 'z',
  plane: 'z',
  ch: 'channel',
  chan: 'channel',
  channel: 'channel',
  w: 'channel',
  x: 'x',
  y: 'y',
};

/**
 * The pattern of the largest group of names that differ in their numbers only. A number that varies becomes a field,
 * named after the word before it; so does one that does not vary if that word is a known axis. Undefined if there
 * is no such number.
 * @param wanted the axes that are looked for, where that is known: numbers that could be any axis get their names, in
 *   their order, and known axes that are not wanted and never vary stay text
 */
export function suggestPattern(
  names: readonly string[],
  wanted: readonly string[] = [],
): SuggestedPattern | undefined {
  const groups = new Map<string, string[][]>();
  for (const name of names) {
    // Odd places are runs of digits: the split keeps what its group captures.
    const tokens = name.split(/([0-9]+)/);
    const skeleton = tokens.map((token, index) => (index % 2 === 1 ? '0' : token)).join('\0');
    const group = groups.get(skeleton);
    if (group === undefined) groups.set(skeleton, [tokens]);
    else group.push(tokens);
  }
  let best: SuggestedPattern | undefined;
  for (const group of groups.values()) {
    if (best !== undefined && group.length <= best.matched) continue;
    best = patternOf(group, wanted) ?? best;
  }
  return best;
}

interface GuessedField {
  /** Where its digits stand among the tokens. */
  readonly index: number;
  readonly axis: string;
  readonly varies: boolean;
}

function patternOf(group: readonly string[][], wanted: readonly string[]): SuggestedPattern | undefined {
  const [first = []] = group;
  const fields = new Map(
    nameFields(guessFields(group, wanted), wanted).map(({ index, axis }) => [index, axis]),
  );
  const parts = first.map((token, index) => {
    if (index % 2 === 0) return escapePattern(token);
    const axis = fields.get(index);
    return axis === undefined ? token : `{${axis}:${formOf(group.map((tokens) => tokens[index] ?? ''))}}`;
  });
  const axes = [...fields.values()];
  return axes.length === 0 ? undefined : { pattern: parts.join(''), axes, matched: group.length };
}

function guessFields(group: readonly string[][], wanted: readonly string[]): GuessedField[] {
  const [first = []] = group;
  const words = first.map((_, index) => (index % 2 === 1 ? wordBefore(first[index - 1] ?? '') : ''));
  const hasRow = words.some((word) => word === 'r' || word === 'row');
  const axes: string[] = [];
  return first.flatMap((token, index) => {
    if (index % 2 === 0) return [];
    const word = words[index] ?? '';
    const known = Object.hasOwn(knownAxes, word) ? knownAxes[word] : undefined;
    const varies = group.some((tokens) => tokens[index] !== token);
    if (!varies && (known === undefined || !isWanted(known, wanted))) return [];
    // Without a row, a `c` counts channels (t01_c2), not columns.
    const guess = word === 'c' && !hasRow ? 'channel' : (known ?? (word === '' ? 'n' : word));
    const axis = freeName(guess, axes);
    axes.push(axis);
    return [{ index, axis, varies }];
  });
}

function isWanted(axis: string, wanted: readonly string[]): boolean {
  return wanted.length === 0 || wanted.includes(axis) || wanted.includes(otherNames[axis] ?? '');
}

/** What is counted across goes by other names as well. */
const otherNames: Readonly<Record<string, string>> = { x: 'col', y: 'row', col: 'x', row: 'y' };

/** The fields that are none of the wanted axes get the names of those that are still looked for, if it comes out even. */
function nameFields(guessed: readonly GuessedField[], wanted: readonly string[]): readonly GuessedField[] {
  const fields = guessed.map((field) => {
    const other = otherNames[field.axis];
    const isOther = other !== undefined && !wanted.includes(field.axis) && wanted.includes(other);
    return isOther && !guessed.some(({ axis }) => axis === other) ? { ...field, axis: other } : field;
  });
  const lacking = wanted.filter((axis) => !fields.some((field) => field.axis === axis));
  const spare = fields.filter(({ axis }) => !wanted.includes(axis));
  if (lacking.length === 0 || lacking.length !== spare.length) return fields;
  return fields.map((field) => {
    const which = spare.indexOf(field);
    return which < 0 ? field : { ...field, axis: lacking[which] ?? field.axis };
  });
}

/** The letters that end a text, in lower case: `img_Row` → `row`. */
function wordBefore(text: string): string {
  return (/[A-Za-z]{1,20}$/.exec(text)?.[0] ?? '').toLowerCase();
}

/** `ddd` where shorter numbers are padded to the width of the shortest; `d+` where some have more zeros than that. */
function formOf(values: readonly string[]): string {
  const width = values.reduce((least, value) => Math.min(least, value.length), Infinity);
  const padded = values.every((value) => value.length === width || !value.startsWith('0'));
  return padded ? 'd'.repeat(width) : 'd+';
}

function freeName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  let number = 2;
  while (taken.includes(`${wanted}${number}`)) number += 1;
  return `${wanted}${number}`;
}
