/** How many tasks are in which state: as a thin stacked bar, and as words. */
import type { TaskCounts, TaskState } from '@gantry/model';
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

interface CountListProps {
  readonly counts: TaskCounts;
  /** True while tasks come and go: what may be none at one moment keeps its place, so that nothing jumps. */
  readonly steady?: boolean;
}

const comingAndGoing: ReadonlySet<TaskState> = new Set(['running', 'ready']);

export function CountList({ counts, steady = false }: CountListProps) {
  const present = presentOf(counts, steady ? comingAndGoing : new Set());
  if (present.length === 0) return <span className="quiet">no tasks yet</span>;
  return (
    <span className={`${classes['list']} figures`}>
      {present.map(([state, count]) => (
        <span key={state} className={classes['count']} data-none={count === 0 || undefined}>
          <StateIcon state={state} />
          {formatCount(count)} {lookOf(state).word}
        </span>
      ))}
    </span>
  );
}

function presentOf(counts: TaskCounts, always: ReadonlySet<TaskState> = new Set()) {
  const any = Object.values(counts).some((count) => count > 0);
  return shownOrder.flatMap((state) => {
    const count = counts[state] ?? 0;
    return count > 0 || (any && always.has(state)) ? [[state, count] as const] : [];
  });
}
