/**
 * The timeline of a run: its events, and when the tasks of its stages ended. Of a large stage some tasks, evenly chosen,
 * tell of all. Indexes: `run_event_by_run`, `attempt_by_task`.
 */
import { arrayText } from '@gantry/database';
import { GantryError, type RunEventAbout, type RunTimeline } from '@gantry/model';
import type { Engine } from './engine.ts';
import { stageMapsOf } from './stage-maps/stage-map-cache.ts';

/** So many tasks of a stage are looked at. */
const mostLooked = 5_000;
const mostEvents = 1000;

/** @throws GantryError `unknown-run` */
export async function readTimeline(engine: Engine, run: number, bins: number): Promise<RunTimeline> {
  const { rows } = await engine.pool.query<{ created: Date; to: Date }>({
    name: 'span-of-run',
    text: 'SELECT created, coalesce(ended, now()) AS to FROM run WHERE id = $1',
    values: [run],
  });
  const [span] = rows;
  if (span === undefined)
    throw new GantryError('unknown-run', `There is no run ${run}.`, { mend: '`gantry runs` lists them.' });
  const plan = await engine.plan(run);
  const stages: RunTimeline['stages'] = [];
  for (const { id, name, compiled } of plan.stages) {
    const { tasks, looked } = await stageMapsOf(engine).look(
      { run, stage: id, axes: compiled.axes },
      ({ map }) => ({ tasks: map.present, looked: map.sample(mostLooked) }),
    );
    const ends = await readEnds(engine, looked, span, bins);
    stages.push({ name, tasks, looked: looked.length, ...ends });
  }
  return {
    ...{ from: span.created.toISOString(), to: span.to.toISOString(), stages },
    events: [
      { at: span.created.toISOString(), about: { kind: 'created' } },
      ...(await listEvents(engine, run)),
    ],
  };
}

async function readEnds(
  engine: Engine,
  tasks: Float64Array,
  { created, to }: { readonly created: Date; readonly to: Date },
  bins: number,
): Promise<Pick<RunTimeline['stages'][number], 'first' | 'last' | 'ended'>> {
  const { rows } = await engine.pool.query<{
    first: Date | null;
    last: Date | null;
    bin: number | null;
    count: number;
  }>({
    name: 'ends-of-tasks',
    text: `SELECT min(a.started) AS first, max(a.ended) AS last, count(*)::int AS count,
             least(greatest(floor(extract(epoch FROM a.ended - $2) / $3 * $4), 0), $4 - 1)::int AS bin
           FROM unnest($1::bigint[]) t(id) CROSS JOIN LATERAL (
             SELECT coalesce(a.started, a.claimed) AS started, a.ended FROM attempt a
             WHERE a.task = t.id AND a.outcome IN ('succeeded', 'failed', 'timed-out', 'out-of-memory', 'start-failed')
             ORDER BY a.id DESC LIMIT 1) a
           GROUP BY bin`,
    values: [
      arrayText([...tasks]),
      created,
      Math.max(0.001, (to.getTime() - created.getTime()) / 1000),
      bins,
    ],
  });
  const ended = new Array<number>(bins).fill(0);
  for (const { bin, count } of rows) if (bin !== null) ended[bin] = count;
  const times = (of: 'first' | 'last'): number[] => rows.flatMap((row) => row[of]?.getTime() ?? []);
  const [first, last] = [Math.min(...times('first')), Math.max(...times('last'))];
  const text = (ms: number): string | null => (Number.isFinite(ms) ? new Date(ms).toISOString() : null);
  return { first: text(first), last: text(last), ended };
}

async function listEvents(engine: Engine, run: number): Promise<RunTimeline['events']> {
  const { rows } = await engine.pool.query<{ at: Date; about: RunEventAbout }>({
    name: 'events-of-run',
    text: `SELECT at, about FROM (
             (SELECT at, about FROM run_event WHERE run = $1 ORDER BY id DESC LIMIT $2)
             UNION ALL
             SELECT at, jsonb_build_object('kind', 'edited', 'revision', revision, 'note', note, 'redone', redone)
             FROM run_revision WHERE run = $1 AND revision > 1
           ) e ORDER BY at DESC LIMIT $2`,
    values: [run, mostEvents],
  });
  return rows.reverse().map(({ at, about }) => ({ at: at.toISOString(), about }));
}
