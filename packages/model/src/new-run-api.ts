/**
 * What a form asks before a run is started: pipelines and tools that there are, folders and what is in them, and what
 * a run would come to. Starting it is `POST /runs`, in `user-api.ts`.
 *
 * | request                              | body                | answer                                                |
 * |--------------------------------------|---------------------|-------------------------------------------------------|
 * | GET /pipelines                       |                     | `PipelineChoice[]`: examples, then those of runs      |
 * | POST /pipelines/check                | `CheckPipelineBody` | `CheckedPipeline`, with all that is wrong             |
 * | GET /tools                           |                     | `ToolSummary[]`                                       |
 * | GET /folders?path=                   |                     | `FolderListing`; without a path the home folder       |
 * | GET /folders/recent                  |                     | `RecentFolder[]`                                      |
 * | POST /folders/look                   | `LookBody`          | `FolderLook`: a folder by a pattern, before a run     |
 * | GET /folders/thumbnail?path=&size=   |                     | the image, small                                      |
 * | POST /runs/plan                      | `NewRunBody`        | `PlannedRun`: what is wrong, what would be made       |
 * | GET /runs/ID/choices                 |                     | `RunChoices`: a body for another run of the same kind |
 */
import { z } from 'zod';
import { poolNameSchema } from './agents-api.ts';
import { range } from './coordinate-schemas.ts';
import { datasetTypes } from './dataset-type.ts';
import { folderSourceSchema } from './folder-source.ts';
import { runGraphSchema } from './graph-api.ts';
import { cellStates } from './lattice-picture.ts';
import { runStates } from './task-state.ts';
import { toolParamSchema } from './tool-param.ts';

const type = z.enum(datasetTypes);
const place = z.record(z.string(), z.int());

/** What is wrong with a field of a request, or with a line of a file. */
export const fieldProblemSchema = z.object({
  code: z.string(),
  message: z.string(),
  /** A path, or the name of the pipeline file. */
  file: z.string(),
  /** From 1; 0 for what is no file. */
  line: z.int(),
  /** `pipeline`, `name`, `params.STAGE.NAME`, `sources.NAME`, `sources.NAME.pattern`, …; in a file the path of the key. */
  field: z.string(),
  mend: z.string(),
});

export const pipelineChoiceSchema = z.object({
  /** `example:NAME` or `run:ID`, the last run that had it. */
  id: z.string(),
  kind: z.enum(['example', 'run']),
  name: z.string(),
  title: z.string(),
  description: z.string(),
  file: z.string(),
  text: z.string(),
  /** Folders with tools that it needs beside the server's own. */
  tools: z.array(z.string()),
  sources: z.array(z.object({ name: z.string(), type, axes: z.array(z.string()) })),
  stages: z.int(),
  /** The last run of it. */
  last: z.object({ id: z.int(), name: z.string(), state: z.enum(runStates), created: z.string() }).nullable(),
});

export const checkPipelineBodySchema = z.object({
  /** Its name for messages. */
  file: z.string().min(1).max(1000).default('pipeline.yaml'),
  text: z.string().max(1_000_000),
  tools: z.array(z.string()).default([]),
});

export const checkedPipelineSchema = z.object({
  problems: z.array(fieldProblemSchema),
  name: z.string(),
  title: z.string(),
  description: z.string(),
  /** Absent where something is wrong. */
  graph: runGraphSchema.optional(),
  sources: z.array(
    z.object({
      name: z.string(),
      type,
      axes: z.array(z.string()),
      extents: z.record(z.string(), range),
      title: z.string(),
      description: z.string(),
    }),
  ),
  /** In the order of the graph. */
  stages: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      description: z.string(),
      tool: z.string(),
      toolTitle: z.string(),
      toolDescription: z.string(),
      /** `set` is what the pipeline file gives; without it the parameter has its default, if any. */
      params: z.array(z.object({ name: z.string(), declared: toolParamSchema, set: z.unknown().optional() })),
    }),
  ),
});

const slot = z.object({ name: z.string(), type, title: z.string(), description: z.string() });

export const toolSummarySchema = z.object({
  name: z.string(),
  version: z.string(),
  title: z.string(),
  description: z.string(),
  folder: z.string(),
  inputs: z.array(slot.extend({ many: z.boolean(), required: z.boolean() })),
  params: z.array(z.object({ name: z.string(), declared: toolParamSchema })),
  outputs: z.array(slot),
});

export const folderQuerySchema = z.object({ path: z.string().max(4096).optional() });

export const folderEntrySchema = z.object({
  name: z.string(),
  kind: z.enum(['folder', 'file', 'other']),
  /** Where a symbolic link leads; its kind is that of what is there. */
  link: z.string().nullable(),
  /** Whether a folder may be listed; and why not. */
  closed: z.string().nullable(),
  /** Files in a folder, and how many of them are images by their names; null where they were not counted. */
  files: z.int().nullable(),
  images: z.int().nullable(),
  /** True where there are more than were counted. */
  more: z.boolean(),
  /** Whether a file's name is that of an image. */
  image: z.boolean(),
});

export const folderListingSchema = z.object({
  /** Absolute, without symbolic links. */
  path: z.string(),
  /** The path that was asked for, where it leads through a symbolic link. */
  through: z.string().nullable(),
  parent: z.string().nullable(),
  /** Folders first, then files, by name. */
  entries: z.array(folderEntrySchema),
  /** How many there are, of which `entries` may be the first. */
  count: z.int(),
  files: z.int(),
  images: z.int(),
  /** Where one may go from anywhere. */
  starts: z.array(z.object({ name: z.string(), path: z.string() })),
});

