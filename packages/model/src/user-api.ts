/**
 * What people's programs (command line, browser) and the server say to each other: HTTP with JSON bodies and a bearer
 * token, under `/api/v1`. The agent's part is `agent-protocol.ts`.
 *
 * | request                    | body            | answer                                                |
 * |----------------------------|-----------------|-------------------------------------------------------|
 * | GET /status                |                 | `ServerStatus`                                        |
 * | POST /datasets             | `NewDatasetBody`| `{id}`                                                |
 * | POST /datasets/ID/items    | `NewItemsBody`  | `AdmittedAnswer`                                      |
 * | POST /datasets/ID/close    |                 | 204                                                   |
 * | POST /datasets/ID/seal     |                 | `{fingerprint}`                                       |
 * | POST /runs                 | `NewRunBody`    | `{id}`                                                |
 * | GET /runs                  |                 | `RunSummary[]`, newest first                          |
 * | GET /runs/ID               |                 | `RunDetail`                                           |
 * | POST /runs/ID/resume       | `ResumeBody`    | `{again}`: tasks that are tried again                 |
 * | POST /runs/ID/resubmit     | `ResubmitBody`  | `Resubmitted`: tasks that are done again, and below them |
 * | POST /runs/ID/cancel       |                 | 204                                                   |
 * | GET /runs/ID/tasks         | (query)         | `TaskSummary[]`, in the order of stages and places    |
 * | GET /runs/ID/outputs       |                 | `RunOutput[]`                                         |
 * | GET /tasks/ID              |                 | `TaskExplanation`                                     |
 * | GET /tasks/ID/log?attempt= |                 | `application/x-ndjson`, a `LogLine` per line; `follow=true` stays until the attempt ends |
 *
 * Errors are problem details (RFC 9457): `{type, title, status, detail, code, mend?, file?, line?, field?, problems?}`.
 */
import { z } from 'zod';
import { labelsSchema, poolNameSchema } from './agents-api.ts';
import { coordinate, range } from './coordinate-schemas.ts';
import { datasetTypes } from './dataset-type.ts';
import { folderSourceSchema } from './folder-source.ts';
import { intakeStateSchema } from './intake-api.ts';
import { runStates, taskStates } from './task-state.ts';

/** The path that all requests of people's programs begin with. */
export const userApiPath = '/api/v1';

/** Ids of rows are 32-bit numbers, those of tasks and attempts whole ones. */
const id = z.int().positive();
const place = z.record(z.string(), z.int());

export const serverStatusSchema = z.object({
  version: z.string(),
  pid: z.int(),
  dataDirectory: z.string(),
  /** Seconds since it started. */
  upSeconds: z.number(),
});

export const healthSchema = z.object({ status: z.enum(['ok', 'closing', 'database-away']) });

/** The bytes that runs have made, and what room there is for more, in bytes. */
export const storageStateSchema = z.object({
  folder: z.string(),
  /** What items of runs point at; inputs stay where they are and are not counted. */
  outputs: z.object({ items: z.int(), bytes: z.number() }),
  /** Of the volume that the folder lies on: what is free for the server, and how large it is. */
  free: z.number(),
  size: z.number(),
});

export const boundsSchema = z.object({
  extents: z.record(z.string(), range).default({}),
  skip: z.record(z.string(), z.array(coordinate).max(10_000)).default({}),
  region: z.record(z.string(), range).default({}),
});

/** The most places that declared extents may promise. */
const maxDeclaredPlaces = 100_000_000;

