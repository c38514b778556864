/**
 * Datasets and their items, as people's programs and the server speak of them: beside `user-api.ts`, under the same
 * path. Making and filling them is there; pictures and tables of an item are left to others.
 *
 * | request                     | query                             | answer                                      |
 * |-----------------------------|-----------------------------------|---------------------------------------------|
 * | GET /datasets               | `DatasetQuery`                    | `DatasetSummary[]`, newest first            |
 * | GET /datasets/ID            |                                   | `DatasetDetail`                             |
 * | GET /datasets/ID/items      | `ItemQuery`                       | `ItemSummary[]`, in the order of places     |
 * | GET /datasets/ID/item       | `place`                           | `ItemDetail`: metadata and provenance       |
 * | GET /datasets/ID/file       | `place`                           | the item's bytes, as a file                 |
 * | GET /datasets/ID/lineage    |                                   | `DatasetLineage`                            |
 * | GET /datasets/ID/preview    | `change=close` or `seal`          | `ChangePreview`: what it would mean         |
 *
 * A `place` is written `row=1,col=2` in the order of the dataset's axes, and is empty where it has none. A box, `at`,
 * is written `t=3,row=10..19`: one coordinate of an axis, or the first and the last of several.
 */
import { z } from 'zod';
import { datasetTypes } from './dataset-type.ts';
import { datasetStates, runStates, taskStates } from './task-state.ts';
import { boundsSchema, cachedFromSchema } from './user-api.ts';

const id = z.int().positive();
const place = z.record(z.string(), z.int());

/** `row=1,col=2`; empty for the only place. */
const placeTextSchema = z
  .string()
  .max(1000)
  .regex(/^(?:[^=,]+=-?\d{1,10}(?:,[^=,]+=-?\d{1,10})*)?$/, 'must be written as row=1,col=2');

/** `t=3,row=10..19`; empty for all of it. */
export const boxTextSchema = z
  .string()
  .max(1000)
  .regex(
    /^(?:[^=,]+=-?\d{1,10}(?:\.\.-?\d{1,10})?(?:,[^=,]+=-?\d{1,10}(?:\.\.-?\d{1,10})?)*)?$/,
    'must be written as t=3,row=10..19',
  );

export const datasetQuerySchema = z.object({
  type: z.enum(datasetTypes).optional(),
  /** Those in whose name all its words are. */
  text: z.string().max(200).default(''),
  /** Datasets made before the one with this id. */
  after: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

/** The most items in one answer. */
export const maxItemPage = 1000;

export const itemQuerySchema = z.object({
  at: boxTextSchema.default(''),
  /** Items behind this place. */
  after: placeTextSchema.optional(),
  limit: z.coerce.number().int().min(1).max(maxItemPage).default(200),
});

export const itemPlaceQuerySchema = z.object({ place: placeTextSchema.default('') });

export const previewQuerySchema = z.object({ change: z.enum(['close', 'seal']) });

/** The coordinates from the least to the greatest that items have had along an axis. */
const extent = z.object({ axis: z.string(), first: z.int(), last: z.int() });

/** A run that reads a dataset, and the stages of it that do. */
const reader = z.object({
  run: id,
  runName: z.string(),
  stages: z.array(z.string()),
});

/** How many readers of a dataset are named. */
export const listedReaders = 5;

export const datasetSummarySchema = z.object({
  id,
  name: z.string(),
  type: z.enum(datasetTypes),
  axes: z.array(z.string()),
  state: z.enum(datasetStates),
  /** How many items it has, and their bytes. */
  items: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  /** An entry per axis; empty while there is no item. */
  extents: z.array(extent),
  created: z.string(),
  /** The stage whose output it is; null for a source. */
  madeBy: z.object({ run: id, runName: z.string(), stage: z.string(), output: z.string() }).nullable(),
  /** The newest runs that read it, at most `listedReaders`, of `readers`. */
  readBy: z.array(reader),
  readers: z.int().nonnegative(),
  /** Where a source's files lie, if it was said. */
  folder: z.string().nullable(),
  /** Whether that folder is watched, or was. */
  watch: z.enum(['watched', 'ended']).nullable(),
  /** Its first item; null while there is none. */
  first: z.object({ place, revision: z.int() }).nullable(),
});

export const datasetDetailSchema = datasetSummarySchema.extend({
  /** Declared extents, skipped planes and the region. */
  bounds: boundsSchema,
  /** The pattern of a source's file names, if it was said. */
  pattern: z.string().nullable(),
  /** SHA-256 over all items; null until it is sealed. */
  fingerprint: z.string().nullable(),
});

export const itemSummarySchema = z.object({
  place,
  name: z.string(),
  /** Bytes. */
  size: z.int(),
  /** Rises when its bytes change. */
  revision: z.int(),
  /** When it was recorded: its bytes do not change after that. */
  modified: z.string(),
});

const field = z.object({ name: z.string(), value: z.string() });

/** What a file says of itself; read from its head, but for the rows of a table. */
export const itemMetadataSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('image'),
    /** `tiff`, `png`, `jpeg`, or `dzi` for a Deep Zoom folder. */
    format: z.string(),
    /** Pixels. */
    width: z.int(),
    height: z.int(),
    bitDepth: z.int(),
    sampleFormat: z.enum(['uint', 'float']),
    /** Full-resolution planes in the file. */
    pages: z.int(),
    /** How many resolutions are stored, the full one included. */
    levels: z.int(),
    tiled: z.boolean(),
    /** Of one pixel. */
    pixelSize: z.object({ x: z.number(), y: z.number(), unit: z.literal('µm') }).nullable(),
    channel: z.string().nullable(),
    /** ISO 8601, as the file has it. */
    acquired: z.string().nullable(),
    description: z.string().nullable(),
    /** Further attributes of its channel and its plane, by their OME names. */
    fields: z.array(field),
    /** Why what it says of itself was not understood, if so; its pixels are not concerned. */
    problem: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('table'),
    columns: z.array(z.string()),
    /** Null where the file is too long to be counted for one look. */
    rows: z.int().nullable(),
  }),
  z.object({ kind: z.literal('unreadable'), message: z.string(), mend: z.string().nullable() }),
  z.object({ kind: z.literal('none') }),
]);

