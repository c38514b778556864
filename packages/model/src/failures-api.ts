/**
 * What has failed, across runs, as people's programs are told. A failure is a task that is in the state `failed` now;
 * one that is tried again is none any more.
 *
 * | request                    | body        | answer                                                              |
 * |----------------------------|-------------|---------------------------------------------------------------------|
 * | GET /failures              | (query)     | `FailureGroups`: counts by cause, stage, agent or host, newest first |
 * | GET /failures/summary      |             | `FailureSummary`: how many there are, and where                     |
 * | GET /failures/tasks        | (query)     | `FailedTasks`: the tasks of a group, or all, newest first           |
 * | POST /failures/retry       | `RetryBody` | `RetryAnswer`                                                       |
 * | GET /tasks/ID/log/end      | (query)     | `LogEnd`: the last lines of an attempt's log                        |
 */
import { z } from 'zod';
import { failureOutcomes, runStates } from './task-state.ts';

const id = z.int().positive();
const outcomeSchema = z.enum(failureOutcomes);
/**
 * - `cause`: the same message but for names of files, numbers and ids (`failure-cause.ts`), with the same outcome;
 * - `stage`: the same stage of the same pipeline; - `agent`, `host`: who ran the last attempt.
 */
export const failureGroupings = ['cause', 'stage', 'agent', 'host'] as const;
export type FailureGrouping = (typeof failureGroupings)[number];

/** What failures are told from others by, beside numbers. */
const filterTexts = {
  /** The name of a stage, and of a pipeline. */
  stage: z.string().min(1).max(200).optional(),
  pipeline: z.string().min(1).max(200).optional(),
  outcome: outcomeSchema.optional(),
  agent: z.string().min(1).max(200).optional(),
  host: z.string().min(1).max(500).optional(),
  /** Only those that failed since, and before. */
  since: z.iso.datetime({ offset: true }).optional(),
  before: z.iso.datetime({ offset: true }).optional(),
};
const mostRun = 2_147_483_647;

/** Which failures are meant; all if nothing is named. */
export const failureFilterSchema = z.object({
  run: id.max(mostRun).optional(),
  /** A cause's key: the same for the same cause in every database. */
  cause: z.int().nonnegative().optional(),
  ...filterTexts,
});

/** The same in an address. */
const filterQuery = z.object({
  run: z.coerce.number().int().positive().max(mostRun).optional(),
  cause: z.coerce.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).optional(),
  ...filterTexts,
});

/** The `next` of the answer before: where the page begins. */
const after = z.coerce.number().int().positive().optional();

export const failureGroupsQuerySchema = filterQuery.extend({
  by: z.enum(failureGroupings).default('cause'),
  limit: z.coerce.number().int().min(1).max(200).default(20),
  after,
});

export const failedTasksQuerySchema = filterQuery.extend({
  limit: z.coerce.number().int().min(1).max(1000).default(20),
  after,
});

/** A task that has failed, with the attempt that it failed by. */
export const failedTaskSchema = z.object({
  task: id,
  run: id,
  runName: z.string(),
  stage: z.string(),
  place: z.record(z.string(), z.int()),
  attempt: id,
  outcome: outcomeSchema,
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  message: z.string().nullable(),
  agent: z.string(),
  host: z.string(),
  /** When the attempt ended. */
  at: z.string(),
});

export const failureGroupSchema = z.object({
  /** Tells the group from the others of the same grouping. */
  key: z.string(),
  /** The filter that leaves this group alone. */
  filter: failureFilterSchema,
  /** The cause's text with its gaps, the stage's, agent's or host's name. */
  title: z.string(),
  tasks: z.int(),
  /** How many runs they are of. */
  runs: z.int(),
  outcomes: z.array(z.object({ outcome: outcomeSchema, tasks: z.int() })),
  /** The stages, and the agents that ran the last attempts, with most of the tasks first; a few of them at most. */
  stages: z.array(z.object({ stage: z.string(), tasks: z.int() })),
  agents: z.array(z.object({ agent: z.string(), host: z.string(), tasks: z.int() })),
  /** How many agents there are in all. */
  agentCount: z.int(),
  /** When the first of them failed so for the first time, a retry notwithstanding; and the last one. */
  first: z.string(),
  last: z.string(),
  /** The newest. */
  example: failedTaskSchema,
  /**
   * Tasks that are blocked in the stages that read what these would have made; `alone` where nothing else has failed
   * above those stages.
   */
  waiting: z.object({ tasks: z.int(), alone: z.boolean() }),
});

export const failureGroupsSchema = z.object({
  groups: z.array(failureGroupSchema),
  /** Failed tasks that the filter leaves, in all groups. */
  tasks: z.int(),
  /** `after` of the next page; null behind the last group. */
  next: z.int().nullable(),
});

export const failedTasksSchema = z.object({
  tasks: z.array(failedTaskSchema),
  next: z.int().nullable(),
});

/** How many runs a summary names. */
export const mostSummaryRuns = 100;

export const failureSummarySchema = z.object({
  /** Failed tasks, and those that are blocked. */
  failed: z.int(),
  blocked: z.int(),
  /** How many runs have failed tasks. */
  runs: z.int(),
  /** The newest of them, with the stages that have failed tasks. */
  where: z.array(
    z.object({
      run: id,
      name: z.string(),
      state: z.enum(runStates),
      stages: z.array(z.object({ stage: z.string(), failed: z.int() })),
    }),
  ),
  /** The newest failure: with `failed` it tells whether anything has changed. */
  latest: z.int(),
});

export const retryBodySchema = z
  .object({
    /** Ids of failed tasks. */
    tasks: z.array(id).min(1).max(10_000).optional(),
    /** All that the filter leaves; `{}` is everything. */
    filter: failureFilterSchema.optional(),
  })
  .refine(
    ({ tasks, filter }) => (tasks === undefined) !== (filter === undefined),
    'must have either `tasks` or `filter`',
  );

export const retryAnswerSchema = z.object({
  /** How many tasks are tried again. */
  again: z.int(),
  /** The runs that they are of; ended and cancelled ones are at work again. */
  runs: z.array(id),
  /** Runs whose tasks cannot be tried again, and why. */
  refused: z.array(
    z.object({ run: id, tasks: z.int(), code: z.string(), message: z.string(), mend: z.string().optional() }),
  ),
});

export const logEndQuerySchema = z.object({
  /** The last one if absent. */
  attempt: z.coerce.number().int().positive().optional(),
  lines: z.coerce.number().int().min(1).max(200).default(20),
});

export const logEndSchema = z.object({
  attempt: id,
  lines: z.array(z.object({ stream: z.enum(['stdout', 'stderr', 'system']), text: z.string() })),
  /** False where there is more before these lines. */
  whole: z.boolean(),
});

export type FailureFilter = z.output<typeof failureFilterSchema>;
export type FailureGroupsQuery = z.output<typeof failureGroupsQuerySchema>;
export type FailedTasksQuery = z.output<typeof failedTasksQuerySchema>;
export type FailedTask = z.infer<typeof failedTaskSchema>;
export type FailureGroup = z.infer<typeof failureGroupSchema>;
export type FailureGroups = z.infer<typeof failureGroupsSchema>;
export type FailedTasks = z.infer<typeof failedTasksSchema>;
export type FailureSummary = z.infer<typeof failureSummarySchema>;
export type RetryBody = z.infer<typeof retryBodySchema>;
export type RetryAnswer = z.infer<typeof retryAnswerSchema>;
export type LogEnd = z.infer<typeof logEndSchema>;