export const newDatasetBodySchema = z
  .object({
    name: z.string().min(1).max(200),
    type: z.enum(datasetTypes),
    axes: z
      .array(z.string().min(1).max(63))
      .max(16)
      .refine((axes) => new Set(axes).size === axes.length, 'must name every axis once'),
    bounds: boundsSchema.prefault({}),
    folder: z.string().optional(),
    pattern: z.string().optional(),
  })
  .superRefine(({ axes, bounds }, context) => {
    for (const field of ['extents', 'skip', 'region'] as const) {
      for (const axis of Object.keys(bounds[field])) {
        if (axes.includes(axis)) continue;
        context.addIssue({
          code: 'custom',
          path: ['bounds', field, axis],
          message: `must name one of the axes (${axes.join(', ')})`,
        });
      }
    }
    const places = Object.values(bounds.extents).reduce(
      (product, [first, last]) => product * (last - first + 1),
      1,
    );
    if (places > maxDeclaredPlaces) {
      context.addIssue({
        code: 'custom',
        path: ['bounds', 'extents'],
        message: `must promise at most ${maxDeclaredPlaces} places, not ${places}`,
      });
    }
  });

/** The most items in one request. */
export const maxItemBlock = 10_000;

export const newItemsBodySchema = z.object({
  items: z
    .array(
      z.object({
        place: z.array(coordinate),
        name: z.string().min(1),
        /** Absolute. */
        path: z.string().min(1),
        /** Bytes. */
        size: z.int().nonnegative(),
        checksum: z.string().min(1),
      }),
    )
    .max(maxItemBlock),
});

export const admittedAnswerSchema = z.object({
  /** Items that were new or whose bytes had changed. */
  changed: z.int(),
  /** Paths of items at new places of a closed dataset: not admitted. */
  late: z.array(z.string()),
  /** Paths of items outside the dataset's bounds: listed, not run. */
  outside: z.array(z.string()),
});

/** What was made. */
export const createdAnswerSchema = z.object({ id });

export const sealedAnswerSchema = z.object({ fingerprint: z.string() });

/** How many tasks are tried again. */
export const resumedAnswerSchema = z.object({ again: z.int().nonnegative() });

/** The task of a stage at a place. */
export const foundTaskSchema = z.object({ id });

/** Where a browser can sign in, once. */
export const signInAddressSchema = z.object({ address: z.string() });

export const newRunBodySchema = z.object({
  name: z.string().min(1).max(200).optional(),
  /** The pipeline file: its text, and its name for messages. */
  pipeline: z.object({ file: z.string(), text: z.string() }),
  /** Folders with tools, each a folder with a `tool.yaml`, beside the standard ones; absolute. */
  tools: z.array(z.string()).default([]),
  /** Values set over the file's, by stage and parameter, as texts. */
  params: z.record(z.string(), z.record(z.string(), z.string())).default({}),
  /** What each source reads: a dataset, or the files of a folder. */
  sources: z.record(z.string(), z.union([id, folderSourceSchema])),
  /** False: every task is run, even where an earlier run has made the same of the same. */
  cache: z.boolean().default(true),
  /** The agents that take its tasks, where a stage names no pool of its own; those in none if absent. */
  pool: poolNameSchema.optional(),
});

/** How many tasks are in which state. Running tasks are not counted as ready. */
export const taskCountsSchema = z.partialRecord(z.enum(taskStates), z.int().nonnegative());

export const runSummarySchema = z.object({
  id,
  name: z.string(),
  pipeline: z.string(),
  state: z.enum(runStates),
  /** Runs of a higher one are served first; 0 as a rule. */
  priority: z.int(),
  created: z.string(),
  ended: z.string().nullable(),
  /** Seconds from its start to its end, or to now. */
  seconds: z.number(),
  /** Rises with every change of the run. */
  change: z.int(),
  /** Of its pipeline, from 1; an edit makes the next one. */
  revision: z.int(),
  tasks: taskCountsSchema,
});

export const stageSummarySchema = z.object({
  id,
  name: z.string(),
  tool: z.string(),
  axes: z.array(z.string()),
  /** Held back: its tasks become ready and are not run. */
  paused: z.boolean(),
  tasks: taskCountsSchema,
});

/** Runs of a higher priority are served first. */
export const prioritySchema = z.int().min(-100).max(100);

export const priorityBodySchema = z.object({ priority: prioritySchema });

