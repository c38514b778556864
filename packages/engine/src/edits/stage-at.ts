/**
 * A stage as a revision of the run's pipeline had it: by which tool and which parameters an attempt was made that is older
 * than the last edit.
 */
import type { CompiledPipeline } from '@gantry/model';
import type { Engine } from '../engine.ts';
import type { RunPlan, StagePlan } from '../run-plan.ts';

/** What it reads is what it reads now. */
export async function stageAt(
  engine: Engine,
  plan: RunPlan,
  stage: StagePlan,
  revision: number,
): Promise<StagePlan> {
  if (revision >= plan.revision) return stage;
  const { rows } = await engine.pool.query<{
    pipeline: CompiledPipeline;
    tools: Record<string, { digest: string; folder: string } | undefined>;
  }>(
    `SELECT p.file AS pipeline, v.tools FROM run_revision v JOIN pipeline p ON p.id = v.pipeline
     WHERE v.run = $1 AND v.revision = $2`,
    [plan.id, revision],
  );
  const [row] = rows;
  const then = row?.pipeline.stages.find(({ name }) => name === stage.name);
  if (row === undefined || then === undefined) return stage;
  const tool = row.tools[stage.name];
  return {
    ...stage,
    compiled: { ...then, inputs: stage.compiled.inputs },
    toolDigest: tool?.digest ?? stage.toolDigest,
    toolFolder: tool?.folder ?? stage.toolFolder,
  };
}
