/**
 * What the statements that advance a stage need to know of it: its axes, what it reads and what it makes, by the
 * ids of this run. Built by the engine from the compiled pipeline.
 */
import type { LatticeBounds, Place, Tolerance } from '@gantry/model';

export interface InputShape {
  /** The stage that produces the dataset; a source is a stage too. */
  readonly producer: number;
  /** Which of the producer's outputs, counted from 0. */
  readonly output: number;
  readonly dataset: number;
  readonly axes: readonly string[];
  /** Axes of the producer's tasks; fewer than `axes` where an output is one-to-many. */
  readonly unitAxes: readonly string[];
  readonly many: boolean;
  readonly required: boolean;
  readonly covering: boolean;
  /** Offsets of the places that a `neighbors` stage reads; undefined for the other forms of `over`. */
  readonly offsets: readonly Place[] | undefined;
  readonly bounds: LatticeBounds;
  /** True where one transaction may tell of a place twice: that declared extents promise it, and that it came. */
  readonly toldTwice: boolean;
}

export interface OutputShape {
  readonly name: string;
  readonly dataset: number;
  /** Number of axes that file names add to the task's. */
  readonly extra: number;
  /** False for outputs that may be missing. */
  readonly required: boolean;
  /** True where a later stage reads it. */
  readonly consumed: boolean;
}

export interface StageShape {
  readonly id: number;
  /** What the fingerprint of every task begins with. */
  readonly recipe: number;
  readonly axes: readonly string[];
  readonly inputs: readonly InputShape[];
  readonly outputs: readonly OutputShape[];
  readonly tolerate: Tolerance;
  /** True for `neighbors` with `edges: drop`. */
  readonly drop: boolean;
  /** How often a task may fail before the failure stands. */
  readonly tries: number;
  /** How many of its attempts may be lost in a row before it fails. */
  readonly losses: number;
  /** How long a failed task waits for its next try, in seconds; undefined where there is no wait. */
  readonly backoff?: { readonly first: number; readonly factor: number; readonly max: number } | undefined;
  /** True where a task may come to ask for more memory than its stage does. */
  readonly raisesMemory?: boolean;
}

export function isOneToMany(input: InputShape): boolean {
  return input.axes.length > input.unitAxes.length;
}

/** True where ready tasks may be kept from some claims: `ready_later` is looked into. */
export function keepsForLater(stage: StageShape): boolean {
  return stage.backoff !== undefined || stage.raisesMemory === true;
}
