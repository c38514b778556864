/** The stages of a run that have tasks which can be tried again, and how many. */
import type { RunDetail } from '@gantry/model';

export function retryableOf({ stages }: RunDetail): { readonly stage: string; readonly tasks: number }[] {
  return stages.flatMap(({ name, tasks: { failed = 0, cancelled = 0 } }) =>
    failed + cancelled === 0 ? [] : [{ stage: name, tasks: failed + cancelled }],
  );
}
