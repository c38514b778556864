/**
 * The rule that gives a task its state, from what its inputs hold and what it did before. The engine has the same
 * rule in SQL (`database`, `statements/judge.ts`); property tests hold the two together.
 */
import type { CompiledStage, Tolerance } from './pipeline-graph.ts';
import type { TaskState } from './task-state.ts';

/** The last result of a task that still stands. */
export type Result = 'succeeded' | 'failed' | 'cancelled';

/** What one input of a task holds, counted in items that are there and producers that are not finished. */
export interface InputTally {
  readonly available: number;
  readonly pending: number;
  readonly failed: number;
  /** Neighbours that are not there and will not come. */
  readonly absent: number;
  /** True while places that the task would read may still become known. */
  readonly open: boolean;
}

export interface Judgement {
  readonly state: TaskState | 'dropped';
  readonly stale: boolean;
}

/** How many failed places an input may lack: a number, or a share of those not absent, rounded down. */
export function toleratedFailures(tolerate: Tolerance, available: number, failed: number): number {
  return 'places' in tolerate ? tolerate.places : Math.floor(tolerate.fraction * (available + failed) + 1e-9);
}

/**
 * The state of a task. In order: dropped, cancelled, blocked, waiting, skipped, its fresh result, ready.
 *
 * @param facts.fresh what the last result had read is what is there now
 * @param facts.ended the run has ended: what would be ready keeps its stale result until the run is resumed
 */
export function judgeTask(
  stage: Pick<CompiledStage, 'inputs' | 'over' | 'tolerate'>,
  tallies: readonly InputTally[],
  facts: { readonly result: Result | undefined; readonly fresh: boolean; readonly ended: boolean },
): Judgement {
  const { result } = facts;
  const dropping = stage.over.kind === 'neighbors' && stage.over.edges === 'drop';
  if (dropping && tallies.some((tally) => tally.absent > 0)) return { state: 'dropped', stale: false };
  if (result === 'cancelled') return { state: 'cancelled', stale: false };

  const pending = tallies.some((tally) => tally.pending > 0 || tally.open);
  const blocked = tallies.some((tally, index) => {
    if (tally.failed === 0) return false;
    if (stage.inputs[index]?.many !== true || isIntolerant(stage.tolerate)) return true;
    if (tally.pending > 0 || tally.open) return false;
    return (
      tally.available === 0 || tally.failed > toleratedFailures(stage.tolerate, tally.available, tally.failed)
    );
  });
  const fresh = result !== undefined && !pending && !blocked && facts.fresh;
  const stale = result !== undefined && !fresh;
  if (blocked) return { state: 'blocked', stale };
  if (pending) return { state: result === 'succeeded' ? 'succeeded' : 'waiting', stale };
  const empty = tallies.some(
    (tally, index) => stage.inputs[index]?.required === true && tally.available === 0,
  );
  if (empty) return { state: 'skipped', stale: false };
  if (result !== undefined && (fresh || facts.ended)) return { state: result, stale };
  return { state: 'ready', stale };
}

function isIntolerant(tolerate: Tolerance): boolean {
  return 'places' in tolerate ? tolerate.places === 0 : tolerate.fraction === 0;
}
