/**
 * Whether a `${…}` names something that exists, where it stands. What the names mean is left to
 * `template-scope.ts`; the two change together.
 */
import { suggestName } from './near-names.ts';
import { groupFields, itemFields, templateGroups } from './template-scope.ts';

/** The parts of a tool that references can name. */
export interface ReferencedTool {
  readonly inputs: Readonly<Record<string, { readonly many: boolean; readonly required: boolean }>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly params: Readonly<
    Record<string, { readonly type: string; readonly required: boolean; readonly default?: unknown }>
  >;
  readonly batch?: number | undefined;
  readonly worker?: string | undefined;
}

export interface ReferenceRules {
  /** The field that the template stands in. */
  readonly field: 'command' | 'env' | 'path';
  /** The process serves many places, so nothing of a single one can be named. */
  readonly shared?: boolean;
  /** The reference is the whole template, so a list may fill several arguments. */
  readonly alone?: boolean;
}

export interface WrongReference {
  readonly code: string;
  readonly message: string;
  readonly mend: string;
}

/** What is wrong with a reference; undefined if nothing. */
export function checkReference(
  path: readonly string[],
  tool: ReferencedTool,
  rules: ReferenceRules,
): WrongReference | undefined {
  const [group = '', name, ...rest] = path;
  const known = templateGroups.includes(group);
  if (!known) return unknownName(group, templateGroups);
  const forbidden = checkGroup(group, tool, rules);
  if (forbidden !== undefined) return forbidden;
  if (group === 'attempt') return name === undefined ? undefined : unknownName(name, []);
  if (name === undefined)
    return {
      code: 'template-unknown-name',
      message: 'a name must follow',
      mend: `Write \`\${${group}.NAME}\`.`,
    };
  switch (group) {
    case 'inputs':
      return checkInput(name, rest, tool, rules);
    case 'params':
      return checkParam(name, rest, tool, rules);
    case 'outputs':
      if (!Object.hasOwn(tool.outputs, name)) return unknownName(name, Object.keys(tool.outputs));
      return checkItemField(rest, ['path', 'name', 'stem', 'folder', 'root', 'relative']);
    case 'at':
    case 'project':
      return rest[0] === undefined ? undefined : unknownName(rest[0], []);
    default: {
      const fields: readonly string[] = Object.hasOwn(groupFields, group)
        ? groupFields[group as keyof typeof groupFields]
        : [];
      if (!fields.includes(name)) return unknownName(name, fields);
      return rest[0] === undefined ? undefined : unknownName(rest[0], []);
    }
  }
}

/** Groups that cannot be named in this field at all. */
function checkGroup(group: string, tool: ReferencedTool, rules: ReferenceRules): WrongReference | undefined {
  if (group === 'batch' && (tool.batch === undefined || rules.field === 'path'))
    return refuse(
      'is for the command of a tool with `batch: N`',
      'Add `batch: N`, or name the inputs and outputs one by one.',
    );
  if (rules.field === 'path' && ['outputs', 'tool', 'resources'].includes(group))
    return refuse(
      'cannot be part of the path of an output',
      'Use inputs, params, at, task, attempt, run or project.',
    );
  if (rules.shared === true && ['inputs', 'outputs', 'at', 'task', 'attempt'].includes(group))
    return refuse(
      `is of one place, and a ${tool.worker === undefined ? 'batch' : 'worker'} serves many`,
      'It is in the request that the tool reads: remove it from the command.',
    );
  return undefined;
}

function checkInput(
  name: string,
  rest: readonly string[],
  tool: ReferencedTool,
  rules: ReferenceRules,
): WrongReference | undefined {
  const input = Object.hasOwn(tool.inputs, name) ? tool.inputs[name] : undefined;
  if (input === undefined) return unknownName(name, Object.keys(tool.inputs));
  const indexed = /^\d+$/.test(rest[0] ?? '');
  if (indexed && !input.many)
    return refuse(
      `\`${name}\` is one item, not a list`,
      'Remove the number, or declare the input `many: true`.',
    );
  const fields = indexed ? rest.slice(1) : rest;
  if (fields[0] === 'manifest' && !indexed) {
    if (rules.field === 'path')
      return refuse('cannot be part of the path of an output', 'Use `name` or `stem`.');
    return fields[1] === undefined ? undefined : unknownName(fields[1], []);
  }
  const wrong = checkItemField(fields, itemFields, indexed ? [] : ['manifest']);
  if (wrong !== undefined) return wrong;
  if (rules.field === 'path') {
    if (!['name', 'stem', 'relative', 'at', 'meta'].includes(fields[0] ?? ''))
      return refuse(
        'is a whole path, which cannot be part of the path of an output',
        'Use its `name`, `stem` or `relative`.',
      );
    if (!input.required)
      return refuse('is optional, so the output might have no name', 'Name a required input.');
  }
  if (input.many && !indexed && (rules.alone !== true || rules.field !== 'command')) return listInside(rules);
  return undefined;
}

function checkParam(
  name: string,
  rest: readonly string[],
  tool: ReferencedTool,
  rules: ReferenceRules,
): WrongReference | undefined {
  const param = Object.hasOwn(tool.params, name) ? tool.params[name] : undefined;
  if (param === undefined) return unknownName(name, Object.keys(tool.params));
  const isList = param.type === 'array';
  const joined = isList && rest.length === 1 && rest[0] === 'joined';
  if (rest[0] !== undefined && !joined) return unknownName(rest.join('.'), isList ? ['joined'] : []);
  if (rules.field === 'path' && param.default === undefined && !param.required)
    return refuse(
      'may be absent, so the output might have no name',
      'Give the parameter a default or make it required.',
    );
  if (isList && !joined && (rules.alone !== true || rules.field !== 'command')) return listInside(rules);
  return undefined;
}

function checkItemField(
  fields: readonly string[],
  known: readonly string[],
  more: readonly string[] = [],
): WrongReference | undefined {
  const [field, key, extra] = fields;
  if (field === undefined) return undefined;
  const keyed = known.includes('size') ? ['at', 'meta'] : [];
  if (keyed.includes(field)) {
    if (key === undefined)
      return {
        code: 'template-unknown-name',
        message: 'a name must follow',
        mend: `Write \`${field}.NAME\`.`,
      };
    return extra === undefined ? undefined : unknownName(extra, []);
  }
  if (!known.includes(field)) return unknownName(field, [...known, ...keyed, ...more]);
  return key === undefined ? undefined : unknownName(key, []);
}

function listInside(rules: ReferenceRules): WrongReference {
  const mend =
    rules.field === 'command'
      ? 'Make it an argument of its own, or use `manifest` (inputs), a number (`${inputs.tiles.0}`) or `joined` (parameters).'
      : `A list cannot be used in ${rules.field === 'env' ? 'the environment' : 'a path'}: take one item of it, as in \`\${inputs.tiles.0.stem}\`.`;
  return { code: 'template-list-inside', message: 'is a list, where one text is needed', mend };
}

function unknownName(name: string, known: readonly string[]): WrongReference {
  return {
    code: 'template-unknown-name',
    message: `there is no \`${name}\``,
    mend:
      known.length === 0 ? `Remove \`${name}\`; literal text is written \`$\${\`.` : suggestName(name, known),
  };
}

function refuse(message: string, mend: string): WrongReference {
  return { code: 'template-not-here', message, mend };
}
