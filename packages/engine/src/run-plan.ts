/**
 * The plan of a run: its stages with the ids that they have in the database. An edit makes another one, of the next
 * revision; under the run's lock `currentPlan` (`engine.ts`) has the one that holds. What changes otherwise is read under
 * the run's lock (`advance-run.ts`).
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
  /** The revision that added it. */
  readonly added: number;
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
  /** From 1; an edit of the pipeline makes the next one. */
  readonly revision: number;
  /** Whether its results are taken from the cache, and given to it. */
  readonly cache: boolean;
  /** The agents that take its tasks, where a stage names none; those of no pool if undefined. */
  readonly pool: string | undefined;
  readonly sources: readonly SourcePlan[];
  /** In topological order. */
  readonly stages: readonly StagePlan[];
  /** Those that edits have removed: their data stay, and nothing of them runs. */
  readonly removed: readonly StagePlan[];
}

/** A stage by its id, be it removed or not. */
export function findStage(plan: RunPlan, id: number): StagePlan {
  const stage = [...plan.stages, ...plan.removed].find((one) => one.id === id);
  if (stage === undefined) throw new Error(`run ${plan.id} has no stage ${id}`);
  return stage;
}
