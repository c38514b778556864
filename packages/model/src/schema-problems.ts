/**
 * From issues of a schema to problems with code, line and mend. The schemas' own messages are the ends of sentences
 * ("must be `none` or `full`"); unknown keys carry their mend, see `closed-object.ts`.
 */
import type { z } from 'zod';
import type { FileProblem } from './file-problem.ts';
import { problemAt, type KeyPath, type YamlFile } from './read-yaml.ts';

/** The problems of a value that stands at `base` in the file. */
export function schemaProblems(
  error: z.ZodError,
  yaml: YamlFile,
  base: KeyPath,
  root: unknown,
): FileProblem[] {
  return error.issues.flatMap((issue) => {
    const inner = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
    return issueProblems(issue, yaml, [...base, ...inner], valueAt(root, inner));
  });
}

function issueProblems(
  issue: z.core.$ZodIssue,
  yaml: YamlFile,
  path: KeyPath,
  value: unknown,
): FileProblem[] {
  const field = path.length === 0 ? 'the file' : `\`${path.join('.')}\``;
  const problem = (code: string, message: string, mend: string): FileProblem[] => [
    problemAt(yaml, path, code, message, mend),
  ];
  if (issue.code === 'unrecognized_keys') {
    const mends = issue.message.split('\n');
    const owner = path.length === 0 ? 'the file' : field;
    return issue.keys.map((key, index) =>
      problemAt(
        yaml,
        [...path, key],
        'unknown-key',
        `${owner} has no key \`${key}\``,
        mends[index] ?? 'Remove it.',
      ),
    );
  }
  if (issue.code === 'invalid_key') {
    const rule = issue.issues[0]?.message ?? 'is not allowed';
    return problem('bad-name', `the name \`${String(path.at(-1))}\` cannot be used`, `It ${rule}.`);
  }
  const details = issue.code === 'custom' ? detailsOf(issue.params) : undefined;
  if (details !== undefined) return problem(details.code, issue.message, details.mend);
  if (value === undefined && issue.path.length > 0)
    return problem('missing-key', `${field} is missing`, `Add it: it ${sentence(issue)}.`);
  if (value === null)
    return problem('bad-value', `${field} is empty`, `It ${sentence(issue)}; or remove the key.`);
  const wanted = issue.code === 'invalid_type' && issue.expected === 'string';
  if (wanted && (typeof value === 'number' || typeof value === 'boolean'))
    return problem(
      'bad-value',
      `${field} cannot be ${nature(value)}`,
      `It must be a text: put it in quotes, "${String(value)}".`,
    );
  return problem('bad-value', `${field} cannot be ${nature(value)}`, `It ${sentence(issue)}.`);
}

/** What a value must be, as the end of a sentence; some checks have no words of their own. */
function sentence(issue: z.core.$ZodIssue): string {
  if (issue.message.startsWith('must')) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${expectation(issue.expected)}`;
    case 'too_small':
      return `must be ${issue.inclusive === false ? 'above' : 'at least'} ${String(issue.minimum)}${unit(issue.origin)}`;
    case 'too_big':
      return `must be ${issue.inclusive === false ? 'below' : 'at most'} ${String(issue.maximum)}${unit(issue.origin)}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_format':
      return issue.format === 'starts_with' ? 'must begin with `/`' : 'must have another form';
    default:
      return 'must have another form';
  }
}

function unit(origin: string): string {
  return origin === 'string' ? ' characters' : origin === 'array' ? ' items' : '';
}

function detailsOf(params: Record<string, unknown> | undefined): { code: string; mend: string } | undefined {
  const code = params?.['code'];
  const mend = params?.['mend'];
  return typeof code === 'string' && typeof mend === 'string' ? { code, mend } : undefined;
}

function expectation(expected: string): string {
  switch (expected) {
    case 'string':
      return 'a text';
    case 'int':
      return 'a whole number';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    case 'object':
    case 'record':
      return 'a mapping of keys';
    default:
      return expected;
  }
}

/** A value as a message shows it. */
function nature(value: unknown): string {
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  const short = shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
  switch (typeof value) {
    case 'string':
      return `the text \`${short}\``;
    case 'number':
      return `the number ${short}`;
    default:
      return `\`${short}\``;
  }
}

function valueAt(root: unknown, path: KeyPath): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[key];
  }
  return value;
}
