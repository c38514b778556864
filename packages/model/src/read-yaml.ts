/**
 * A YAML file as plain values, with the line of every key. What the values should be is left to the schemas.
 */
import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
} from 'yaml';
import { FileErrors, type FileProblem } from './file-problem.ts';

/** A path of keys and indexes, from the top of the file. */
export type KeyPath = readonly (string | number)[];

export interface YamlFile {
  /** The name as it appears in messages. */
  readonly file: string;
  readonly value: unknown;
  /** The line (from 1) of the key or item at a path, or of the nearest one around it that exists. */
  lineOf(path: KeyPath): number;
}

/**
 * Reads one YAML 1.2 document.
 * @throws FileErrors with `yaml-syntax`, `duplicate-key` or `empty-file`.
 */
export function readYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  const problems = [...document.errors, ...document.warnings].map((error): FileProblem => {
    // What is missing at the end of the file is missing from its last line that has text.
    const line = lines.linePos(Math.min(error.pos[0], text.trimEnd().length)).line;
    const duplicate = error.code === 'DUPLICATE_KEY';
    return {
      code: duplicate ? 'duplicate-key' : 'yaml-syntax',
      message: duplicate
        ? `\`${keyAt(text, error.pos[0])}\` is there twice`
        : describe(error.code, error.message),
      file,
      line,
      field: '',
      mend: duplicate ? 'Rename or remove one of the two.' : mendOf(error.code),
    };
  });
  // A key such as `{ a: b }:` is mostly a text with a brace that was not quoted.
  visit(document, {
    Pair(_, pair) {
      if (!isCollection(pair.key)) return;
      problems.push({
        code: 'yaml-syntax',
        message: 'a list or a mapping cannot be a key',
        file,
        line: lines.linePos(startOf(pair.key) ?? 0).line,
        field: '',
        mend: 'Put a text with brackets or braces in quotes.',
      });
    },
  });
  if (problems.length > 0) throw new FileErrors(problems);
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null))
    throw new FileErrors([
      {
        code: 'empty-file',
        message: 'the file is empty',
        file,
        line: 1,
        field: '',
        mend: 'Begin it with `gantry: pipeline/v1` or `gantry: tool/v1`.',
      },
    ]);
  return { file, value: toValue(document, file), lineOf: (path) => lineAt(document, lines, path) };
}

/** A problem of this file at the line of a path. */
export function problemAt(
  yaml: YamlFile,
  path: KeyPath,
  code: string,
  message: string,
  mend: string,
): FileProblem {
  return { code, message, file: yaml.file, line: yaml.lineOf(path), field: path.join('.'), mend };
}

function toValue(document: Document, file: string): unknown {
  try {
    return document.toJS() as unknown;
  } catch (error) {
    // Thrown for an alias that expands without end, or that has no anchor.
    const message = error instanceof Error ? error.message : String(error);
    throw new FileErrors([
      {
        code: 'yaml-syntax',
        message: `an alias cannot be resolved: ${message}`,
        file,
        line: 1,
        field: '',
        mend: 'Write the values out instead of `*alias`.',
      },
    ]);
  }
}

function lineAt(document: Document, lines: LineCounter, path: KeyPath): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (pair === undefined) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof key === 'number') {
      const item: unknown = node.items[key];
      offset = startOf(item) ?? offset;
      node = item;
    } else {
      break;
    }
  }
  return lines.linePos(offset).line;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

function keyAt(text: string, offset: number): string {
  return /^["']?([^"':\s,}]+)/.exec(text.slice(offset, offset + 200))?.[1] ?? 'a key';
}

function describe(code: string, message: string): string {
  if (code === 'TAB_AS_INDENT') return 'the line is indented by a tab';
  return `this is not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

function mendOf(code: string): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'Indent with spaces.';
    case 'MULTIPLE_DOCS':
      return 'Write one document per file, without a `---` in its midst.';
    case 'BAD_INDENT':
    case 'MISSING_CHAR':
      return 'Look at the brackets, quotes, colons and the indentation of this line and the one above.';
    default:
      return 'Look at this line and the one above; texts with `: `, `#`, `{` or `@` need quotes.';
  }
}