export const recentFolderSchema = z.object({ folder: z.string(), pattern: z.string(), used: z.string() });

export const lookBodySchema = z.object({
  folder: z.string().min(1, 'must name a folder').max(4096),
  /** Without one, the suggestion is looked with. */
  pattern: z.string().max(1000).optional(),
  type: type.default('image'),
  /** The axes that the source has. */
  axes: z.array(z.string()).max(16).default([]),
  extents: z.record(z.string(), range).default({}),
});

const some = <T extends z.ZodType>(item: T) => z.object({ count: z.int(), first: z.array(item) });

export const folderLookSchema = z.object({
  /** Absolute. */
  folder: z.string(),
  /** Where it lies, if its path leads through symbolic links. */
  real: z.string().nullable(),
  /** Files that could be items. */
  files: z.int(),
  /** The pattern that was looked with; null where there was none and none could be found. */
  pattern: z.string().nullable(),
  suggestion: z
    .object({
      pattern: z.string(),
      axes: z.array(z.string()),
      matched: z.int(),
      missing: z.array(z.string()),
    })
    .nullable(),
  /** The list of tiles in the folder; null where there is none, or the source has not the axes x, y and z. */
  tiles: z
    .object({
      file: z.string(),
      complete: z.int(),
      incomplete: z.int(),
      /** What is wrong with it. */
      problem: z.string().nullable(),
    })
    .nullable(),
  /** What keeps a run from being started, at `folder`, `pattern` or `extents`. */
  problems: z.array(fieldProblemSchema),
  /** What a person should know. */
  warnings: z.array(z.string()),
  /** Axes of the pattern, with what the names have on them. */
  axes: z.array(
    z.object({ name: z.string(), first: z.int(), last: z.int(), step: z.int(), values: z.int() }),
  ),
  lacking: z.array(z.string()),
  besides: z.array(z.string()),
  matched: some(z.object({ name: z.string(), place })),
  unmatched: some(z.object({ name: z.string(), why: z.string() })),
  outside: some(z.object({ name: z.string(), place })),
  twice: some(z.object({ place, names: z.array(z.string()) })),
  holes: z.object({ places: z.int(), missing: z.int(), first: z.array(place) }),
  /** `LatticePicture`; null where it could not be drawn. */
  lattice: z
    .object({
      axes: z.array(z.object({ name: z.string(), first: z.int(), step: z.int(), count: z.int() })),
      runs: z.array(z.int().nonnegative()).describe(`States, by number: ${cellStates.join(', ')}`),
    })
    .nullable(),
  /** Bytes of those files that were looked at, and of all, estimated where not all were. */
  sizes: z
    .object({ looked: z.int(), least: z.int(), most: z.int(), total: z.number(), exact: z.boolean() })
    .nullable(),
  /** Images by size and depth, the most frequent first; and how many files were opened for it. */
  images: z.object({
    looked: z.int(),
    kinds: z.array(
      z.object({
        width: z.int(),
        height: z.int(),
        bits: z.int(),
        files: z.int(),
        first: z.string(),
      }),
    ),
  }),
  /** Files that cannot be used: empty, cut short, unreadable. */
  damaged: some(z.object({ name: z.string(), message: z.string(), mend: z.string() })).extend({
    looked: z.int(),
  }),
  /** Some files from all over the lattice, for thumbnails. */
  samples: z.array(z.object({ name: z.string(), path: z.string(), place })),
  tookMs: z.number(),
});

export const fileThumbnailQuerySchema = z.object({
  path: z.string().min(1).max(4096),
  /** Pixels of the longer side. */
  size: z.coerce.number().int().min(16).max(1024).default(128),
});

export const plannedRunSchema = z.object({
  problems: z.array(fieldProblemSchema),
  warnings: z.array(z.object({ field: z.string(), message: z.string() })),
  sources: z.array(
    z.object({
      name: z.string(),
      /** Files, or items, that will be read. */
      items: z.int(),
      /** Bytes, estimated for large folders; null where not known. */
      bytes: z.number().nullable(),
      open: z.boolean(),
    }),
  ),
  stages: z.array(
    z.object({
      name: z.string(),
      /** Null where tools decide, or nothing is known of a source. */
      tasks: z.int().nullable(),
      /** True where there may be more. */
      open: z.boolean(),
    }),
  ),
});

export const runChoicesSchema = z.object({
  name: z.string(),
  pipeline: z.object({ file: z.string(), text: z.string() }),
  tools: z.array(z.string()),
  params: z.record(z.string(), z.record(z.string(), z.string())),
  sources: z.record(z.string(), z.union([z.int().positive(), folderSourceSchema])),
  pool: poolNameSchema.optional(),
});

export type FieldProblem = z.infer<typeof fieldProblemSchema>;
export type PipelineChoice = z.infer<typeof pipelineChoiceSchema>;
export type CheckPipelineBody = z.input<typeof checkPipelineBodySchema>;
export type CheckedPipeline = z.infer<typeof checkedPipelineSchema>;
export type ToolSummary = z.infer<typeof toolSummarySchema>;
export type FolderEntry = z.infer<typeof folderEntrySchema>;
export type FolderListing = z.infer<typeof folderListingSchema>;
export type RecentFolder = z.infer<typeof recentFolderSchema>;
export type LookBody = z.input<typeof lookBodySchema>;
export type FolderLook = z.infer<typeof folderLookSchema>;
export type PlannedRun = z.infer<typeof plannedRunSchema>;
export type RunChoices = z.infer<typeof runChoicesSchema>;
