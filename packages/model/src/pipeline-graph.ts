/**
 * The compiled pipeline: what validation makes of a pipeline file and its tools, and what the engine, the
 * reference model and the command line work from. Reading files is left to `compile-pipeline.ts`.
 */
import type { DatasetType } from './dataset-type.ts';
import type { Over } from './over.ts';
import type { ToolManifest } from './tool-manifest.ts';

export type { DatasetType } from './dataset-type.ts';

/** A share of the places that a group may lack: a number of places, or a fraction in [0, 1] of those not absent. */
export type Tolerance = { readonly places: number } | { readonly fraction: number };

/** Where an input's items come from: a source of the pipeline, or an output of an earlier stage. */
export type Origin =
  | { readonly kind: 'source'; readonly source: string }
  | { readonly kind: 'output'; readonly stage: string; readonly output: string };

export interface CompiledSource {
  readonly name: string;
  readonly type: DatasetType;
  /** Ordered names of the lattice's axes; empty for a dataset of one item. */
  readonly axes: readonly string[];
  /** Per axis, its declared first and last coordinate, and the planes that are passed over. */
  readonly extents?: Readonly<Record<string, readonly [number, number]>>;
  readonly skip?: Readonly<Record<string, readonly number[]>>;
}

export interface CompiledInput {
  readonly name: string;
  readonly origin: Origin;
  readonly type: DatasetType;
  /** Axes of the dataset that is read. */
  readonly axes: readonly string[];
  readonly many: boolean;
  readonly required: boolean;
  /** True where the input contributes places: the task's places are the natural join of the covering inputs. */
  readonly covering: boolean;
}

export interface CompiledOutput {
  readonly name: string;
  readonly type: DatasetType;
  /** The task's axes, then the axes that one-to-many file names add. */
  readonly axes: readonly string[];
  /** Axes that a one-to-many output adds to the task's; empty for one item per task. */
  readonly extraAxes: readonly string[];
  /** Fewest items that a successful task makes; 0 makes the output optional. */
  readonly min: number;
}

export interface CompiledStage {
  readonly name: string;
  readonly tool: ToolManifest;
  readonly over: Over;
  /** Axes of the stage's tasks, in order. */
  readonly axes: readonly string[];
  /** The first is the primary one. */
  readonly inputs: readonly CompiledInput[];
  readonly outputs: readonly CompiledOutput[];
  readonly params: Readonly<Record<string, unknown>>;
  readonly tolerate: Tolerance;
  /** How many of its tasks may run at once; any number if absent. */
  readonly limit?: number;
  /** False where results are neither taken from earlier runs nor kept for later ones. */
  readonly cache?: boolean;
  /** What an agent must have, and the pool that it must be of, to take its tasks. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly pool?: string;
}

export interface CompiledPipeline {
  readonly name: string;
  readonly sources: readonly CompiledSource[];
  /** In topological order: a stage comes after all that it reads. */
  readonly stages: readonly CompiledStage[];
}
