/**
 * What is wrong with a file that a person wrote: all problems at once, each with its line and its mend.
 * Finding them is left to the parsers and checks; printing them to `cli`, `server` and `web`.
 */
import { GantryError } from './errors.ts';

export interface FileProblem {
  /** Stable and kebab-case, such as `unknown-tool`. */
  readonly code: string;
  /** What is wrong, without file and line. */
  readonly message: string;
  /** Or what else was written, such as `--param fix.sigma=3`. */
  readonly file: string;
  /** From 1; 0 for what is no file. */
  readonly line: number;
  /** Dotted path of the key, such as `stages.stitch.inputs.tiles`; empty for the whole file. */
  readonly field: string;
  /** What to do about it. */
  readonly mend: string;
}

/** One or more problems of a file. With one problem, the error's own code, line and mend are that problem's. */
export class FileErrors extends GantryError {
  readonly problems: readonly FileProblem[];

  constructor(problems: readonly FileProblem[]) {
    const sorted = [...problems].sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
    const [first] = sorted;
    const only = sorted.length === 1 ? first : undefined;
    super(only?.code ?? 'file-problems', sorted.map(formatProblem).join('\n'), {
      file: first?.file,
      line: first?.line === 0 ? undefined : first?.line,
      field: only?.field,
      mend:
        only?.mend ??
        (first === undefined ? undefined : `Mend the ${sorted.length} problems of ${first.file}.`),
    });
    this.name = 'FileErrors';
    this.problems = sorted;
  }
}

/** `pipeline.yaml:4: there is no tool …`, without the mend. */
export function formatProblem(problem: FileProblem): string {
  return `${problem.file}:${problem.line === 0 ? '' : `${problem.line}:`} ${problem.message}`;
}
