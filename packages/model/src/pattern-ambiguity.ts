/**
 * Ambiguity of file-name patterns: a name must have one reading only. Also decides which zero-padded fields may
 * grow beyond their width. The syntax is left to `pattern-syntax.ts`.
 */
import { GantryError } from './errors.ts';
import type { FieldForm, PatternElement, PatternField } from './pattern-syntax.ts';

const digits = characters('0123456789');
const letters = characters('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ');
const floats = characters('0123456789.+-eE');

/**
 * The same elements, with padded fields made strict where growing would make the pattern ambiguous: in
 * `{row:ddd}{col:ddd}` each has exactly three digits.
 *
 * A field of variable width ends where its characters end, so it is unambiguous if a character that it cannot have
 * comes before the next field of variable width, or if there is no such field.
 * @throws GantryError `pattern-ambiguous`, naming the two fields.
 */
export function settleWidths(elements: readonly PatternElement[], pattern: string): PatternElement[] {
  const settled = elements.map((element, index) => {
    const touching = isNumeric(elements[index - 1]) || isNumeric(elements[index + 1]);
    return touching ? strictOf(element) : element;
  });
  for (;;) {
    const conflict = findConflict(settled);
    if (conflict === undefined) return settled;
    const strict = [conflict.first, conflict.second].find((index) => isGrowing(settled[index]));
    const element = strict === undefined ? undefined : settled[strict];
    if (strict === undefined || element === undefined)
      throw ambiguous(settled[conflict.first], settled[conflict.second], pattern);
    settled[strict] = strictOf(element);
  }
}

function findConflict(elements: readonly PatternElement[]): { first: number; second: number } | undefined {
  for (const [first, element] of elements.entries()) {
    if (element.kind !== 'field' || !isVariable(element.form)) continue;
    const own = charactersOf(element.form);
    for (let second = first + 1; second < elements.length; second++) {
      const next = elements[second];
      if (next === undefined) break;
      if (next.kind === 'literal') {
        if (Array.from(next.text).some((character) => !own.has(character))) break;
      } else if (
        next.form.kind === 'labels'
          ? endsBeforeLabels(own, next.form.labels)
          : !overlap(own, charactersOf(next.form))
      ) {
        break;
      } else if (isVariable(next.form) || next.form.kind === 'labels') {
        return { first, second };
      }
    }
  }
  return undefined;
}

/** Labels of which none begins another are read in one way, whatever follows. */
function isVariable(form: FieldForm): boolean {
  switch (form.kind) {
    case 'padded':
      return !form.strict;
    case 'letters':
      return form.width === 0;
    case 'labels':
      return form.labels.some((a) => form.labels.some((b) => a !== b && b.startsWith(a)));
    case 'digits':
    case 'float':
      return true;
  }
}

function strictOf(element: PatternElement): PatternElement {
  if (element.kind !== 'field' || element.form.kind !== 'padded') return element;
  return { ...element, form: { ...element.form, strict: true } };
}

function isNumeric(element: PatternElement | undefined): boolean {
  return element?.kind === 'field' && element.form.kind !== 'labels' && element.form.kind !== 'letters';
}

function isGrowing(element: PatternElement | undefined): boolean {
  return element?.kind === 'field' && element.form.kind === 'padded' && !element.form.strict;
}

function charactersOf(form: FieldForm): ReadonlySet<string> {
  switch (form.kind) {
    case 'padded':
    case 'digits':
      return digits;
    case 'letters':
      return letters;
    case 'float':
      return floats;
    case 'labels':
      return characters(form.labels.join(''));
  }
}

function endsBeforeLabels(own: ReadonlySet<string>, labels: readonly string[]): boolean {
  return labels.every((label) => !own.has(Array.from(label)[0] ?? ''));
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return [...a].some((character) => b.has(character));
}

function characters(text: string): ReadonlySet<string> {
  return new Set(text);
}

function ambiguous(
  first: PatternElement | undefined,
  second: PatternElement | undefined,
  pattern: string,
): GantryError {
  const name = (element: PatternElement | undefined) => (element as PatternField | undefined)?.text ?? '';
  return new GantryError(
    'pattern-ambiguous',
    `\`${pattern}\` can be read in several ways: nothing shows where \`${name(first)}\` ends and \`${name(second)}\` begins`,
    { mend: 'Put a text such as `_` between them, or give the first one a fixed width, `{name:ddd}`.' },
  );
}
