/** How many tasks are in which state: as a thin stacked bar, and as words. */
import type { TaskCounts } from '@gantry/model';
import classes from './count-bar.module.css';
import { formatCount } from './numbers.ts';
import { StateIcon } from './state-badge.tsx';
import { lookOf, shownOrder } from './state-looks.tsx';

/** `12 succeeded, 3 failed` */
function describeCounts(counts: TaskCounts): string {
  const parts = presentOf(counts).map(([state, count]) => `${formatCount(count)} ${lookOf(state).word}`);
  return parts.length === 0 ? 'no tasks yet' : parts.join(', ');
}

export function CountBar({ counts }: { readonly counts: TaskCounts }) {
  return (
    <div className={classes['bar']} role="img" aria-label={describeCounts(counts)}>
      {presentOf(counts).map(([state, count]) => (
        <div
          key={state}
          className={classes['part']}
          data-state={state}
          style={{ flexGrow: count, flexBasis: 0, backgroundColor: lookOf(state).color }}
        />
      ))}
    </div>
  );
}

export function CountList({ counts }: { readonly counts: TaskCounts }) {
  const present = presentOf(counts);
  if (present.length === 0) return <span className="quiet">no tasks yet</span>;
  return (
    <span className={`${classes['list']} figures`}>
      {present.map(([state, count]) => (
        <span key={state} style={{ display: 'inline-flex', alignItems: 'center', gap: '0.3em' }}>
          <StateIcon state={state} />
          {formatCount(count)} {lookOf(state).word}
        </span>
      ))}
    </span>
  );
}

function presentOf(counts: TaskCounts) {
  return shownOrder.flatMap((state) => {
    const count = counts[state] ?? 0;
    return count > 0 ? [[state, count] as const] : [];
  });
}
