/**
 * Templates of a tool file: text with `${…}` references, `$${` for a literal `${`. Parsing, and what a template
 * names. Filling is left to `fill-template.ts`, whether a name exists to `check-tool.ts`. No shell ever sees one.
 */
import { GantryError } from './errors.ts';

/**
 * A reference such as `${inputs.tile.at.z}`: its dotted path, and the column (from 1) at which it stands. Of
 * `${project.sigma|params.sigma}` the first one counts that there is a value for.
 */
export interface TemplateReference {
  readonly kind: 'reference';
  readonly path: readonly string[];
  readonly column: number;
  readonly otherwise?: TemplateReference | undefined;
}

export type TemplatePart = { readonly kind: 'text'; readonly text: string } | TemplateReference;

/** A command's element: a template, or a list of them that is left out whole when one of its values is absent. */
export type Argument = string | readonly string[];

const referencePattern = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;

/**
 * The parts of a template, in order; texts are never empty and never stand side by side.
 * @throws GantryError `template-syntax` for an unclosed, empty or malformed `${…}`, with its column.
 */
export function parseTemplate(template: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let text = '';
  let position = 0;
  while (position < template.length) {
    if (template.startsWith('$${', position)) {
      text += '${';
      position += 3;
    } else if (template.startsWith('${', position)) {
      const end = template.indexOf('}', position);
      const reference = end < 0 ? undefined : template.slice(position + 2, end).trim();
      const paths = reference?.split('|');
      if (reference === undefined || paths?.every((path) => referencePattern.test(path)) !== true)
        throw templateSyntax(template, position, reference);
      if (text !== '') parts.push({ kind: 'text', text });
      text = '';
      parts.push(chain(paths, position + 1));
      position = end + 1;
    } else {
      text += template[position] ?? '';
      position += 1;
    }
  }
  if (text !== '') parts.push({ kind: 'text', text });
  return parts;
}

/** References of which each is for want of the one before it. */
function chain(paths: readonly string[], column: number): TemplateReference {
  const [first = '', ...others] = paths;
  const reference = { kind: 'reference' as const, path: first.split('.'), column };
  return others.length === 0 ? reference : { ...reference, otherwise: chain(others, column) };
}

/** The reference, and those that are for want of it, in order. */
export function alternatives(reference: TemplateReference): TemplateReference[] {
  const { otherwise } = reference;
  return otherwise === undefined ? [reference] : [reference, ...alternatives(otherwise)];
}

/** A template that stands for the text itself: every `${` in it is escaped. */
export function escapeTemplate(text: string): string {
  return text.replaceAll('${', '$$${');
}

/** `${inputs.tile}`, for messages. */
export function formatReference(reference: TemplateReference): string {
  return `\${${alternatives(reference)
    .map(({ path }) => path.join('.'))
    .join('|')}}`;
}

/** All that the templates of a command's element name, in order. */
export function templateUses(template: Argument): TemplateReference[] {
  const templates = typeof template === 'string' ? [template] : template;
  return templates.flatMap((one) =>
    parseTemplate(one).flatMap((part) => (part.kind === 'reference' ? alternatives(part) : [])),
  );
}

/** The templated fields of a tool that this module needs. */
interface TemplatedTool {
  readonly command: readonly Argument[];
  readonly args: readonly Argument[];
  readonly env: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, { readonly path: string }>>;
}

/** True where a template names the task, the attempt or the run: such a tool's results are not cached. */
export function usesIdentity(tool: TemplatedTool): boolean {
  const paths = Object.values(tool.outputs).map((output) => output.path);
  return [...tool.command, ...tool.args, ...Object.values(tool.env), ...paths]
    .flatMap((template) => templateUses(template))
    .some((use) => use.path[0] === 'task' || use.path[0] === 'attempt' || use.path[0] === 'run');
}

function templateSyntax(template: string, position: number, reference: string | undefined): GantryError {
  const at = `in \`${template}\` at column ${position + 1}`;
  if (reference === undefined)
    return new GantryError('template-syntax', `a \`\${\` is not closed ${at}`, {
      mend: 'Close it with `}`, or write `$${` for a literal `${`.',
    });
  return new GantryError('template-syntax', `\`\${${reference}}\` is not a name ${at}`, {
    mend: 'Write a dotted name such as `${inputs.tile.stem}`, or several with a bare `|` between; there are no expressions.',
  });
}
