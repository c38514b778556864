/** How far a run is: what is finished, the rate and the time left. */
import type { RunSummary } from '@gantry/model';
import { countAll, countFinished, rateOf } from '../live/rates.ts';
import { formatCount, formatRate, formatRough } from './numbers.ts';
import { useNow } from './relative-time.tsx';

export interface Progress {
  readonly finished: number;
  readonly all: number;
  /** `12.4 tasks/s`, or that it waits; undefined while nothing can be said, and at the end. */
  readonly rate: string | undefined;
  readonly left: string | undefined;
}

function useProgress(run: RunSummary): Progress {
  // The rate falls by itself when nothing comes.
  useNow();
  const [finished, all] = [countFinished(run.tasks), countAll(run.tasks)];
  const open = all - finished - (run.tasks.blocked ?? 0);
  const perSecond = run.state === 'active' ? rateOf(run.id) : undefined;
  if (perSecond === undefined || perSecond === 0)
    return { finished, all, rate: isWaiting(run) ? 'waiting for more to come' : undefined, left: undefined };
  return {
    finished,
    all,
    rate: formatRate(perSecond),
    left: open === 0 ? undefined : formatRough(open / perSecond),
  };
}

/** Whether it can do nothing at the moment, and goes on when more comes. */
function isWaiting({ state, tasks }: RunSummary): boolean {
  return state === 'active' && (tasks.ready ?? 0) + (tasks.running ?? 0) === 0;
}

/** `120 of 400 tasks · 12 tasks/s · 23 s left` */
export function ProgressWords({ run }: { readonly run: RunSummary }) {
  const { finished, all, rate, left } = useProgress(run);
  const parts = [
    `${formatCount(finished)} of ${formatCount(all)} tasks`,
    ...(rate === undefined ? [] : [rate]),
    ...(left === undefined ? [] : [`${left} left`]),
  ];
  return <span className="figures">{parts.join(' · ')}</span>;
}
