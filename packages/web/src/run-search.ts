/** What the address of a run's page says, beside the run. */
import type { TaskState } from '@gantry/model';

/** What a run's page shows. */
export interface RunSearch {
  readonly tab?: 'tasks' | 'measures' | 'timeline' | 'revisions' | undefined;
  readonly stage?: string | undefined;
  readonly state?: TaskState | undefined;
  /** The tasks that are ticked in the table: `12,15`. */
  readonly ticked?: string | undefined;
  /** `all`: a small map of every stage. */
  readonly maps?: 'all' | undefined;
  /** `pictures`, or a measure of the tasks: `duration`, `memory`, `cpu`, `result.NAME`. */
  readonly color?: string | undefined;
  /** The plane: `t=3,channel=1`. */
  readonly at?: string | undefined;
  /** Zoom and middle of the map: `4.5,120,80`, in squares. */
  readonly view?: string | undefined;
  /** The attempt whose log is shown. */
  readonly attempt?: number | undefined;
  /** The text that is looked for in the log. */
  readonly find?: string | undefined;
}
