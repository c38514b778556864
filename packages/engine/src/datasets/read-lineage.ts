/**
 * All that a dataset came from and that was made from it: from dataset to dataset through the stages of runs. Reads
 * only: a query for each step away from it, by `stage_output_by_dataset` and `stage_by_dataset`, and the plans of the
 * runs, which the engine keeps.
 */
import type { DatasetLineage } from '@gantry/model';
import type { Engine } from '../engine.ts';
import { findStage, type RunPlan, type StagePlan } from '../run-plan.ts';
import { unknownDataset } from './read-datasets.ts';

type Step = DatasetLineage['steps'][number];

/** More than anybody can look at at once. */
const mostDatasets = 200;
/** Of the runs that read a dataset, the newest. */
const mostRuns = 10;

/** @throws GantryError `unknown-dataset` */
export async function readLineage(engine: Engine, dataset: number): Promise<DatasetLineage> {
  const steps = new Map<number, Step>();
  const before = await walk(dataset, (ids) => findMakers(engine, ids, steps));
  const after = await walk(dataset, (ids) => findReaders(engine, ids, steps));
  const ids = [...new Set([...before.seen, ...after.seen])];
  const { rows } = await engine.pool.query<DatasetLineage['datasets'][number]>({
    name: 'datasets-of-lineage',
    text: `SELECT d.id, d.name, d.type, d.state, coalesce(z.items, 0) AS items
           FROM dataset d LEFT JOIN dataset_size z ON z.dataset = d.id WHERE d.id = ANY ($1) ORDER BY d.id`,
    values: [ids],
  });
  if (!rows.some(({ id }) => id === dataset)) throw unknownDataset(dataset);
  const known = new Set(ids);
  return {
    datasets: rows,
    steps: [...steps.values()].map((step) => ({
      ...step,
      from: step.from.filter((id) => known.has(id)),
      to: step.to.filter((id) => known.has(id)),
    })),
    cut: before.cut || after.cut,
  };
}

interface Found {
  readonly datasets: readonly number[];
  readonly cut: boolean;
}

/** Goes on from what was found until there is nothing new. */
async function walk(
  from: number,
  find: (ids: readonly number[]) => Promise<Found>,
): Promise<{ seen: Set<number>; cut: boolean }> {
  const seen = new Set([from]);
  let cut = false;
  for (let next: number[] = [from]; next.length > 0;) {
    const found = await find(next);
    const fresh = [...new Set(found.datasets)].filter((id) => !seen.has(id));
    next = fresh.slice(0, mostDatasets - seen.size);
    cut ||= found.cut || next.length < fresh.length;
    for (const id of next) seen.add(id);
  }
  return { seen, cut };
}

/** What the stages read that made these datasets. */
async function findMakers(
  engine: Engine,
  datasets: readonly number[],
  steps: Map<number, Step>,
): Promise<Found> {
  const { rows } = await engine.pool.query<{ run: number; stage: number; dataset: number }>({
    name: 'makers-of-datasets',
    text: `SELECT g.run, g.id AS stage, o.dataset FROM stage_output o JOIN stage g ON g.id = o.stage
           WHERE o.dataset = ANY ($1)`,
    values: [datasets],
  });
  const found: number[] = [];
  for (const { run, stage: id, dataset } of rows) {
    const plan = await engine.plan(run);
    const stage = findStage(plan, id);
    const from = stage.shape.inputs.map((input) => input.dataset);
    noteStep(steps, plan, stage, from, [dataset]);
    found.push(...from);
  }
  return { datasets: found, cut: false };
}

/** What the stages make that read these datasets. */
async function findReaders(
  engine: Engine,
  datasets: readonly number[],
  steps: Map<number, Step>,
): Promise<Found> {
  const { rows } = await engine.pool.query<{ run: number; rank: number }>({
    name: 'readers-of-datasets',
    text: `SELECT run, rank FROM (
             SELECT s.run, row_number() OVER (PARTITION BY s.dataset ORDER BY s.run DESC)::int AS rank
             FROM stage s WHERE s.dataset = ANY ($1)
           ) newest WHERE rank <= ${mostRuns + 1}
           UNION SELECT g.run, 1 FROM stage_output o JOIN stage g ON g.id = o.stage WHERE o.dataset = ANY ($1)`,
    values: [datasets],
  });
  const found: number[] = [];
  for (const run of new Set(rows.filter(({ rank }) => rank <= mostRuns).map((row) => row.run))) {
    const plan = await engine.plan(run);
    for (const stage of plan.stages) {
      const from = stage.shape.inputs.map((input) => input.dataset).filter((id) => datasets.includes(id));
      if (from.length === 0) continue;
      const to = stage.shape.outputs.map((output) => output.dataset);
      noteStep(steps, plan, stage, from, to);
      found.push(...to);
    }
  }
  return { datasets: found, cut: rows.some(({ rank }) => rank > mostRuns) };
}

function noteStep(
  steps: Map<number, Step>,
  plan: RunPlan,
  stage: StagePlan,
  from: readonly number[],
  to: readonly number[],
): void {
  const { name, version } = stage.compiled.tool;
  const known = steps.get(stage.id);
  steps.set(stage.id, {
    ...{ run: plan.id, runName: plan.name, stage: stage.name, tool: `${name}@${version}` },
    from: [...new Set([...(known?.from ?? []), ...from])],
    to: [...new Set([...(known?.to ?? []), ...to])],
  });
}
