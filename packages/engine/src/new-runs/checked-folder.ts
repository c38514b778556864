/** What is known of a folder as the source of a run that is to be started. */
import type { ExpectedSource, FieldProblem } from '@gantry/model';
import type { NewFolder } from '../create-run.ts';

export interface CheckedFolder {
  /** Absent where something is wrong. */
  readonly folder?: NewFolder;
  readonly expected?: ExpectedSource;
  readonly items: number;
  /** Bytes, estimated for large folders; undefined where it was not asked for, or is not known. */
  readonly bytes?: number | undefined;
  readonly problems: readonly FieldProblem[];
  readonly warnings: readonly string[];
}
