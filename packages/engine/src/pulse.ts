/**
 * What tells at the least cost that a run at work has changed: its change number and the tasks that agents hold.
 * Claims change no run, and other servers tell us nothing; so whoever shows runs looks at this now and then.
 * Index: `run_at_work`.
 */
import type { Engine } from './engine.ts';

/** Per run at work, a text that differs when it has changed. */
export async function takePulse(engine: Engine): Promise<Map<number, string>> {
  const { rows } = await engine.pool.query<{ run: number; pulse: string }>({
    name: 'take-pulse',
    text: `SELECT r.id AS run, concat_ws('-', r.change, h.held, h.last) AS pulse
           FROM run r LEFT JOIN LATERAL (
             SELECT count(*) AS held, max(u.attempt) AS last
             FROM stage s JOIN running u ON u.stage = s.id WHERE s.run = r.id
           ) h ON true
           WHERE r.state IN ('active', 'paused')`,
  });
  return new Map(rows.map(({ run, pulse }) => [run, pulse]));
}
