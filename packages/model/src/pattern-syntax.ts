/**
 * The syntax of file-name patterns: from text to literals and fields. Which patterns are ambiguous is left to
 * `pattern-ambiguity.ts`, matching and generating to `file-pattern.ts`, which documents the whole form.
 */
import { GantryError } from './errors.ts';
import { listNames } from './near-names.ts';

/** What a field's characters are. */
export type FieldForm =
  /** `ddd`: zero-padded to `width`; longer only where the number needs it. `strict`: never longer. */
  | { readonly kind: 'padded'; readonly width: number; readonly strict: boolean }
  /** `d+`: any number of digits. */
  | { readonly kind: 'digits' }
  /** `c+`, `ccc`: letters; `width` 0 for any number. Only to be passed over. */
  | { readonly kind: 'letters'; readonly width: number }
  /** `f+`: a decimal number. Only to be passed over. */
  | { readonly kind: 'float' }
  /** `(DAPI|GFP)`: one of these texts, which mean 0, 1, … */
  | { readonly kind: 'labels'; readonly labels: readonly string[] };

export interface PatternField {
  readonly kind: 'field';
  /** The axis; undefined for `_`, which is passed over. */
  readonly axis: string | undefined;
  readonly form: FieldForm;
  /** As written, with its braces. */
  readonly text: string;
}

export type PatternElement = { readonly kind: 'literal'; readonly text: string } | PatternField;

const shortAxes: Readonly<Record<string, string>> = { r: 'row', c: 'col', p: 'position', t: 't', z: 'z' };

const forms =
  'Write `{row:ddd}` (zero-padded), `{z:d+}` (any digits), `{channel:(DAPI|GFP)}` (labels), or `{rrr}`.';

/**
 * The literals and fields of a pattern, in order.
 * @throws GantryError `pattern-syntax`, with the column and the mend.
 */
export function readPatternSyntax(pattern: string): PatternElement[] {
  const elements: PatternElement[] = [];
  let literal = '';
  let position = 0;
  while (position < pattern.length) {
    const two = pattern.slice(position, position + 2);
    const character = pattern[position] ?? '';
    if (two === '{{' || two === '}}') {
      literal += character;
      position += 2;
    } else if (character === '}') {
      throw syntax(pattern, position, 'a `}` without its `{`', 'Write `}}` for a literal brace.');
    } else if (character === '{') {
      const end = pattern.indexOf('}', position);
      if (end < 0)
        throw syntax(
          pattern,
          position,
          'a `{` that is not closed',
          'Close it with `}`, or write `{{` for a literal brace.',
        );
      if (literal !== '') elements.push({ kind: 'literal', text: literal });
      literal = '';
      elements.push(readField(pattern, position, pattern.slice(position + 1, end)));
      position = end + 1;
    } else {
      literal += character;
      position += 1;
    }
  }
  if (literal !== '') elements.push({ kind: 'literal', text: literal });
  return elements;
}

/** A literal text as a pattern has it. */
export function escapePattern(text: string): string {
  return text.replaceAll('{', '{{').replaceAll('}', '}}');
}

function readField(pattern: string, position: number, inner: string): PatternField {
  const text = `{${inner}}`;
  const short = /^([A-Za-z])\1*$/.exec(inner);
  if (short !== null) {
    const letter = short[1] ?? '';
    const axis = Object.hasOwn(shortAxes, letter) ? shortAxes[letter] : undefined;
    if (axis === undefined)
      throw syntax(
        pattern,
        position,
        `the short field \`${text}\` is not known`,
        `Short fields are of ${listNames(Object.keys(shortAxes), 'and')}; write \`{${letter}:${'d'.repeat(inner.length)}}\` for an axis \`${letter}\`.`,
      );
    return { kind: 'field', axis, form: { kind: 'padded', width: inner.length, strict: false }, text };
  }
  const colon = inner.indexOf(':');
  const name = colon < 0 ? inner : inner.slice(0, colon);
  if (colon < 0 || !/^(?:_|[A-Za-z][A-Za-z0-9_]*)$/.test(name))
    throw syntax(pattern, position, `\`${text}\` is not a field`, forms);
  const form = readForm(pattern, position, inner.slice(colon + 1), text);
  const axis = name === '_' ? undefined : name;
  if (axis !== undefined && form.kind === 'letters')
    throw new GantryError(
      'pattern-text-axis',
      `letters cannot be the places of the axis \`${axis}\`, in \`${pattern}\``,
      {
        mend: `List them, \`{${axis}:(DAPI|GFP)}\`, which makes them 0, 1, …; or pass over them by \`{_:c+}\`.`,
      },
    );
  if (axis !== undefined && form.kind === 'float')
    throw new GantryError(
      'pattern-text-axis',
      `decimal numbers cannot be the places of the axis \`${axis}\`, in \`${pattern}\``,
      {
        mend: 'Places are whole numbers: pass over it by `{_:f+}`.',
      },
    );
  return { kind: 'field', axis, form, text };
}

function readForm(pattern: string, position: number, form: string, text: string): FieldForm {
  if (/^d+$/.test(form)) return { kind: 'padded', width: form.length, strict: false };
  if (form === 'd+') return { kind: 'digits' };
  if (form === 'c+') return { kind: 'letters', width: 0 };
  if (/^c+$/.test(form)) return { kind: 'letters', width: form.length };
  if (/^f+\+?$/.test(form)) return { kind: 'float' };
  if (form.startsWith('(') && form.endsWith(')')) {
    const labels = form.slice(1, -1).split('|');
    if (labels.some((label) => label === '' || label.includes('/')))
      throw syntax(pattern, position, `\`${text}\` has an empty label, or one with a \`/\``, forms);
    const twice = labels.find((label, index) => labels.indexOf(label) < index);
    if (twice !== undefined)
      throw syntax(pattern, position, `\`${text}\` lists \`${twice}\` twice`, 'List every label once.');
    return { kind: 'labels', labels };
  }
  throw syntax(pattern, position, `\`${text}\` is not a field`, forms);
}

function syntax(pattern: string, position: number, what: string, mend: string): GantryError {
  return new GantryError('pattern-syntax', `${what}, in \`${pattern}\` at column ${position + 1}`, { mend });
}
