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
      <strong>
        <Words text={sentence(first.message)} />
      </strong>{' '}
      <Words text={first.mend} />
    </span>
  );
}

/** Problems of one field. */
export function problemsAt(problems: readonly FieldProblem[], field: string): FieldProblem[] {
  return problems.filter((problem) => problem.line === 0 && problem.field === field);
}

/** A text in which what is between backticks is code. */
export function Words({ text }: { readonly text: string }) {
  return text
    .split('`')
    .map((part, index) =>
      index % 2 === 1 ? <code key={index}>{part}</code> : <span key={index}>{part}</span>,
    );
}

/** Messages of programs begin small, but for names of files, and end without a stop. */
export function sentence(message: string): string {
  const isWord = /^[a-z]+[ ,]/.test(message);
  const begun = isWord ? message.charAt(0).toUpperCase() + message.slice(1) : message;
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
