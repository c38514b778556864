/** A cause with its gaps: what differs from task to task stands back. */
import { causeGaps } from '@gantry/model';
import classes from './failures.module.css';

export function CauseText({ text }: { readonly text: string }) {
  return (
    <>
      {text.split(causeGaps).map((part, index) =>
        index % 2 === 0 ? (
          part
        ) : (
          <span key={index} className={classes['gap']}>
            {part.slice(1, -1)}
          </span>
        ),
      )}
    </>
  );
}
