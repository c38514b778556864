/**
 * What an edit does to the tasks of each stage, counted before and after it in its transaction.
 */
import type { Transaction } from '@gantry/database';
import type { StageEdit } from '@gantry/model';
import type { RunPlan } from '../run-plan.ts';

interface Counted {
  readonly stage: number;
  readonly tasks: number;
  readonly stale: number;
  /** Have a result. */
  readonly done: number;
}

export interface StageEffect {
  readonly stage: string;
  /** Tasks that have a result and are run again, since their own stage has changed. */
  readonly again: number;
  /** Tasks that have a result and follow where what they read comes out differently. */
  readonly follow: number;
  /** Tasks that it has more, and fewer, than before. */
  readonly more: number;
  readonly fewer: number;
  /** Tasks of a stage that is removed, or made anew: what they made stays. */
  readonly left: number;
  /** Tasks whose earlier result stands again, without being run. */
  readonly back: number;
}

/** By the id of the stage. */
export async function countTasks(transaction: Transaction, plan: RunPlan): Promise<Map<number, Counted>> {
  const { rows } = await transaction.query<Counted>(
    `SELECT stage, count(*) FILTER (WHERE state <> 'dropped') AS tasks,
       count(*) FILTER (WHERE stale AND state <> 'dropped') AS stale,
       count(*) FILTER (WHERE result IN ('succeeded', 'failed') AND state <> 'dropped') AS done
     FROM task WHERE stage = ANY ($1) GROUP BY stage`,
    [plan.stages.map(({ id }) => id)],
  );
  return new Map(rows.map((row) => [row.stage, row]));
}

/** Those of the stages that there are now, in their order, then of those that are gone; without those that nothing happens to. */
export async function countEffects(
  transaction: Transaction,
  {
    before,
    previous,
    plan,
    edits,
  }: {
    readonly before: ReadonlyMap<number, Counted>;
    readonly previous: RunPlan;
    readonly plan: RunPlan;
    readonly edits: readonly StageEdit[];
  },
): Promise<StageEffect[]> {
  const after = await countTasks(transaction, plan);
  const none: Counted = { stage: 0, tasks: 0, stale: 0, done: 0 };
  const left = (name: string): number => {
    const old = previous.stages.find((stage) => stage.name === name);
    const stays = plan.stages.some(({ id }) => id === old?.id);
    return old === undefined || stays ? 0 : (before.get(old.id)?.done ?? 0);
  };
  const effects = plan.stages.map(({ id, name }): StageEffect => {
    const was = before.get(id) ?? none;
    const is = after.get(id) ?? none;
    const own = edits.some(({ stage, effect }) => stage === name && effect === 'redo');
    const stale = Math.max(0, is.stale - was.stale);
    return {
      stage: name,
      again: own ? stale : 0,
      follow: own ? 0 : stale,
      more: Math.max(0, is.tasks - was.tasks),
      fewer: Math.max(0, was.tasks - is.tasks),
      left: left(name),
      back: Math.max(0, was.stale - is.stale),
    };
  });
  const gone = edits.flatMap(({ stage, kind }): StageEffect[] =>
    kind === 'removed'
      ? [{ ...{ stage, again: 0, follow: 0, more: 0, fewer: 0, back: 0 }, left: left(stage) }]
      : [],
  );
  const numbers = ({ stage: _, ...counts }: StageEffect): number[] => Object.values(counts);
  return [...effects, ...gone].filter((effect) => numbers(effect).some((count) => count > 0));
}
