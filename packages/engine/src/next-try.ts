/** When the next of the tasks that wait for a further try may be claimed. Index: `ready_later_due`. */
import type { RunDetail } from '@gantry/model';
import type { Engine } from './engine.ts';

/** Milliseconds from now; infinite where none waits. Those that are due, and wait for a larger agent, do not count. */
export async function untilNextTry(engine: Engine): Promise<number> {
  const { rows } = await engine.pool.query<{ wait: number | null }>({
    name: 'until-next-try',
    text: `SELECT extract(epoch FROM min(due) - now())::float8 * 1000 AS wait FROM ready_later WHERE due > now()`,
  });
  const wait = rows[0]?.wait ?? null;
  // A little behind it, so that it is due by the clock of the next look.
  return wait === null ? Infinity : Math.ceil(wait) + 5;
}

/** The tasks of a run that wait for it. Index: `ready_later_by_stage`. */
export async function readNextTries(engine: Engine, run: number): Promise<RunDetail['nextTries']> {
  const { rows } = await engine.pool.query<{ tasks: number; first: Date | null }>({
    name: 'next-tries',
    text: `SELECT count(*)::int AS tasks, min(l.due) AS first
           FROM stage s JOIN ready_later l ON l.stage = s.id AND l.due > now() WHERE s.run = $1`,
    values: [run],
  });
  const { tasks = 0, first = null } = rows[0] ?? {};
  return first === null ? null : { tasks, first: first.toISOString() };
}
