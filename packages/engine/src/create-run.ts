/**
 * Starts a run: the rows of its stages and outputs, and the tasks that its sources bring about already.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Transaction } from '@gantry/database';
import {
  GantryError,
  intersectBounds,
  unbounded,
  type CompiledPipeline,
  type CompiledSource,
  type LatticeBounds,
  type RunChoices,
  type WatchOptions,
} from '@gantry/model';
import { stageCacheKey } from './cache/stage-cache-text.ts';
import { advanceRun, noteOutputs, nothingTouched } from './advance-run.ts';
import { lockDataset, refuseOutput } from './change-dataset.ts';
import { insertDataset } from './create-dataset.ts';
import type { Engine, EngineNewsDraft } from './engine.ts';
import { insertIntake } from './intakes/intake-rows.ts';
import { saveLiveSource } from './live-sources/live-source-rows.ts';
import { loadPlan } from './load-plan.ts';
import { lockRun } from './lock-runs.ts';
import { seeClosed, seeItems } from './see-source.ts';

export interface NewRun {
  readonly project: number;
  readonly name: string;
  readonly pipeline: CompiledPipeline;
  /**
   * What each source of the pipeline reads: a dataset, whose axes are the source's, in the same order; or a folder,
   * for which one is made in the same transaction.
   */
  readonly sources: Readonly<Record<string, number | NewFolder>>;
  /** Each stage's tool: the digest that the cache and the provenance know it by, and the folder of its files. */
  readonly tools: Readonly<Record<string, { readonly digest: string; readonly folder: string }>>;
  /** False where every task is to be run, and no later run takes a result from this one. */
  readonly cache?: boolean;
  /** The agents that take its tasks; those of no pool if absent. */
  readonly pool?: string | undefined;
  /** What it was asked for with, so that another one can be. */
  readonly request?: RunChoices | undefined;
}

/** The files of a folder, as a source. */
export interface NewFolder {
  /** Absolute. */
  readonly folder: string;
  /** Empty where its items are not found by one. */
  readonly pattern: string;
  readonly bounds: LatticeBounds;
  /** Read once and closed, or watched for files that come. */
  readonly filling:
    | { readonly mode: 'batch'; readonly skipUnreadable: boolean }
    | { readonly mode: 'live'; readonly options: WatchOptions };
}

/**
 * @returns the run's id
 * @throws GantryError `source-without-dataset`; `axes-differ` where a dataset has other axes than its source;
 *   `dataset-of-run` where it is an output that is not sealed
 */
export async function createRun(engine: Engine, run: NewRun): Promise<number> {
  const id = await engine.work(async (transaction, news) => {
    const runId = await insertRun(transaction, run);
    for (const [ordinal, source] of run.pipeline.sources.entries()) {
      const given = run.sources[source.name];
      const dataset =
        typeof given === 'object' ? await insertFolder(transaction, run.project, source, given, news) : given;
      await insertSource(transaction, runId, ordinal, source, dataset);
    }
    for (const [index, stage] of run.pipeline.stages.entries()) {
      const ordinal = run.pipeline.sources.length + index;
      await insertStage(transaction, run, runId, ordinal, stage);
    }
    const locked = await lockRun(transaction, runId);
    if (locked === undefined) throw new Error(`run ${runId} is not there`);
    const plan = await loadPlan(transaction, runId);
    const touched = nothingTouched(true);
    for (const source of plan.sources) {
      await seeItems(transaction, source, null, touched);
      const { state } = await lockDataset(transaction, source.dataset, 'read');
      if (state !== 'open') await seeClosed(transaction, source, touched);
    }
    await advanceRun(transaction, plan, locked, touched, news);
    for (const { dataset } of plan.sources) news.datasets.add(dataset);
    for (const { shape } of plan.stages) noteOutputs(news, shape);
    return runId;
  });
  return id;
}

