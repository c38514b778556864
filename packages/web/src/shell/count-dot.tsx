/** A small count at the corner of a sign. What it counts is said by the sign's own name. */
import { formatShort } from '../parts/numbers.ts';
import classes from './shell.module.css';

interface CountDotProps {
  readonly count: number;
  /** Colour of what went wrong, and not only of what is new. */
  readonly bad?: boolean;
}

export function CountDot({ count, bad = false }: CountDotProps) {
  if (count === 0) return null;
  return (
    <span className={`${classes['dot']} figures`} data-bad={bad || undefined} aria-hidden="true">
      {formatShort(count)}
    </span>
  );
}
