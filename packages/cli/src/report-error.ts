/**
 * How an error that ends a command is told: to a person, or as one JSON object. Exit codes are left to `exit-code-of.ts`.
 */
import { FileErrors, formatProblem, isGantryError, type FileProblem } from '@gantry/model';
import { RequestError } from '@gantry/client';
import { plural } from './numbers.ts';
import { makePrintable, paint, type Output } from './terminal.ts';

/** Everything that is wrong with a file, where the error is about one. */
function problemsOf(error: unknown): readonly FileProblem[] {
  if (error instanceof FileErrors || error instanceof RequestError) return error.problems;
  return [];
}

/** So many problems of a file are printed; a file of another kind may have thousands. */
const mostProblems = 20;

/** Writes what happened, to which file, and what to do. */
export function printError(output: Output, error: unknown): void {
  const problems = problemsOf(error);
  const head = paint(output, 'red', 'error:');
  for (const problem of problems.slice(0, mostProblems)) {
    output.line(`${head} ${makePrintable(formatProblem(problem))}`);
    output.line(`  ${makePrintable(problem.mend)}`);
  }
  if (problems.length > mostProblems)
    output.line(`${head} and ${plural(problems.length - mostProblems, 'more problem')}`);
  if (problems.length > 0) return;
  if (!isGantryError(error)) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    output.line(`${head} a fault of Gantry's own: ${makePrintable(what)}`);
    return;
  }
  const place = placeOf(error.file, error.line, error.message);
  output.line(`${head} ${makePrintable(`${place}${error.message}`)}`);
  if (error.mend !== undefined) output.line(`  ${makePrintable(error.mend)}`);
}

/** What `--json` writes instead of a result. */
export function describeError(error: unknown): object {
  if (!isGantryError(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return { error: { code: 'internal', message } };
  }
  const { code, message, mend, file, line, field } = error;
  const problems = problemsOf(error);
  return {
    error: { code, message, mend, file, line, field, ...(problems.length === 0 ? {} : { problems }) },
  };
}

/** `file:line: `, unless the message says it by itself. */
function placeOf(file: string | undefined, line: number | undefined, message: string): string {
  if (file === undefined || message.includes(file)) return '';
  return line === undefined ? `${file}: ` : `${file}:${line}: `;
}
