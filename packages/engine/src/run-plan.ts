/**
 * The plan of a run: its stages with the ids that they have in the database. It does not change while the run runs;
 * what does is read under the run's lock (`advance-run.ts`).
 */
import type { StageShape } from '@gantry/database';
import type { CompiledStage, LatticeBounds } from '@gantry/model';

export interface SourcePlan {
  /** The stage that stands for the source. */
  readonly id: number;
  readonly name: string;
  readonly dataset: number;
  readonly axes: readonly string[];
  readonly bounds: LatticeBounds;
}

export interface StagePlan {
  readonly id: number;
  readonly name: string;
  readonly compiled: CompiledStage;
  readonly toolDigest: string;
  /** Where the tool's files lie, for a trusted command. */
  readonly toolFolder: string;
  readonly shape: StageShape;
}

export interface RunPlan {
  readonly id: number;
  readonly project: number;
  readonly name: string;
  readonly sources: readonly SourcePlan[];
  /** In topological order. */
  readonly stages: readonly StagePlan[];
}
