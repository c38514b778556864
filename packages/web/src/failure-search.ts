/** What the address of the page of failures says. */
import type { FailureFilter, FailureGrouping, FailureOutcome } from '@gantry/model';

/** How far back failures are shown, in hours. */
export const windows = { '1h': 1, '24h': 24, '7d': 168 } as const;
export type FailureWindow = keyof typeof windows;

export interface FailuresSearch {
  /** `cause` if absent. */
  readonly by?: FailureGrouping | undefined;
  readonly run?: number | undefined;
  readonly stage?: string | undefined;
  readonly pipeline?: string | undefined;
  readonly since?: FailureWindow | undefined;
  readonly cause?: number | undefined;
  readonly outcome?: FailureOutcome | undefined;
  readonly agent?: string | undefined;
  readonly host?: string | undefined;
  /** The key of the group whose tasks are shown. */
  readonly open?: string | undefined;
  /** The tasks that are ticked: `12,15`. */
  readonly ticked?: string | undefined;
}

/** The filter that the address means now; a window begins so long ago. */
export function filterOf(search: FailuresSearch, now: number): FailureFilter {
  const { run, stage, pipeline, cause, outcome, agent, host, since } = search;
  const filter = { run, stage, pipeline, cause, outcome, agent, host };
  if (since === undefined) return filter;
  return { ...filter, since: new Date(now - windows[since] * 3_600_000).toISOString() };
}
