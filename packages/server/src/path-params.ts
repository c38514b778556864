/** Ids in the paths of requests. */
import { z } from 'zod';

/** Ids of rows are 32-bit numbers. */
export const rowId = z.coerce.number().int().positive().max(2_147_483_647);

/** `…/:id` */
export const idParams = z.object({ id: rowId });

/** `…/:id` of a task. */
export const taskParams = z.object({ id: z.coerce.number().int().positive() });

/** `…/:id/stages/:stage` of a run. */
export const stageParams = z.object({ id: rowId, stage: z.string().min(1) });
