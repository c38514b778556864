/**
 * The timeline of a run, `GET /api/v1/runs/ID/timeline`: what has happened to it, and when the tasks of its stages ended.
 */
import { z } from 'zod';

const time = z.iso.datetime();

/** What has happened to a run, beside edits. `again` and `below` count tasks that are done once more. */
export const runEventAboutSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('created') }),
  z.object({ kind: z.literal('paused') }),
  z.object({ kind: z.literal('taken-up'), again: z.int(), below: z.int() }),
  z.object({ kind: z.literal('stage-paused'), stage: z.string() }),
  z.object({ kind: z.literal('stage-resumed'), stage: z.string() }),
  z.object({ kind: z.literal('priority'), priority: z.int() }),
  z.object({ kind: z.literal('edited'), revision: z.int(), note: z.string().nullable(), redone: z.int() }),
  z.object({ kind: z.literal('agent-lost'), agent: z.string(), attempts: z.int() }),
  z.object({ kind: z.literal('ended'), state: z.enum(['succeeded', 'failed', 'cancelled']) }),
  z.object({ kind: z.literal('archived') }),
  z.object({ kind: z.literal('unarchived') }),
]);

export const timelineQuerySchema = z.object({ bins: z.coerce.number().int().min(1).max(500).default(120) });

export const runTimelineSchema = z.object({
  /** The run's creation; and its end, or now. */
  from: time,
  to: time,
  stages: z.array(
    z.object({
      name: z.string(),
      /** Tasks of the stage, and how many of them, evenly chosen, were looked at. */
      tasks: z.int().nonnegative(),
      looked: z.int().nonnegative(),
      /** When the first of the last attempts started, and when the last one ended; null before that. */
      first: time.nullable(),
      last: time.nullable(),
      /** How many of those that were looked at ended in each of equal parts of the time. */
      ended: z.array(z.int().nonnegative()),
    }),
  ),
  /** In their order, the newest thousand. */
  events: z.array(z.object({ at: time, about: runEventAboutSchema })),
});

export type RunEventAbout = z.infer<typeof runEventAboutSchema>;
export type RunTimeline = z.infer<typeof runTimelineSchema>;

/** In a few words, such as `Stage pair was paused`. */
export function describeRunEvent(about: RunEventAbout): string {
  switch (about.kind) {
    case 'created':
      return 'The run was started';
    case 'paused':
      return 'The run was paused';
    case 'taken-up':
      return describeTakenUp(about.again, about.below);
    case 'stage-paused':
      return `Stage ${about.stage} was paused`;
    case 'stage-resumed':
      return `Stage ${about.stage} was let go on`;
    case 'priority':
      return `Its priority became ${about.priority}`;
    case 'edited':
      return `Revision ${about.revision}${about.note === null ? '' : `, ${about.note}`}: ${things(about.redone)} to be done again`;
    case 'agent-lost':
      return `Agent ${about.agent} was lost with ${things(about.attempts)} of it`;
    case 'ended':
      return about.state === 'succeeded' ? 'The run succeeded' : `The run was ended: ${about.state}`;
    case 'archived':
      return 'The run was archived';
    case 'unarchived':
      return 'The run was taken out of the archive';
  }
}

function describeTakenUp(again: number, below: number): string {
  if (again === 0) return 'The run was let go on';
  return `${things(again)} done again${below === 0 ? '' : `, and ${below} below`}`;
}

function things(count: number): string {
  return count === 1 ? '1 task' : `${count} tasks`;
}
