/**
 * The states of tasks, attempts, runs and datasets, each documented beside its type.
 */
import type { AttemptOutcome } from './agent-protocol.ts';

/**
 * - `waiting`: something it reads is pending;
 * - `blocked`: something it reads has failed;
 * - `ready`: all it reads is there, an agent may claim it;
 * - `running`: an agent holds an attempt of it;
 * - `succeeded`, `failed`, `cancelled`: its last result;
 * - `skipped`: a required input has no item at its place.
 */
export const taskStates = [
  'waiting',
  'blocked',
  'ready',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'skipped',
] as const;
export type TaskState = (typeof taskStates)[number];

/**
 * How an attempt ended, beside what the agent reports (`AttemptOutcome`): `lost` was held by an agent that went
 * away; `returned` was claimed and never started, and is not kept. Neither counts as a try; after a number of losses
 * in a row (`retry.ts`) the task fails all the same.
 */
export type AttemptEnd = AttemptOutcome | 'lost' | 'returned';

/** `active` until nothing can move; then `succeeded`, or `failed` if any task failed or is blocked. */
export const runStates = ['active', 'paused', 'succeeded', 'failed', 'cancelled', 'archived'] as const;
export type RunState = (typeof runStates)[number];

/** Whether a run has not come to its end: it admits what comes and re-runs what is stale, be it held back or not. */
export function isAtWork(state: RunState): boolean {
  return state === 'active' || state === 'paused';
}

/** `open` may grow, `closed` gets no new places, `sealed` never changes again. */
export const datasetStates = ['open', 'closed', 'sealed', 'published', 'invalidated'] as const;
export type DatasetState = (typeof datasetStates)[number];

/** The outcomes with which a task can have failed. */
export const failureOutcomes = ['failed', 'timed-out', 'out-of-memory', 'start-failed', 'lost'] as const;
export type FailureOutcome = (typeof failureOutcomes)[number];
