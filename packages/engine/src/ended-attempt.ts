/**
 * What the engine is told of an attempt that has ended.
 */
import type { AttemptEnd } from '@gantry/model';

/** A file that an attempt made, for the output `output` of its stage. */
export interface MadeFile {
  readonly output: string;
  /** Coordinates that the file's name adds to the task's place; read from the name by the output's pattern if absent. */
  readonly extra?: readonly number[];
  readonly name: string;
  /** Relative to the store. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly checksum: string;
}

export interface EndedAttempt {
  readonly attempt: number;
  readonly end: AttemptEnd;
  readonly made: readonly MadeFile[];
  readonly started?: string | undefined;
  readonly ended?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly message?: string | undefined;
  readonly resources?: unknown;
  /** Numbers by name. */
  readonly results?: Readonly<Record<string, number>> | undefined;
  readonly log?: unknown;
}