/** What a task asks of an agent: cores, bytes, graphics processors; the agent's pool (none if absent) and labels. */
export const taskRequestSchema = z.object({
  ...{ cpu: z.number(), memory: z.int(), gpu: z.int() },
  pool: poolNameSchema.optional(),
  labels: labelsSchema.optional(),
});

/** Ready tasks of a stage that no agent has room for, even when it runs nothing else. */
export const tooLargeSchema = z.object({
  run: id,
  stage: z.string(),
  tasks: z.int(),
  asks: taskRequestSchema,
  /** The agent that is at work and comes nearest; null where none is there. */
  largest: z.object({ agent: z.string(), cpu: z.number(), memory: z.int() }).nullable(),
});

export const runDetailSchema = runSummarySchema.extend({
  sources: z.array(
    z.object({
      name: z.string(),
      dataset: id,
      items: z.int(),
      closed: z.boolean(),
      /** Where its folder is read once: how far that is, or what keeps it. */
      intake: intakeStateSchema.optional(),
    }),
  ),
  stages: z.array(stageSummarySchema),
  /** Stages with ready tasks that no agent has room for: they wait until one joins that has. */
  tooLarge: z.array(tooLargeSchema),
  /** Ready tasks that wait for the time of their next try, and when the first of them may be tried; null where none waits. */
  nextTries: z.object({ tasks: z.int(), first: z.string() }).nullable(),
});

export const resumeBodySchema = z.object({
  /** Which failed and cancelled tasks are tried again: none, all, those with these ids, or all of some stages. */
  again: z.union([z.enum(['none', 'all']), z.array(id), z.object({ stages: z.array(z.string()).min(1) })]),
});

/** States that a task has come to an end in, and can be done again from. */
export const endedStates = ['succeeded', 'failed', 'cancelled'] as const;

/** Which tasks are done again: those that fit all that is named. */
export const resubmitBodySchema = z
  .object({
    tasks: z.array(id).min(1).max(10_000).optional(),
    stages: z.array(z.string().min(1)).min(1).max(1000).optional(),
    /** All that have come to an end if `tasks` are named, else the failed ones. Those that run are not done again. */
    states: z.array(z.enum(endedStates)).min(1).optional(),
    /** Per axis, the first and the last coordinate. */
    place: z.record(z.string(), range).optional(),
    /** What is below is done again even where what it reads comes out equal; otherwise only where bytes change. */
    below: z.boolean().default(false),
    /** Only counts. */
    dryRun: z.boolean().default(false),
  })
  .transform(({ states, ...body }) => ({
    ...body,
    states: states ?? (body.tasks === undefined ? (['failed'] as const) : endedStates),
  }));

/** What is done again, or would be. */
export const resubmittedSchema = z.object({
  /** Tasks that were meant. */
  again: z.int(),
  /** Tasks below them: done again where bytes change, or all of them if `forced`. */
  below: z.int(),
  stages: z.array(z.object({ stage: z.string(), again: z.int(), below: z.int() })),
  forced: z.boolean(),
  dryRun: z.boolean(),
});

export const taskQuerySchema = z.object({
  state: z.enum(taskStates).optional(),
  stage: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  /** Tasks behind the one with this id. */
  after: z.coerce.number().int().optional(),
});

/** What a result was taken from that was not made anew: the attempt that had made it, and its task. */
export const cachedFromSchema = z.object({ run: id, task: id, attempt: id });

export const attemptSummarySchema = z.object({
  id,
  /** `running` while it runs. */
  outcome: z.string(),
  agent: z.string(),
  claimed: z.string(),
  started: z.string().nullable(),
  ended: z.string().nullable(),
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  message: z.string().nullable(),
  resources: z.record(z.string(), z.unknown()).nullable(),
  /** Of the run's pipeline, by which it was made. */
  revision: z.int(),
  /** Null for one that was run. */
  cachedFrom: cachedFromSchema.nullable(),
});

export const taskSummarySchema = z.object({
  id,
  stage: z.string(),
  place,
  state: z.enum(taskStates),
  stale: z.boolean(),
  /** What the last attempt said. */
  message: z.string().nullable(),
  /** The last attempt that has ended: where, when, how long it ran, and the most memory that it took, in bytes. */
  last: z
    .object({
      agent: z.string(),
      ended: z.string(),
      seconds: z.number().nullable(),
      memory: z.number().nullable(),
    })
    .nullable(),
});

