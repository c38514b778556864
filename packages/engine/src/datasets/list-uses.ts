/**
 * What was made from an item: the tasks that read it, in the run that made its dataset and in the newest ones that
 * have it as a source. Reads only, as `list-readers.ts` says: a walk of at most so many tasks per stage and input.
 */
import { listReaders } from '@gantry/database';
import { listedNeighbours, placeAt, type ItemUse, type TaskState } from '@gantry/model';
import type { Engine } from '../engine.ts';
import type { DatasetItem } from './find-dataset-item.ts';

/** So many runs are looked at, the newest first. */
const mostRuns = 20;

export async function listUses(engine: Engine, item: DatasetItem): Promise<ItemUse[]> {
  const { rows: runs } = await engine.pool.query<{ run: number }>({
    name: 'runs-with-dataset',
    text: `SELECT g.run FROM stage_output o JOIN stage g ON g.id = o.stage WHERE o.dataset = $1
           UNION SELECT s.run FROM stage s WHERE s.dataset = $1 ORDER BY run DESC LIMIT ${mostRuns}`,
    values: [item.dataset.id],
  });
  const uses: ItemUse[] = [];
  for (const { run } of runs) {
    const plan = await engine.plan(run);
    for (const stage of plan.stages) {
      for (const [index, input] of stage.shape.inputs.entries()) {
        if (input.dataset !== item.dataset.id) continue;
        const tasks = await listReaders(engine.pool, stage.shape, index, item.place, listedNeighbours + 1);
        if (tasks.length === 0) continue;
        uses.push({
          ...{ run, runName: plan.name, stage: stage.name },
          tool: `${stage.compiled.tool.name}@${stage.compiled.tool.version}`,
          input: stage.compiled.inputs[index]?.name ?? '',
          tasks: tasks.slice(0, listedNeighbours).map(({ id, place, state, stale }) => ({
            ...{ id, stale, state: state as TaskState },
            place: placeAt(stage.compiled.axes, place),
          })),
          more: tasks.length > listedNeighbours,
          outputs: stage.compiled.outputs.map(({ name, type, axes }, at) => {
            const dataset = stage.shape.outputs[at]?.dataset;
            if (dataset === undefined) throw new Error(`output ${stage.name}.${name} has no dataset`);
            return { name, dataset, type, axes: [...axes] };
          }),
        });
      }
    }
  }
  return uses;
}
