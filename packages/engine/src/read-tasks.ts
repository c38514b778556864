/**
 * Lists of tasks and of what they made. Reads only.
 */
import { join } from 'node:path';
import { placeAt, type RunOutput, type TaskQuery, type TaskState, type TaskSummary } from '@gantry/model';
import type { Engine } from './engine.ts';

interface TaskRow {
  readonly id: number;
  readonly stage: number;
  readonly place: number[];
  readonly state: TaskState;
  readonly stale: boolean;
  readonly message: string | null;
}

/** Tasks of a run in the order of their ids, which is about that of stages and places. */
export async function listTasks(engine: Engine, run: number, query: TaskQuery): Promise<TaskSummary[]> {
  const plan = await engine.plan(run);
  const stages = plan.stages.filter(({ name }) => query.stage === undefined || name === query.stage);
  const { rows } = await engine.pool.query<TaskRow>(
    `SELECT t.id, t.stage, t.place, t.stale, CASE WHEN r.task IS NULL THEN t.state::text ELSE 'running' END AS state,
       (SELECT a.message FROM attempt a WHERE a.task = t.id ORDER BY a.id DESC LIMIT 1) AS message
     FROM task t LEFT JOIN running r ON r.task = t.id
     WHERE t.stage = ANY ($1) AND t.id > $2 AND t.state <> 'dropped'
       AND ($3::text IS NULL OR CASE WHEN r.task IS NULL THEN t.state::text ELSE 'running' END = $3)
     ORDER BY t.id LIMIT $4`,
    [stages.map(({ id }) => id), query.after ?? 0, query.state ?? null, query.limit],
  );
  return rows.map((row) => {
    const stage = stages.find(({ id }) => id === row.stage);
    return { ...row, stage: stage?.name ?? '', place: placeAt(stage?.compiled.axes ?? [], row.place) };
  });
}

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
