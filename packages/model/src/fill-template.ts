/**
 * Filling templates: from `${…}` and the values of one task to arguments. The argument vector goes to the
 * operating system as it is. Which values a task has is left to the engine.
 */
import { GantryError } from './errors.ts';
import { isInnerPath } from './inner-path.ts';
import { readReference, type TemplateScope } from './template-scope.ts';
import {
  escapeTemplate,
  formatReference,
  parseTemplate,
  type Argument,
  type TemplateReference,
} from './template.ts';

export interface FillOptions {
  /**
   * Groups that stay as references, such as `batch`, whose files only the agent can name. The results are then
   * templates again, with everything else escaped.
   */
  readonly keep?: readonly string[];
}

/**
 * The arguments that one element of a command becomes: one for most; none where a value that it names is absent
 * (an optional input or parameter); several where the whole element is a reference to a list. A nested list is left
 * out whole when one of its values is absent.
 * @throws GantryError `template-syntax`; `template-list-inside` for a list inside a larger argument;
 *   `template-value-missing` where the scope does not have what the template names.
 */
export function fillTemplate(template: Argument, scope: TemplateScope, options: FillOptions = {}): string[] {
  if (typeof template === 'string') return fillOne(template, scope, options) ?? [];
  const filled: string[] = [];
  for (const one of template) {
    const values = fillOne(one, scope, options);
    if (values === undefined) return [];
    filled.push(...values);
  }
  return filled;
}

/** The argument vector of a command; see `fillTemplate`. */
export function fillArguments(
  templates: readonly Argument[],
  scope: TemplateScope,
  options: FillOptions = {},
): string[] {
  return templates.flatMap((template) => fillTemplate(template, scope, options));
}

/** The one text that a template becomes (an environment variable, say); undefined where a value is absent. */
export function fillText(
  template: string,
  scope: TemplateScope,
  options: FillOptions = {},
): string | undefined {
  const values = fillOne(template, scope, options);
  if (values === undefined || values.length === 1) return values?.[0];
  throw new GantryError(
    'template-list-inside',
    `\`${template}\` is a list of ${values.length}, where one text is needed`,
  );
}

/**
 * The relative path of an output, with `/` between its parts.
 * @throws GantryError `output-path-outside` where the filled path is absolute, empty or leaves its folder.
 */
export function fillOutputPath(template: string, scope: TemplateScope): string {
  const path = fillText(template, scope);
  if (path !== undefined && isInnerPath(path)) return path;
  throw new GantryError('output-path-outside', `the output's path \`${template}\` became \`${path ?? ''}\``, {
    mend: 'An output lies in the folder of its attempt: a relative path without `..`, with no empty part.',
  });
}

/** The values of one template; undefined where one that it names is absent. */
function fillOne(template: string, scope: TemplateScope, options: FillOptions): string[] | undefined {
  const keep = options.keep ?? [];
  const literal = keep.length > 0 ? escapeTemplate : (text: string) => text;
  const parts = parseTemplate(template);
  const [only] = parts;
  if (parts.length === 1 && only?.kind === 'reference' && !isKept(only, keep)) {
    const value = readReference(only, scope);
    return value === undefined ? undefined : [value].flat().map(literal);
  }
  let filled = '';
  for (const part of parts) {
    if (part.kind === 'text') {
      filled += literal(part.text);
    } else if (isKept(part, keep)) {
      filled += formatReference(part);
    } else {
      const value = readReference(part, scope);
      if (value === undefined) return undefined;
      if (typeof value !== 'string') throw listInside(template, part);
      filled += literal(value);
    }
  }
  return [filled];
}

function isKept(reference: TemplateReference, keep: readonly string[]): boolean {
  return keep.includes(reference.path[0] ?? '');
}

function listInside(template: string, reference: TemplateReference): GantryError {
  return new GantryError(
    'template-list-inside',
    `${formatReference(reference)} is a list, inside \`${template}\``,
    {
      mend: 'Make it an argument of its own, which becomes one argument per item.',
    },
  );
}
