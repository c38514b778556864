/**
 * The graph of a run, `GET /api/v1/runs/ID/graph`: what does not change while the run runs. Counts are in `RunDetail`.
 */
import { z } from 'zod';
import { datasetTypes } from './dataset-type.ts';

export const runGraphSchema = z.object({
  sources: z.array(z.object({ name: z.string(), type: z.string(), axes: z.array(z.string()) })),
  /** In topological order. */
  stages: z.array(
    z.object({
      name: z.string(),
      tool: z.string(),
      /** The tool's title for people. */
      title: z.string(),
      axes: z.array(z.string()),
      /** Numbers that its tasks tell of themselves. */
      results: z.array(z.object({ name: z.string(), title: z.string(), unit: z.string().nullable() })),
      outputs: z.array(
        z.object({
          name: z.string(),
          type: z.enum(datasetTypes),
          /** Absent where the pipeline is not a run yet. */
          dataset: z.int().optional(),
          axes: z.array(z.string()),
        }),
      ),
    }),
  ),
  edges: z.array(
    z.object({
      /** A source or a stage. */
      from: z.string(),
      to: z.string(),
      input: z.string(),
      /** The output that is read; absent for a source. */
      output: z.string().optional(),
      /** How the stage walks what it reads: `each`, `all`, `group z`, `z 0,+1`. */
      pattern: z.string(),
    }),
  ),
});

export type RunGraph = z.infer<typeof runGraphSchema>;
