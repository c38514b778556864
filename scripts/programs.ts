/**
 * The programs of a folder (benchmarks, long tests), found by their files, each described by its first comment.
 */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { listFiles, repositoryRoot } from './repository.ts';

export interface Program {
  /** The file's name without `.ts`, as it is given on the command line. */
  readonly name: string;
  /** The file, relative to the repository's root. */
  readonly file: string;
  /** The first line of the file's comment. */
  readonly summary: string;
}

/**
 * The programs of a folder, by name. Files in folders below it are parts of them, not programs; of benchmarks,
 * those are programs that export `run`.
 */
export function listPrograms(folder: 'bench' | 'tests/long'): Program[] {
  return listFiles(`${folder}/*.ts`).flatMap((file) => {
    const source = readFileSync(join(repositoryRoot, file), 'utf8');
    if (folder === 'bench' && !/^export (async function|const) run\b/m.test(source)) return [];
    return [{ name: basename(file, '.ts'), file, summary: firstSentence(source) }];
  });
}

/** The first line of text of the comment that a file begins with. */
function firstSentence(source: string): string {
  return /^[/*\s]*([^\n*]*)/.exec(source)?.[1]?.trim() ?? '';
}

/** Says on standard error how to name a program, and which there are. */
export function printPrograms(
  folder: 'bench' | 'tests/long',
  usage: string,
  asked: string | undefined,
): void {
  const programs = listPrograms(folder);
  if (asked !== undefined) console.error(`There is no ${folder}/${asked}.ts.`);
  console.error(`usage: ${usage}`);
  if (programs.length === 0) console.error(`There are none in ${folder}/ yet.`);
  for (const { name, summary } of programs) console.error(`  ${name.padEnd(24)} ${summary}`);
}
