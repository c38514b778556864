/** The options of `gantry retry` that name tasks of one run, whatever came of them. */

export interface ResubmitOptions {
  readonly failed?: boolean;
  readonly state?: readonly string[];
  readonly stage?: string;
  readonly place?: string;
  readonly task?: readonly string[];
  readonly forceBelow?: boolean;
  readonly dryRun?: boolean;
}

/** True where tasks of certain runs are meant, and not failures wherever they are. */
export function namesTasksOfRuns(targets: readonly string[], options: ResubmitOptions): boolean {
  const { failed, state, place, task, forceBelow, dryRun } = options;
  return (
    targets.length > 0 ||
    [failed, state, place, task, forceBelow, dryRun].some((value) => value !== undefined)
  );
}
