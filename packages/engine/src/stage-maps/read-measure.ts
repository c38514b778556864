/** A measure of the last attempt of each task, and how it is spread over a stage. Index: `attempt_by_task`. */
import { arrayText } from '@gantry/database';
import { resultOf, type Histogram } from '@gantry/model';
import type { Engine } from '../engine.ts';
import { stageMapsOf, type MappedStage } from './stage-map-cache.ts';

/** So many tasks tell how all of a stage are spread, at some 5 µs each. */
const mostLooked = 20_000;

const valueSql = {
  duration: `extract(epoch FROM a.ended - coalesce(a.started, a.claimed))`,
  memory: `(a.resources->>'maxRssBytes')::float4`,
  cpu: `(a.resources->>'cpuSeconds')::float4`,
  result: `(a.results->>$2)::float4`,
} as const;

/** @param measure as `measureSchema` reads it. @returns in the order of the tasks, NaN where there is none */
export async function readMeasure(
  engine: Engine,
  tasks: Float64Array,
  measure: string,
): Promise<Float32Array> {
  const result = resultOf(measure);
  const kind = result === undefined ? (measure as keyof typeof valueSql) : 'result';
  const { rows } = await engine.pool.query<[Buffer]>({
    name: `measure-of-tasks-${kind}`,
    text: `SELECT coalesce(string_agg(float4send(coalesce(m.value, 'NaN')), ''::bytea ORDER BY t.at), ''::bytea)
      FROM unnest($1::bigint[]) WITH ORDINALITY t(id, at) LEFT JOIN LATERAL (
        SELECT (${valueSql[kind]})::float4 AS value FROM attempt a WHERE a.task = t.id ORDER BY a.id DESC LIMIT 1
      ) m ON true`,
    values: [arrayText([...tasks]), ...(result === undefined ? [] : [result])],
    rowMode: 'array',
  });
  const bytes = rows[0]?.[0] ?? Buffer.alloc(0);
  return Float32Array.from(tasks, (_, index) => bytes.readFloatBE(4 * index));
}

export async function readHistogram(
  engine: Engine,
  mapped: MappedStage,
  measure: string,
  bins: number,
): Promise<Histogram> {
  const { tasks, looked } = await stageMapsOf(engine).look(mapped, ({ map }) => ({
    tasks: map.present,
    looked: map.sample(mostLooked),
  }));
  const values = (await readMeasure(engine, looked, measure)).filter((value) => !Number.isNaN(value)).sort();
  const head = { measure, tasks, looked: looked.length, count: values.length };
  const [least, most] = [values[0], values.at(-1)];
  if (least === undefined || most === undefined) return { ...head, bins: [] };
  const at = (share: number): number =>
    values[Math.min(values.length - 1, Math.floor(share * values.length))]!;
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = most === least ? Math.floor(bins / 2) : Math.floor(((value - least) / (most - least)) * bins);
    counts[Math.min(bins - 1, bin)]! += 1;
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { ...head, spread: { least, most, mean, median: at(0.5), p95: at(0.95) }, bins: counts };
}
