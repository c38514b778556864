/**
 * File-name patterns: from a file's name to its place in a lattice, and back. Listing folders is left to storage,
 * matching whole lists of files to `index-files.ts`, guessing a pattern to `suggest-pattern.ts`.
 *
 * | form                 | stands for                                                                        |
 * |----------------------|-----------------------------------------------------------------------------------|
 * | `{row:ddd}`          | a number zero-padded to three digits; more digits only if the number needs them   |
 * | `{rrr}`              | short for `{row:ddd}`; also `c` col, `p` position, `t`, `z`                         |
 * | `{z:d+}`             | a number of any number of digits, leading zeros too                               |
 * | `{ch:(DAPI\|GFP)}`   | one of these texts, which are the places 0, 1, …                                    |
 * | `{_:d+}` `{_:c+}` `{_:f+}` | digits, letters, a decimal number: passed over                              |
 * | `{{` `}}`            | a literal brace                                                                   |
 *
 * All else is literal, `/` between folders included. An axis may come twice if both say the same.
 */
import { GantryError } from './errors.ts';
import { isInnerPath } from './inner-path.ts';
import { settleWidths } from './pattern-ambiguity.ts';
import { readPatternSyntax, type FieldForm, type PatternElement } from './pattern-syntax.ts';

/** The largest coordinate, which a database's integer can hold. */
export const maxCoordinate = 2_147_483_647;

export interface FilePattern {
  /** As it was written. */
  readonly text: string;
  /** The axes in the order in which the pattern first names them. */
  readonly axes: readonly string[];
  /** The place of a file name (a path below the folder, with `/`); undefined where it does not fit. */
  match(name: string): Record<string, number> | undefined;
  /**
   * The file name of a place; other axes are passed over. `match` gives the place back.
   * @throws GantryError `pattern-cannot-generate` for a missing axis, a number that does not fit, or a pattern with
   *   fields that are passed over.
   */
  generate(place: Readonly<Record<string, number>>): string;
}

/**
 * Reads a pattern.
 * @throws GantryError `pattern-syntax`, `pattern-text-axis`, `pattern-ambiguous` or `pattern-axis-twice`.
 */
export function parsePattern(text: string): FilePattern {
  const elements = settleWidths(readPatternSyntax(text), text);
  const axes = [
    ...new Set(elements.flatMap((element) => (element.kind === 'field' ? (element.axis ?? []) : []))),
  ];
  checkPath(text, elements);
  checkLabels(text, elements);
  const expression = new RegExp(`^${elements.map(expressionOf).join('')}$`, 'u');
  const fields = elements.filter((element) => element.kind === 'field');
  return {
    text,
    axes,
    match(name) {
      const found = expression.exec(name);
      if (found === null) return undefined;
      const place: Record<string, number> = {};
      for (const [index, field] of fields.entries()) {
        if (field.axis === undefined) continue;
        const value = valueOf(field.form, found[index + 1] ?? '');
        if (value > maxCoordinate) return undefined;
        if (Object.hasOwn(place, field.axis) && place[field.axis] !== value) return undefined;
        place[field.axis] = value;
      }
      return place;
    },
    generate(place) {
      return elements
        .map((element) =>
          element.kind === 'literal' ? element.text : textOf(element.axis, element.form, place, text),
        )
        .join('');
    },
  };
}

/** An element as a part of a regular expression with the flag `u`. */
export function expressionOf(element: PatternElement): string {
  if (element.kind === 'literal') return escapeExpression(element.text);
  return `(${formExpression(element.form)})`;
}

function formExpression(form: FieldForm): string {
  switch (form.kind) {
    case 'padded':
      return form.strict ? `[0-9]{${form.width}}` : `[0-9]{${form.width}}|[1-9][0-9]{${form.width},}`;
    case 'digits':
      return '[0-9]+';
    case 'letters':
      return form.width === 0 ? '[A-Za-z]+' : `[A-Za-z]{${form.width}}`;
    case 'float':
      return '[+-]?[0-9]+(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?';
    case 'labels':
      return form.labels.map((label) => escapeExpression(label)).join('|');
  }
}

function valueOf(form: FieldForm, text: string): number {
  return form.kind === 'labels' ? form.labels.indexOf(text) : Number(text);
}

function textOf(
  axis: string | undefined,
  form: FieldForm,
  place: Readonly<Record<string, number>>,
  pattern: string,
): string {
  if (axis === undefined)
    throw cannotGenerate(
      `the pattern \`${pattern}\` passes over a part of the name`,
      'Use a pattern without `{_:…}` where names are made.',
    );
  const value = Object.hasOwn(place, axis) ? place[axis] : undefined;
  if (value === undefined)
    throw cannotGenerate(
      `the place has no \`${axis}\`, which the pattern \`${pattern}\` names`,
      'Remove the field, or read a dataset with this axis.',
    );
  const wrong = `the place \`${axis}\` = ${value} does not fit the pattern \`${pattern}\``;
  if (!Number.isInteger(value) || value < 0 || value > maxCoordinate)
    throw cannotGenerate(wrong, `Places are whole numbers from 0 to ${maxCoordinate}.`);
  if (form.kind === 'labels') {
    const label = form.labels[value];
    if (label === undefined) throw cannotGenerate(wrong, `It has ${form.labels.length} labels, from 0.`);
    return label;
  }
  const text = form.kind === 'padded' ? String(value).padStart(form.width, '0') : String(value);
  if (form.kind === 'padded' && form.strict && text.length > form.width)
    throw cannotGenerate(wrong, 'Widen the field, or put a text such as `_` after it.');
  return text;
}

function checkPath(text: string, elements: readonly PatternElement[]): void {
  const shape = elements.map((element) => (element.kind === 'literal' ? element.text : '0')).join('');
  if (isInnerPath(shape)) return;
  throw new GantryError('pattern-syntax', `\`${text}\` is not a path below a folder`, {
    mend: 'Write a file name, or folders and a file name with `/` between them, without `..` or `\\`.',
  });
}

/** One axis cannot be numbers in one field and labels in another: the same place would have two meanings. */
function checkLabels(text: string, elements: readonly PatternElement[]): void {
  const seen = new Map<string, string>();
  for (const element of elements) {
    if (element.kind !== 'field' || element.axis === undefined) continue;
    const meaning = element.form.kind === 'labels' ? element.form.labels.join('|') : '';
    const earlier = seen.get(element.axis) ?? meaning;
    if (earlier !== meaning)
      throw new GantryError(
        'pattern-axis-twice',
        `\`${text}\` names the axis \`${element.axis}\` twice, with other values`,
        {
          mend: 'Write the same labels in both fields, or name one of them `_`.',
        },
      );
    seen.set(element.axis, meaning);
  }
}

/** `RegExp.escape` is not in all browsers yet; in a `u` expression only these characters may be escaped. */
function escapeExpression(text: string): string {
  return text.replace(/[$()*+./?[\\\]^{|}]/g, '\\$&');
}

function cannotGenerate(message: string, mend: string): GantryError {
  return new GantryError('pattern-cannot-generate', message, { mend });
}
