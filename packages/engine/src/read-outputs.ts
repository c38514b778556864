/**
 * Lists of what the tasks of a run made. Reads only.
 */
import { join } from 'node:path';
import { placeAt, type RunOutput } from '@gantry/model';
import type { Engine } from './engine.ts';

/** What a run has made, by stage and output. @param store the store's folder, for absolute paths */
export async function listOutputs(engine: Engine, run: number, store: string): Promise<RunOutput[]> {
  const plan = await engine.plan(run);
  const outputs: RunOutput[] = [];
  for (const stage of plan.stages) {
    for (const [index, output] of stage.compiled.outputs.entries()) {
      const dataset = stage.shape.outputs[index]?.dataset;
      if (dataset === undefined) throw new Error(`output ${stage.name}.${output.name} has no dataset`);
      const { rows } = await engine.pool.query<{
        place: number[];
        name: string;
        path: string;
        size: number;
        checksum: string;
        modified: Date;
        stale: boolean;
      }>(
        `SELECT i.place, i.name, i.path, i.size, i.checksum, i.modified, t.state <> 'succeeded' OR t.stale AS stale
         FROM item i JOIN task t ON t.stage = $2 AND t.place = i.place[1:$3]
         WHERE i.dataset = $1 ORDER BY i.place`,
        [dataset, stage.id, stage.compiled.axes.length],
      );
      outputs.push({
        stage: stage.name,
        output: output.name,
        dataset,
        type: output.type,
        axes: [...output.axes],
        items: rows.map((row) => ({
          ...row,
          place: placeAt(output.axes, row.place),
          path: join(store, row.path),
          modified: row.modified.toISOString(),
        })),
      });
    }
  }
  return outputs;
}