export const taskExplanationSchema = taskSummarySchema.omit({ last: true }).extend({
  run: id,
  runName: z.string(),
  tool: z.string(),
  /** Why it is in its state, a sentence each, for people. */
  why: z.array(z.string()),
  /** What it reads: per input, how much is there and what is not. */
  inputs: z.array(
    z.object({
      name: z.string(),
      from: z.string(),
      dataset: id,
      type: z.enum(datasetTypes),
      available: z.int(),
      pending: z.int(),
      failed: z.int(),
      /** The first of them, at most a hundred. */
      items: z.array(z.object({ place, name: z.string(), path: z.string(), revision: z.int() })),
    }),
  ),
  attempts: z.array(attemptSummarySchema),
  /** How often it has failed since it last succeeded or was asked for again, of how many tries, and when the next one may begin. */
  tries: z.object({ made: z.int(), of: z.int(), next: z.string().nullable() }),
  asks: taskRequestSchema,
});

export const runOutputSchema = z.object({
  stage: z.string(),
  output: z.string(),
  dataset: id,
  type: z.enum(datasetTypes),
  axes: z.array(z.string()),
  /** Absolute paths. */
  items: z.array(
    z.object({
      place,
      name: z.string(),
      path: z.string(),
      size: z.int(),
      checksum: z.string(),
      /** When it was recorded: its bytes do not change after that. */
      modified: z.string(),
      /** True where the task that made it is to run again. */
      stale: z.boolean(),
    }),
  ),
});

export const logLineSchema = z.object({
  stream: z.enum(['stdout', 'stderr', 'system']),
  time: z.string(),
  text: z.string(),
});

export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  mend: z.string().optional(),
  file: z.string().optional(),
  line: z.int().optional(),
  field: z.string().optional(),
  /** All that is wrong with a file. */
  problems: z
    .array(
      z.object({
        code: z.string(),
        message: z.string(),
        file: z.string(),
        line: z.int(),
        field: z.string(),
        mend: z.string(),
      }),
    )
    .optional(),
});

export type Health = z.infer<typeof healthSchema>;
export type StorageState = z.infer<typeof storageStateSchema>;
export type ServerStatus = z.infer<typeof serverStatusSchema>;
export type NewDatasetBody = z.input<typeof newDatasetBodySchema>;
export type NewItemsBody = z.infer<typeof newItemsBodySchema>;
export type AdmittedAnswer = z.infer<typeof admittedAnswerSchema>;
export type NewRunBody = z.input<typeof newRunBodySchema>;
export type NewRunRequest = z.output<typeof newRunBodySchema>;
export type TaskCounts = Partial<Record<(typeof taskStates)[number], number>>;
export type RunSummary = z.infer<typeof runSummarySchema>;
export type StageSummary = z.infer<typeof stageSummarySchema>;
export type RunDetail = z.infer<typeof runDetailSchema>;
export type TaskRequest = z.infer<typeof taskRequestSchema>;
export type TooLarge = z.infer<typeof tooLargeSchema>;
export type ResubmitBody = z.input<typeof resubmitBodySchema>;
export type ResubmitRequest = z.output<typeof resubmitBodySchema>;
export type Resubmitted = z.infer<typeof resubmittedSchema>;
export type ResumeBody = z.infer<typeof resumeBodySchema>;
export type TaskQuery = z.infer<typeof taskQuerySchema>;
export type AttemptSummary = z.infer<typeof attemptSummarySchema>;
export type TaskSummary = z.infer<typeof taskSummarySchema>;
export type TaskExplanation = z.infer<typeof taskExplanationSchema>;
export type RunOutput = z.infer<typeof runOutputSchema>;
export type LogLine = z.infer<typeof logLineSchema>;
export type Problem = z.infer<typeof problemSchema>;
