/** How much of something is used, as a thin bar with its words below. */
import classes from './meter.module.css';

interface MeterProps {
  readonly name: string;
  /** Undefined where it is not known, or nobody is there to use it. */
  readonly used: number | undefined;
  readonly all: number;
  /** What stands below the bar. */
  readonly words: string;
  /** So nearly full that somebody should look. */
  readonly tight?: boolean;
}

export function Meter({ name, used, all, words, tight = false }: MeterProps) {
  return (
    <div className={classes['meter']}>
      <div
        className={classes['track']}
        role="meter"
        aria-label={name}
        aria-valuenow={used ?? 0}
        aria-valuemin={0}
        aria-valuemax={all}
        aria-valuetext={words}
      >
        <div
          className={classes['fill']}
          data-tight={tight || undefined}
          style={{ width: `${Math.min(100, (100 * (used ?? 0)) / Math.max(all, 1))}%` }}
        />
      </div>
      <span className="quiet figures">{words}</span>
    </div>
  );
}
