/**
 * How often a task is tried, after which failures, and what changes between the tries: `retry` of the tool file and of
 * a stage.
 */
import { z } from 'zod';
import { closedObject } from './closed-object.ts';
import { durationSchema, memorySchema } from './quantity.ts';

/**
 * How many attempts in a row may be lost before the task fails, where nobody says otherwise. An agent that goes away
 * is mostly no fault of the task; one that takes its agent down with it every time would be handed to one machine
 * after the other for ever. Five is what HyperQueue allows, too (`--crash-limit`).
 */
export const usualLostLimit = 5;

/** What a task is tried again after: an attempt's outcome other than a success, a loss and a cancellation. */
export const retriedOutcomes = ['failed', 'timed-out', 'out-of-memory', 'start-failed'] as const;
export type RetriedOutcome = (typeof retriedOutcomes)[number];

/**
 * The wait before a further try, where nobody says otherwise: long enough for a file server to come back to its senses,
 * short enough not to be noticed. Doubling up to some minutes is what Kubernetes does with jobs.
 */
const usualBackoff = { first: 2, factor: 2, max: 300 };

const backoffSchema = z
  .union(
    [
      durationSchema,
      closedObject({
        first: z.union([durationSchema, z.literal(0)]).describe('The wait before the second try.'),
        factor: z
          .number()
          .min(1)
          .max(100)
          .optional()
          .describe('Each wait is so many times the one before; 2 if absent.'),
        max: durationSchema.optional().describe('The longest wait; 5m if absent.'),
      }),
      z.literal(0),
    ],
    {
      error:
        'must be the wait before the second try, such as 30s, or { first: 30s, factor: 2, max: 10m }; 0 is none',
    },
  )
  .transform((value): Backoff => {
    if (typeof value === 'number')
      return { ...usualBackoff, first: value, max: Math.max(value, usualBackoff.max) };
    const { first, factor = usualBackoff.factor, max = usualBackoff.max } = value;
    return { first, factor, max: Math.max(first, max) };
  });

/** The waits between tries, in seconds: `first`, then each `factor` times the one before, up to `max`. */
export interface Backoff {
  readonly first: number;
  readonly factor: number;
  readonly max: number;
}

/** What a task that ran out of memory asks for at its next try: `factor` times what it had, up to `max` bytes. */
export interface MoreMemory {
  readonly factor: number;
  readonly max: number;
}

/** `2` means two tries more after the first, the same as `{ attempts: 3 }`. */
export const retrySchema = z
  .union(
    [
      z.int().min(0).max(99),
      closedObject({
        attempts: z
          .int()
          .min(1)
          .max(100)
          .optional()
          .describe('All tries, the first among them; 1 if absent, 3 where there is `memory`.'),
        lost: z
          .int()
          .min(1)
          .max(1000)
          .optional()
          .describe(
            `How many attempts in a row may be lost with their agents before the task fails; ${usualLostLimit} if absent. They do not count as tries.`,
          ),
        backoff: backoffSchema
          .optional()
          .describe(
            'How long a failed task waits before it is tried again: 2s, doubling up to 5m, if absent.',
          ),
        on: z
          .array(z.enum(retriedOutcomes, { error: `must be one of ${retriedOutcomes.join(', ')}` }))
          .min(1)
          .optional()
          .describe('The outcomes after which a task is tried again; all of them if absent.'),
        memory: closedObject({
          factor: z.number().gt(1).max(100).default(2).describe('So many times the memory that it had.'),
          max: memorySchema.describe('Never more than this.'),
        })
          .optional()
          .describe('A task that ran out of memory asks for more at its next try.'),
      }),
    ],
    {
      error:
        'must be a number of further tries, or { attempts: N, lost: M, backoff: 30s, on: [failed], memory: { factor: 2, max: 8GiB } }',
    },
  )
  .transform((value) => (typeof value === 'number' ? { attempts: value + 1 } : value));

/** What a tool or a stage says of retries; what is absent is left to whoever comes after. */
type GivenRetry = { readonly [Key in keyof Retry]?: Retry[Key] | undefined };

export interface Retry {
  /** How often a task may fail before the failure stands. */
  readonly attempts: number;
  /** `usualLostLimit` if absent. */
  readonly lost?: number;
  /** As `backoffOf` says if absent. */
  readonly backoff?: Backoff;
  /** After which outcomes; all if absent. */
  readonly on?: readonly RetriedOutcome[];
  readonly memory?: MoreMemory;
}

/** The stage's own goes before the tool's, part by part. */
export function mergeRetry(tool: GivenRetry, stage: GivenRetry = {}): Retry {
  const { attempts = 1, lost, backoff, on, memory } = { ...tool, ...stage };
  return {
    // One try leaves no room for more memory.
    attempts: memory !== undefined && stage.attempts === undefined && attempts === 1 ? 3 : attempts,
    ...(lost === undefined ? {} : { lost }),
    ...(backoff === undefined ? {} : { backoff }),
    ...(on === undefined ? {} : { on }),
    ...(memory === undefined ? {} : { memory }),
  };
}

/** The waits between the tries of a task. */
export function backoffOf({ backoff = usualBackoff }: Retry): Backoff {
  return backoff;
}

/** Whether a task may be tried again after an attempt that ended so, as long as it has tries left. */
export function isRetried({ on }: Retry, outcome: RetriedOutcome): boolean {
  return on?.includes(outcome) ?? true;
}