/** How many items of an input, and tasks of a stage, are named with an item. */
export const listedNeighbours = 100;

const itemOrigin = z.object({
  run: id,
  runName: z.string(),
  runState: z.enum(runStates),
  stage: z.string(),
  output: z.string(),
  task: z.object({ id, place, state: z.enum(taskStates), stale: z.boolean() }),
  attempt: z.object({
    id,
    agent: z.string(),
    host: z.string(),
    claimed: z.string(),
    started: z.string().nullable(),
    ended: z.string(),
    exitCode: z.int().nullable(),
    resources: z.record(z.string(), z.unknown()).nullable(),
  }),
  /** A later attempt that made the same bytes again, so that the item stayed as it was. */
  confirmedBy: id.nullable(),
  /** Where its bytes were taken from, if the attempt was not run; null if it was. */
  cachedFrom: cachedFromSchema.nullable(),
  tool: z.object({ name: z.string(), version: z.string(), title: z.string(), digest: z.string() }),
  params: z.record(z.string(), z.unknown()),
  /** Absent where a template cannot be filled any more, or would name more files than are worth it. */
  command: z.array(z.string()).optional(),
  /** True where a process that stays alive is given the task; the command is that of the process. */
  persistent: z.boolean(),
  inputs: z.array(
    z.object({
      name: z.string(),
      /** A source, or `stage.output`. */
      from: z.string(),
      dataset: id,
      type: z.enum(datasetTypes),
      /** How many the task reads; at most `listedNeighbours` are named. */
      available: z.int(),
      items: z.array(
        z.object({
          place,
          name: z.string(),
          revision: z.int(),
          /** True where the attempt read an earlier revision of it. */
          changed: z.boolean(),
        }),
      ),
    }),
  ),
});

/** Tasks of one stage that read an item, through one of its inputs. */
const itemUse = z.object({
  run: id,
  runName: z.string(),
  stage: z.string(),
  tool: z.string(),
  input: z.string(),
  /** At most `listedNeighbours`. */
  tasks: z.array(z.object({ id, place, state: z.enum(taskStates), stale: z.boolean() })),
  /** True where there are more of them. */
  more: z.boolean(),
  outputs: z.array(
    z.object({ name: z.string(), dataset: id, type: z.enum(datasetTypes), axes: z.array(z.string()) }),
  ),
});

export const itemDetailSchema = itemSummarySchema.extend({
  dataset: z.object({
    id,
    name: z.string(),
    type: z.enum(datasetTypes),
    axes: z.array(z.string()),
    state: z.enum(datasetStates),
  }),
  /** Absolute. */
  path: z.string(),
  checksum: z.string(),
  /** `missing` where it was moved or removed since it was recorded. */
  found: z.enum(['file', 'folder', 'missing']),
  metadata: itemMetadataSchema,
  /** What whoever acquired it says of it, such as the step of a tile; null where nothing was said. */
  acquired: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullable(),
  /** Null for an item of a source. */
  madeBy: itemOrigin.nullable(),
  usedBy: z.array(itemUse),
});

export const datasetLineageSchema = z.object({
  /** All that it came from and that was made from it, and itself. */
  datasets: z.array(
    datasetSummarySchema.pick({ id: true, name: true, type: true, state: true, items: true }),
  ),
  /** Stages, each with the datasets that it reads and makes. */
  steps: z.array(
    z.object({
      run: id,
      runName: z.string(),
      stage: z.string(),
      tool: z.string(),
      from: z.array(id),
      to: z.array(id),
    }),
  ),
  /** True where there is more than is told. */
  cut: z.boolean(),
});

export const changePreviewSchema = z.object({
  change: z.enum(['close', 'seal']),
  /** What would follow, a sentence each, for people. */
  means: z.array(z.string()),
  /** Why it cannot be done now; null where it can. */
  refused: z.object({ message: z.string(), mend: z.string().nullable() }).nullable(),
});

export type DatasetQuery = z.output<typeof datasetQuerySchema>;
export type DatasetSummary = z.infer<typeof datasetSummarySchema>;
export type DatasetDetail = z.infer<typeof datasetDetailSchema>;
export type ItemQuery = z.output<typeof itemQuerySchema>;
export type ItemSummary = z.infer<typeof itemSummarySchema>;
export type ItemMetadata = z.infer<typeof itemMetadataSchema>;
export type ItemOrigin = z.infer<typeof itemOrigin>;
export type ItemUse = z.infer<typeof itemUse>;
export type ItemDetail = z.infer<typeof itemDetailSchema>;
export type DatasetLineage = z.infer<typeof datasetLineageSchema>;
export type ChangePreview = z.infer<typeof changePreviewSchema>;
