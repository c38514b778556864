/**
 * A source of a run that is filled from a folder: what a request says of it. Reading the folder is left to the server.
 */
import { z } from 'zod';
import { range } from './coordinate-schemas.ts';
import { checkKind, completeWhenSchema, sourceKindSchema } from './live-api.ts';

export const folderSourceSchema = z
  .object({
    /** Absolute, on the server's machine. */
    folder: z.string().min(1, 'must name a folder'),
    /** How its items are found. */
    kind: sourceKindSchema.default('files'),
    /** Names every axis of the source; for a source without axes, the file's name. Of the kind `tiles` there is none. */
    pattern: z.string().default(''),
    /** `batch`: the files that are there now. `live`: those that come, too, until the source is closed. */
    mode: z.enum(['batch', 'live']).default('batch'),
    /** Per axis, the first and the last coordinate, where they are known before the files are. */
    extents: z.record(z.string(), range).default({}),
    /** In a batch, whether files that cannot be read are left out; otherwise the run waits for them. */
    skipUnreadable: z.boolean().default(false),
    /** When a live source closes by itself. */
    completeWhen: completeWhenSchema.default({}),
  })
  .strict()
  .superRefine(checkKind);

export type FolderSource = z.output<typeof folderSourceSchema>;
export type FolderSourceBody = z.input<typeof folderSourceSchema>;
