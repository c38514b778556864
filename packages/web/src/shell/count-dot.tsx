/** A small count at the corner of a sign. What it counts is said by the sign's own name. */
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
      {shorten(count)}
    </span>
  );
}

/** `7`, `99`, `1k`, `12k`, `1M`: three characters at most. */
export function shorten(count: number): string {
  if (count < 1000) return String(count);
  if (count < 1_000_000) return `${Math.floor(count / 1000)}k`;
  return `${Math.floor(count / 1_000_000)}M`;
}