async function insertRun(transaction: Transaction, run: NewRun): Promise<number> {
  const pipeline = await insertPipeline(transaction, run.project, run.pipeline);
  const { request } = run;
  const source =
    request === undefined ? undefined : { ...request.pipeline, tools: request.tools, params: request.params };
  const { rows } = await transaction.query<{ id: number }>(
    `WITH made AS (
       INSERT INTO run (project, pipeline, name, request, cache, pool) VALUES ($1, $2, $3, $4, $7, $8) RETURNING id, created
     ), kept AS (
       INSERT INTO run_revision (run, revision, at, pipeline, source, tools) SELECT id, 1, created, $2, $5, $6 FROM made
     )
     SELECT id FROM made`,
    [
      run.project,
      pipeline,
      run.name,
      request === undefined ? null : JSON.stringify(request),
      source === undefined ? null : JSON.stringify(source),
      JSON.stringify(run.tools),
      run.cache !== false,
      run.pool ?? null,
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('INSERT INTO run returned no row');
  return row.id;
}

/** A compiled pipeline, kept once. @returns its id */
export async function insertPipeline(
  transaction: Transaction,
  project: number,
  pipeline: CompiledPipeline,
): Promise<number> {
  const file = JSON.stringify(pipeline);
  const digest = createHash('sha256').update(file).digest('hex');
  const { rows } = await transaction.query<{ id: number }>(
    `INSERT INTO pipeline (project, name, file, digest) VALUES ($1, $2, $3, $4)
     ON CONFLICT (project, name, digest) DO UPDATE SET digest = excluded.digest RETURNING id`,
    [project, pipeline.name, file, digest],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('INSERT INTO pipeline returned no row');
  return row.id;
}

/** The dataset of a folder's files, and that it is to be filled. */
async function insertFolder(
  transaction: Transaction,
  project: number,
  { name, type, axes }: CompiledSource,
  { folder, pattern, bounds, filling }: NewFolder,
  news: EngineNewsDraft,
): Promise<number> {
  const made = {
    project,
    name: (basename(folder) || name).slice(0, 200),
    type,
    axes,
    bounds,
    folder,
    pattern: pattern === '' ? undefined : pattern,
  };
  const dataset = await insertDataset(transaction, made, news);
  if (filling.mode === 'batch') await insertIntake(transaction, dataset, filling.skipUnreadable);
  else await saveLiveSource(transaction, dataset, folder, pattern, filling.options);
  return dataset;
}

async function insertSource(
  transaction: Transaction,
  run: number,
  ordinal: number,
  { name, axes, extents = {}, skip = {} }: CompiledSource,
  dataset: number | undefined,
): Promise<void> {
  if (dataset === undefined) {
    throw new GantryError('source-without-dataset', `The source ${name} has no dataset.`, {
      field: `sources.${name}`,
      mend: `Give it one: --input ${name}=FOLDER --pattern ${name}=PATTERN.`,
    });
  }
  const locked = await lockDataset(transaction, dataset, 'read');
  // What a run makes may change until it is sealed, and nobody would tell this run.
  if (locked.state !== 'sealed' && locked.state !== 'published') await refuseOutput(transaction, dataset);
  if (locked.axes.join() !== axes.join()) {
    throw new GantryError(
      'axes-differ',
      `The source ${name} has the axes ${axes.join(', ') || '(none)'}, and the dataset ${locked.name} has ${locked.axes.join(', ') || '(none)'}.`,
      { field: `sources.${name}`, mend: 'Use a pattern that names the same axes.' },
    );
  }
  const bounds = intersectBounds(locked.bounds, { extents, skip, region: {} });
  await transaction.query(
    'INSERT INTO stage (run, ordinal, name, dataset, bounds) VALUES ($1, $2, $3, $4, $5)',
    [run, ordinal, name, dataset, JSON.stringify(bounds)],
  );
}

/**
 * A stage with the datasets of its outputs.
 * @param since the revision that adds it, and `run.change` of the transaction; those of a new run if absent
 */
export async function insertStage(
  transaction: Transaction,
  run: Pick<NewRun, 'project' | 'name' | 'tools' | 'cache'>,
  runId: number,
  ordinal: number,
  stage: CompiledPipeline['stages'][number],
  since: { readonly revision: number; readonly change: number } = { revision: 1, change: 0 },
): Promise<void> {
  const { rows } = await transaction.query<{ id: number }>(
    `INSERT INTO stage (run, ordinal, name, spec, tool_digest, tool_folder, added, changes_from, cache_key)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
    [
      runId,
      ordinal,
      stage.name,
      JSON.stringify(stage),
      run.tools[stage.name]?.digest ?? null,
      run.tools[stage.name]?.folder ?? null,
      since.revision,
      since.change,
      run.cache === false
        ? null
        : (stageCacheKey(run.project, stage, run.tools[stage.name]?.digest ?? '') ?? null),
    ],
  );
  for (const [index, output] of stage.outputs.entries()) {
    await transaction.query(
      `WITH made AS (
         INSERT INTO dataset (project, name, type, axes, bounds) VALUES ($1, $2, $3, $4, $5) RETURNING id)
       INSERT INTO stage_output (stage, ordinal, name, dataset) SELECT $6, $7, $8, id FROM made`,
      [
        run.project,
        `${run.name} ${stage.name}.${output.name}`,
        output.type,
        output.axes,
        JSON.stringify(unbounded),
        rows[0]?.id,
        index,
        output.name,
      ],
    );
  }
}
