/**
 * Rules across the fields of a tool file, which a schema of single fields cannot say. What a single reference may
 * name is left to `check-reference.ts`, what a pipeline asks of a tool to `compile-pipeline.ts`.
 */
import type { z } from 'zod';
import { checkReference, type ReferenceRules, type ReferencedTool } from './check-reference.ts';
import { isGantryError } from './errors.ts';
import { isInnerPath } from './inner-path.ts';
import { parsePattern } from './file-pattern.ts';
import { alternatives, formatReference, parseTemplate, type Argument } from './template.ts';
import { checkParamValue, type ToolParam } from './tool-param.ts';

/** The parts of a tool that the rules look at. */
interface CheckedTool extends ReferencedTool {
  readonly image?: string | undefined;
  readonly command: readonly Argument[];
  readonly args: readonly Argument[];
  readonly outputs: Readonly<Record<string, { path: string; pattern?: string | undefined; min: number }>>;
  readonly params: Readonly<Record<string, ToolParam>>;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly ports: Readonly<Record<string, number>>;
  readonly interactive?: { readonly port: string } | undefined;
}

/** Says what is wrong: the code, the path of keys, the message, the mend. */
type Report = (code: string, path: readonly (string | number)[], message: string, mend: string) => void;

/** Adds an issue, with `params: { code, mend }`, for every rule that the tool breaks. */
export function checkTool(tool: CheckedTool, context: z.RefinementCtx): void {
  const report: Report = (code, path, message, mend) => {
    context.addIssue({ code: 'custom', path: [...path], message, params: { code, mend }, input: tool });
  };
  checkShape(tool, report);
  checkParams(tool, report);
  checkNames(tool, report);
  checkOutputs(tool, report);
  checkCommand(tool, report);
}

function checkShape(tool: CheckedTool, report: Report): void {
  if (tool.command.length === 0 && tool.image === undefined)
    report(
      'tool-without-command',
      [],
      'the tool has neither `command` nor `image`',
      'Add `command: [program, argument, …]`.',
    );
  if (tool.args.length > 0 && tool.image === undefined)
    report(
      'args-without-image',
      ['args'],
      "`args` is appended to an image's entrypoint, and there is no `image`",
      'Put the arguments into `command`.',
    );
  if (tool.batch !== undefined && tool.worker !== undefined)
    report(
      'batch-and-worker',
      ['batch'],
      '`batch` and `worker` exclude each other',
      'Keep `worker` for a process that stays alive, or `batch` for one that is started for many places.',
    );
  if (tool.worker !== undefined && tool.command.length === 0)
    report(
      'worker-without-command',
      ['worker'],
      'a worker needs a `command` that stays alive',
      'Add `command: [program, argument, …]`.',
    );
  if (tool.interactive !== undefined && (tool.worker !== undefined || tool.batch !== undefined))
    report(
      'interactive-and-shared',
      ['interactive'],
      'an interactive tool is one process per person, not a `worker` or `batch`',
      'Remove `worker` and `batch`, or `interactive`.',
    );
  if (tool.interactive !== undefined && !Object.hasOwn(tool.ports, tool.interactive.port))
    report(
      'unknown-port',
      ['interactive', 'port'],
      `there is no port \`${tool.interactive.port}\``,
      `Add \`ports: { ${tool.interactive.port}: 8080 }\`.`,
    );
}

function checkParams(tool: CheckedTool, report: Report): void {
  for (const [name, param] of Object.entries(tool.params)) {
    if ('min' in param && param.min !== undefined && param.max !== undefined && param.min > param.max)
      report(
        'empty-range',
        ['params', name, 'min'],
        `the parameter \`${name}\` has a \`min\` above its \`max\``,
        'Swap them.',
      );
    const wrong = param.default === undefined ? undefined : checkParamValue(param, param.default);
    if (wrong !== undefined)
      report(
        'bad-default',
        ['params', name, 'default'],
        `the default of the parameter \`${name}\` ${wrong}`,
        'Change the default or the limits.',
      );
  }
}

