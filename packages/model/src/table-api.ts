/**
 * Tables of a dataset, under `/api/v1/datasets/ID/table`: CSV files as typed columns. Both take `place`.
 *
 * | request              | query                                            | answer           |
 * |----------------------|--------------------------------------------------|------------------|
 * | GET …/table          | `column` (repeated), `from`, `limit`, `v`        | `TableAnswer`    |
 * | GET …/table/measured |                                                  | `MeasuredAnswer` |
 *
 * Columns come whole or in parts, at most `maxTableValues` values in an answer: a table of 100,000 rows and 30 columns
 * is read by a request for one or two columns at a time, and `limit=0` tells of all columns without their values.
 */
import { z } from 'zod';
import { overlayKinds, placeQuerySchema, shownItemSchema } from './picture-api.ts';

/** The most values, rows times columns, in one answer. */
export const maxTableValues = 250_000;

export const tableQuerySchema = placeQuerySchema.extend({
  /** Only these columns, by name; all if absent. */
  column: z.union([z.string().transform((name) => [name]), z.array(z.string()).max(1000)]).optional(),
  /** The first row, from 0. */
  from: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().nonnegative().default(1000),
  /** The table's `version`: then a browser keeps the answer for good. */
  v: z.string().max(200).optional(),
});

const column = z.object({
  name: z.string(),
  /** `number` where every field that is not empty is one. */
  kind: z.enum(['number', 'text']),
  /** As the sidecar of the tool says, such as `px²`; `1` for a pure number; null where nothing is said. */
  unit: z.string().nullable(),
  definition: z.string().nullable(),
  /** Fields that are not empty, and of numbers the finite ones. */
  count: z.int(),
  /** Of numbers; null of text, and where there is none. */
  minimum: z.number().nullable(),
  median: z.number().nullable(),
  maximum: z.number().nullable(),
  /** Of the rows that were asked for; null for an empty field, and for a number that is not finite. */
  values: z.array(z.union([z.number(), z.string(), z.null()])),
});

export const tableAnswerSchema = shownItemSchema.extend({
  /** In the whole table, without its header. */
  rows: z.int().nonnegative(),
  from: z.int().nonnegative(),
  columns: z.array(column),
  /** Changes whenever the file does. */
  version: z.string(),
});

export const measuredAnswerSchema = z.object({
  /** The images that the task has read which made the table. */
  images: z.array(
    z.object({
      /** Name of the tool's input. */
      input: z.string(),
      kind: z.enum(overlayKinds),
      dataset: z.int().positive(),
      place: z.record(z.string(), z.int()),
      name: z.string(),
    }),
  ),
});

export type TableColumn = z.infer<typeof column>;
export type TableAnswer = z.infer<typeof tableAnswerSchema>;
export type MeasuredAnswer = z.infer<typeof measuredAnswerSchema>;
