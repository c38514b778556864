/**
 * How often a task is tried: `retry` of the tool file and of a stage.
 */
import { z } from 'zod';
import { closedObject } from './closed-object.ts';

/**
 * How many attempts in a row may be lost before the task fails, where nobody says otherwise. An agent that goes away
 * is mostly no fault of the task; one that takes its agent down with it every time would be handed to one machine
 * after the other for ever. Five is what HyperQueue allows, too (`--crash-limit`).
 */
export const usualLostLimit = 5;

/** `2` means two tries more after the first, the same as `{ attempts: 3 }`. */
export const retrySchema = z
  .union(
    [
      z.int().min(0).max(99),
      closedObject({
        attempts: z.int().min(1).max(100).optional().describe('All tries, the first among them.'),
        lost: z
          .int()
          .min(1)
          .max(1000)
          .optional()
          .describe(
            `How many attempts in a row may be lost with their agents before the task fails; ${usualLostLimit} if absent. They do not count as tries.`,
          ),
      }),
    ],
    {
      error:
        'must be a number of further tries, or { attempts: N, lost: M } for all tries and for losses in a row',
    },
  )
  .transform((value) => (typeof value === 'number' ? { attempts: value + 1 } : value));

/** What a tool or a stage says of retries; what is absent is left to whoever comes after. */
type GivenRetry = z.output<typeof retrySchema>;

export interface Retry {
  /** How often a task may fail before the failure stands. */
  readonly attempts: number;
  /** `usualLostLimit` if absent. */
  readonly lost?: number;
}

/** The stage's own goes before the tool's, part by part. */
export function mergeRetry(tool: GivenRetry, stage: GivenRetry = {}): Retry {
  const { attempts = 1, lost } = { ...tool, ...stage };
  return { attempts, ...(lost === undefined ? {} : { lost }) };
}