/** Inputs, parameters and outputs share one name space: forms, tables and `--param` show them side by side. */
function checkNames(tool: CheckedTool, report: Report): void {
  const seen = new Map<string, string>();
  for (const group of ['inputs', 'params', 'outputs'] as const) {
    for (const name of Object.keys(tool[group])) {
      const earlier = seen.get(name);
      if (earlier !== undefined)
        report(
          'same-name',
          [group, name],
          `\`${name}\` is a name in \`${earlier}\` and in \`${group}\``,
          'Rename one of them.',
        );
      seen.set(name, group);
    }
  }
  for (const [index, secret] of tool.secrets.entries()) {
    if (Object.hasOwn(tool.env, secret) || tool.secrets.indexOf(secret) < index)
      report(
        'same-name',
        ['secrets', index],
        `\`${secret}\` is set twice in the environment`,
        'Remove one of them.',
      );
  }
}

function checkOutputs(tool: CheckedTool, report: Report): void {
  const paths = new Map<string, string>();
  for (const [name, output] of Object.entries(tool.outputs)) {
    const where = ['outputs', name, 'path'];
    checkTemplate(tool, output.path, where, { field: 'path' }, report);
    const literal = literalForm(output.path);
    if (literal !== undefined && !isInnerPath(literal))
      report(
        'output-path-outside',
        where,
        `the path \`${output.path}\` leaves the output folder`,
        'Write a relative path with `/` between its parts, without `..`.',
      );
    const other = paths.get(output.path);
    if (other !== undefined)
      report(
        'same-path',
        where,
        `the outputs \`${other}\` and \`${name}\` have the same path`,
        'Give each its own file or folder.',
      );
    paths.set(output.path, name);
    if (output.pattern === undefined) {
      if (output.min > 1)
        report(
          'min-without-pattern',
          ['outputs', name, 'min'],
          `the output \`${name}\` is one file, so \`min\` is 0 or 1`,
          'Add `pattern` for an output of many files, or lower `min`.',
        );
      continue;
    }
    try {
      const pattern = parsePattern(output.pattern);
      if (pattern.axes.length === 0)
        report(
          'pattern-without-axes',
          ['outputs', name, 'pattern'],
          `the pattern \`${output.pattern}\` names no axis`,
          'Add a field such as `{channel:d+}`, or remove `pattern` if there is one file.',
        );
    } catch (error) {
      if (!isGantryError(error)) throw error;
      report(error.code, ['outputs', name, 'pattern'], error.message, error.mend ?? '');
    }
  }
}

function checkCommand(tool: CheckedTool, report: Report): void {
  const rules: ReferenceRules = {
    field: 'command',
    shared: tool.worker !== undefined || tool.batch !== undefined,
  };
  for (const field of ['command', 'args'] as const) {
    for (const [index, argument] of tool[field].entries()) {
      if (typeof argument === 'string') checkTemplate(tool, argument, [field, index], rules, report);
      else argument.forEach((one, inner) => checkTemplate(tool, one, [field, index, inner], rules, report));
    }
  }
  for (const [name, value] of Object.entries(tool.env))
    checkTemplate(tool, value, ['env', name], { ...rules, field: 'env' }, report);
  if (tool.batch === undefined) return;
  const all = [...tool.command, ...tool.args].flat().join('\n');
  for (const file of ['manifest', 'results'])
    if (!all.includes(`\${batch.${file}}`))
      report(
        'batch-without-files',
        ['command'],
        `the command of a batch tool does not name \`\${batch.${file}}\``,
        `Add the argument "\${batch.${file}}".`,
      );
}

function checkTemplate(
  tool: CheckedTool,
  template: string,
  path: readonly (string | number)[],
  rules: ReferenceRules,
  report: Report,
): void {
  try {
    const parts = parseTemplate(template);
    for (const part of parts) {
      if (part.kind === 'text') continue;
      for (const one of alternatives(part)) {
        const wrong = checkReference(one.path, tool, { ...rules, alone: parts.length === 1 });
        if (wrong !== undefined)
          report(wrong.code, path, `${formatReference(part)}: ${wrong.message}`, wrong.mend);
      }
    }
  } catch (error) {
    if (!isGantryError(error)) throw error;
    report(error.code, path, error.message, error.mend ?? '');
  }
}

/** The path with a harmless text in the place of every reference; undefined where the template is malformed. */
function literalForm(template: string): string | undefined {
  try {
    return parseTemplate(template)
      .map((part) => (part.kind === 'text' ? part.text : 'x'))
      .join('');
  } catch (error) {
    if (isGantryError(error)) return undefined;
    throw error;
  }
}
