/** What the colours mean and how many squares there are of each; choosing one dims the others. */
import type { TaskState } from '@gantry/model';
import { Link } from '@tanstack/react-router';
import { formatCount } from '../parts/numbers.ts';
import type { RunSearch } from '../run-search.ts';
import { StateIcon } from '../parts/state-badge.tsx';
import { lookOf, shownOrder } from '../parts/state-looks.tsx';
import classes from './heat-map.module.css';
import type { MeasureLook } from './measures.ts';
import type { MeasureScale } from './paint-map.ts';

interface MapLegendProps {
  /** How many squares are in which state. */
  readonly counts: ReadonlyMap<TaskState | 'stale', number>;
  readonly only: TaskState | undefined;
}

export function MapLegend({ counts, only }: MapLegendProps) {
  const states = shownOrder.filter((state) => counts.has(state) || state === only);
  const stale = counts.get('stale');
  return (
    <div
      className={`${classes['legend']} figures`}
      role="group"
      aria-label="States; choose one to see it alone"
    >
      {states.map((state) => (
        <Link
          key={state}
          to="."
          search={(before: RunSearch) => ({ ...before, state: state === only ? undefined : state })}
          replace
          role="button"
          aria-pressed={state === only}
          className={classes['key']}
        >
          <StateIcon state={state} />
          {formatCount(counts.get(state) ?? 0)} {lookOf(state).word}
        </Link>
      ))}
      {stale !== undefined && (
        <span className={classes['key']}>
          <StateIcon state="stale" />
          {formatCount(stale)} of them stale
        </span>
      )}
    </div>
  );
}

interface MeasureLegendProps {
  readonly look: MeasureLook;
  readonly scale: MeasureScale | undefined;
}

/** The scale of a measure, with its ends. */
export function MeasureLegend({ look, scale }: MeasureLegendProps) {
  if (scale === undefined) return <span className="quiet">No task has told it here yet.</span>;
  return (
    <span className={`${classes['legend']} figures`} style={{ gap: '0.5rem' }}>
      {look.format(scale.least)}
      <span className={classes['ramp']} aria-hidden="true" />
      {look.format(scale.most)}
      <span className="quiet">last attempt</span>
    </span>
  );
}
