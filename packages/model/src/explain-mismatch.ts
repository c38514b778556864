/**
 * Why a file's name does not fit a pattern, in words for people: the first place where they part.
 */
import { expressionOf } from './file-pattern.ts';
import { settleWidths } from './pattern-ambiguity.ts';
import { readPatternSyntax, type PatternElement } from './pattern-syntax.ts';

/**
 * The end of a sentence that begins with the name: "ends in `.txt`, not in `.tif`".
 * @param pattern one that `parsePattern` takes, and that the name does not fit
 */
export function explainMismatch(pattern: string, name: string): string {
  const elements = settleWidths(readPatternSyntax(pattern), pattern);
  const last = elements.at(-1);
  if (last?.kind === 'literal' && !name.endsWith(last.text))
    return `ends in ${quote(endingOf(name, last.text))}, not in ${quote(last.text)}`;
  for (let count = elements.length; count > 0; count--) {
    const begun = new RegExp(`^${elements.slice(0, count).map(expressionOf).join('')}`, 'u').exec(name);
    if (begun === null) continue;
    const next = elements[count];
    if (next === undefined)
      return begun[0] === name
        ? 'has numbers that are too large, or that contradict each other'
        : `goes on with ${quote(name.slice(begun[0].length))} where the pattern ends`;
    return partsAt(next, name.slice(begun[0].length));
  }
  const [first] = elements;
  return first === undefined ? 'is not empty' : partsAt(first, name);
}

function partsAt(element: PatternElement, rest: string): string {
  const wanted =
    element.kind === 'literal' ? quote(element.text) : `${describeField(element)}, \`${element.text}\``;
  if (rest === '') return `ends where the pattern has ${wanted}`;
  return `has ${quote(rest)} where the pattern has ${wanted}`;
}

function describeField({ form }: Extract<PatternElement, { kind: 'field' }>): string {
  switch (form.kind) {
    case 'padded':
      return form.width === 1 ? 'a number' : `a number of ${form.width} digits`;
    case 'digits':
      return 'a number';
    case 'letters':
      return 'letters';
    case 'float':
      return 'a decimal number';
    case 'labels':
      return `one of ${form.labels.join(', ')}`;
  }
}

/** What a name has at its end instead of an ending: as long as that is, or from its first dot on. */
function endingOf(name: string, ending: string): string {
  const base = name.slice(name.lastIndexOf('/') + 1);
  const dot = ending.startsWith('.') ? base.indexOf('.') : -1;
  return dot > 0 ? base.slice(dot) : base.slice(-ending.length);
}

function quote(text: string): string {
  return `\`${text.length > 40 ? `${text.slice(0, 40)}…` : text}\``;
}
