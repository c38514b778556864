/**
 * What a task did, `GET /api/v1/tasks/ID/work?attempt=`: its command as it was filled in, and the items that it made.
 */
import { z } from 'zod';
import { datasetTypes } from './dataset-type.ts';

export const taskWorkSchema = z.object({
  /** Absent before the first attempt, and where a template cannot be filled. */
  command: z.array(z.string()).optional(),
  /** True where a process that stays alive is given the task; the command is that of the process. */
  persistent: z.boolean(),
  /** The values of the tool's parameters. */
  params: z.record(z.string(), z.unknown()),
  outputs: z.array(
    z.object({
      output: z.string(),
      type: z.enum(datasetTypes),
      dataset: z.int(),
      place: z.record(z.string(), z.int()),
      name: z.string(),
      /** Absolute. */
      path: z.string(),
      /** Bytes. */
      size: z.int(),
      revision: z.int(),
    }),
  ),
});

export type TaskWork = z.infer<typeof taskWorkSchema>;
