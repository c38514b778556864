/** What is wrong with a field of the form, and how it is mended. */
import type { FieldProblem } from '@gantry/model';
import classes from './new-run.module.css';

type Shown = Pick<FieldProblem, 'message' | 'mend'>;

/** For a field's own place for errors; undefined where there is none. */
export function fieldError(problems: readonly Shown[]) {
  const [first] = problems;
  if (first === undefined) return undefined;
  return (
    <span className={classes['fieldError']}>
      <strong>{sentence(first.message)}</strong> {first.mend}
    </span>
  );
}

/** Problems of one field. */
export function problemsAt(problems: readonly FieldProblem[], field: string): FieldProblem[] {
  return problems.filter((problem) => problem.line === 0 && problem.field === field);
}

/** Messages of programs begin small and end without a stop. */
export function sentence(message: string): string {
  const begun = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
