/**
 * Random histories of a run, played to the engine and to the reference model alike. Events that are played at the
 * same time must have had the effect of one order or another.
 */
import {
  coordinates,
  endedStates,
  isGantryError,
  placeKey,
  ReferenceRun,
  resubmitBodySchema,
  type MadeItem,
  type Outcome,
  type Place,
} from '@gantry/model';
import {
  admitItems,
  cancelRun,
  claimTasks,
  closeDataset,
  createDataset,
  createRun,
  editRun,
  openEngine,
  openSession,
  pauseRun,
  pauseStage,
  resubmitTasks,
  resumeRun,
  settleAttempts,
  type ClaimedTask,
  type EndedAttempt,
  type Engine,
  type NewSession,
} from '../src/index.ts';
import { randomEdit } from './random-edit.ts';
import { Chance, randomPipeline, type RandomPipeline } from './random-pipeline.ts';

/** An event, as the engine and as the model are told of it. */
interface Event {
  readonly name: string;
  readonly engine: () => Promise<unknown>;
  readonly model: (run: ReferenceRun) => void;
}

/** The end of an attempt. */
interface Settle extends Event {
  readonly end: EndedAttempt;
}

interface Candidate {
  readonly history: readonly Event[];
  readonly model: ReferenceRun;
}

interface Held {
  readonly claimed: ClaimedTask;
  readonly stage: string;
  readonly key: string;
}

export interface Simulation {
  readonly steps: number;
  /** How many events are played at the same time at most. */
  readonly atOnce: number;
  /** How many attempts the agent may report in one block; 1 if absent. */
  readonly block?: number;
  /** Whether the pipeline is edited now and then. */
  readonly edits?: boolean;
}

/** Plays one history; throws with the seed and the steps where engine and model differ. */
export async function simulateRun(engine: Engine, seed: number, options: Simulation): Promise<void> {
  const simulator = await Simulator.start(engine, seed);
  await simulator.check([]);
  for (let step = 0; step < options.steps; step++) await simulator.step(options);
  await simulator.finish();
}

class Simulator {
  #engine: Engine;
  readonly #seed: number;
  readonly #chance: Chance;
  /** The pipeline as it was at first, and as it is. */
  readonly #first: RandomPipeline;
  #random: RandomPipeline;
  #revision = 1;
  readonly #datasets: Record<string, number>;
  #run: number;
  #session: number;
  readonly #closed = new Set<string>();
  /** Every order of events so far that explains what the engine has said, with the model after it. */
  #candidates: Candidate[];
  #held: Held[] = [];

  constructor(
    engine: Engine,
    seed: number,
    chance: Chance,
    random: RandomPipeline,
    ids: { datasets: Record<string, number>; run: number; session: number },
  ) {
    this.#engine = engine;
    this.#seed = seed;
    this.#chance = chance;
    this.#first = random;
    this.#random = random;
    this.#datasets = ids.datasets;
    this.#run = ids.run;
    this.#session = ids.session;
    this.#candidates = [{ history: [], model: new ReferenceRun(random.pipeline, random.bounds) }];
  }

  static async start(engine: Engine, seed: number): Promise<Simulator> {
    const chance = new Chance(seed);
    const random = randomPipeline(chance);
    const datasets: Record<string, number> = {};
    for (const source of random.pipeline.sources) {
      const bounds = random.bounds[source.name];
      if (bounds === undefined) throw new Error(`source ${source.name} has no bounds`);
      datasets[source.name] = await createDataset(engine, { project: 1, ...source, bounds });
    }
    const { session } = await openSession(engine, agentOf(seed));
    const simulator = new Simulator(engine, seed, chance, random, { datasets, run: 0, session });
    await simulator.#begin();
    return simulator;
  }

  /** Starts the run; about half of them over sources that hold items already, or are closed. */
  async #begin(): Promise<void> {
    const before: Event[] = [];
    for (let count = this.#chance.oneIn(2) ? this.#chance.below(8) : 0; count > 0; count--) {
      before.push(this.#admit());
    }
    for (const { name } of this.#random.pipeline.sources) {
      if (before.length > 0 && this.#chance.oneIn(2)) before.push(this.#close(name));
    }
    for (const event of before) await event.engine();
    this.#run = await createRun(this.#engine, {
      project: 1,
      name: `seed ${this.#seed}`,
      pipeline: this.#random.pipeline,
      sources: this.#datasets,
      tools: {},
    });
    if (before.length === 0) return;
    const model = (run: ReferenceRun): void => {
      for (const event of before) event.model(run);
    };
    await this.check([{ name: 'before the run', engine: () => Promise.resolve(), model }]);
  }

  /** Plays some events at the same time, or claims. */
  async step({ atOnce, block = 1, edits = false }: Simulation): Promise<void> {
    if (this.#chance.oneIn(3)) return this.#claim();
    if (block > 1 && this.#chance.oneIn(2)) return this.#report(block);
    if (this.#chance.oneIn(15)) return this.#play(this.#restart());
    const count = 1 + this.#chance.below(atOnce);
    const claims = count > 1 && this.#chance.oneIn(3) ? [this.#claimEvent(2)] : [];
    const edited = edits && this.#chance.oneIn(4) ? this.#edit() : undefined;
    const others = Array.from({ length: edited === undefined ? count : count - 1 }, () => this.#randomEvent())
      .filter((event) => event !== undefined)
      // A stage is named, and may be another one after the edit.
      .filter(({ name }) => edited === undefined || !/^(?:pause|resume) (?:stage|late)/.test(name));
    const events = [...others, ...claims, ...(edited === undefined ? [] : [edited])];
    await Promise.all(events.map((event) => event.engine()));
    await this.check(events);
    for (const claim of claims) this.#held.push(...claim.held);
  }

  /** Closes everything and runs to the end, all attempts succeeding. */
  async finish(): Promise<void> {
    for (const source of this.#random.pipeline.sources) await this.#play(this.#close(source.name));
    await this.#play(this.#resume('all'));
    await this.#play(this.#due());
    for (const { name } of this.#random.pipeline.stages) await this.#play(this.#pauseStage(name, false));
    for (let round = 0; round < 200; round++) {
      await this.#claim(100);
      if (this.#held.length === 0) break;
      const held = this.#held;
      this.#held = [];
      for (const one of held) await this.#play(this.#settle(one, this.#success(one, false)));
    }
    const state = this.#candidates[0]?.model.state;
    if (state !== 'succeeded' && state !== 'failed') {
      throw new Error(`seed ${this.#seed}: the run has not ended but is ${state}`);
    }
  }

  async #play(event: Event): Promise<void> {
    await event.engine();
    await this.check([event]);
  }

  async #claim(limit = 1 + this.#chance.below(4)): Promise<void> {
    const claim = this.#claimEvent(limit);
    await this.#play(claim);
    this.#held.push(...claim.held);
  }

  /** Claims whatever there is; `held` is filled when it has been played. */
  #claimEvent(limit: number): Event & { readonly held: Held[] } {
    const held: Held[] = [];
    return {
      name: 'claim',
      held,
      engine: async () => {
        for (const task of await claimTasks(this.#engine, this.#session, limit)) {
          held.push({ claimed: task, stage: task.stage.name, key: task.place.join(',') });
        }
      },
      model: (run) => {
        for (const { stage, key, claimed } of held) run.claim(stage, key, claimed.stage.added);
      },
    };
  }

  #randomEvent(): Event | undefined {
    const kind = this.#chance.below(22);
    if (kind < 7) return this.#admit();
    if (kind < 16) return this.#settleOne();
    if (kind < 17) return this.#close(this.#chance.pick(this.#random.pipeline.sources).name);
    if (kind < 18) {
      if (this.#chance.oneIn(3)) return this.#pauseStage();
      return this.#chance.oneIn(4) ? this.#pause() : this.#resume(this.#chance.pick(['none', 'all']));
    }
    if (kind < 19) return this.#chance.oneIn(6) ? this.#cancel() : this.#settleOne();
    if (kind < 20) return this.#admit();
    return kind < 21 ? this.#again() : this.#due();
  }

  #admit(): Event {
    const source = this.#chance.pick(this.#random.pipeline.sources);
    const count = 1 + this.#chance.below(3);
    const items = new Map<string, { place: Place; content: string }>();
    for (let index = 0; index < count; index++) {
      const place = Object.fromEntries(source.axes.map((axis) => [axis, this.#chance.below(3)]));
      items.set(placeKey(place, source.axes), { place, content: this.#chance.pick(['a', 'b', 'c']) });
    }
    const list = [...items.values()];
    return {
      name: `admit ${source.name} ${list.map(({ place, content }) => `${placeKey(place, source.axes)}=${content}`).join(' ')}`,
      engine: () =>
        admitItems(
          this.#engine,
          this.#datasets[source.name] ?? 0,
          list.map(({ place, content }) => ({
            place: coordinates(place, source.axes),
            name: 'tile.tif',
            path: '/tile.tif',
            size: 1,
            checksum: content,
          })),
        ),
      model: (run) => {
        for (const { place, content } of list) run.admit(source.name, place, content);
      },
    };
  }

  /** Server and agent begin anew: what the agent held is lost. */
  #restart(): Event {
    const held = this.#held;
    this.#held = [];
    return {
      name: 'restart',
      engine: async () => {
        this.#engine = openEngine(this.#engine.pool);
        this.#session = (await openSession(this.#engine, agentOf(this.#seed))).session;
      },
      model: (run) => {
        for (const { claimed, stage, key } of held)
          run.settle(stage, key, { kind: 'lost' }, undefined, claimed.stage.added);
      },
    };
  }

  #close(source: string): Event {
    this.#closed.add(source);
    return {
      name: `close ${source}`,
      engine: () => closeDataset(this.#engine, this.#datasets[source] ?? 0),
      model: (run) => run.close(source),
    };
  }

  /** Reports several attempts in one block, which has the effect of reporting one after the other in some order. */
  async #report(block: number): Promise<void> {
    const settles = Array.from({ length: block }, () => this.#settleOne()).filter(
      (event) => event !== undefined,
    );
    await this.#settleAll(settles.map(({ end }) => end));
    await this.check(settles);
  }

  async #settleAll(ends: readonly EndedAttempt[]): Promise<void> {
    const { refused } = await settleAttempts(this.#engine, this.#session, ends);
    if (refused.length > 0) throw new Error(`seed ${this.#seed}: ${refused.join(', ')} were refused`);
  }

  #settleOne(): Settle | undefined {
    const held = this.#held.splice(this.#chance.below(this.#held.length), 1)[0];
    if (held === undefined) return undefined;
    const kind = this.#chance.below(10);
    if (kind < 2) {
      const final = this.#chance.oneIn(4) && held.claimed.stage.compiled.tool.retry.on !== undefined;
      return this.#settle(held, { kind: 'failed', final });
    }
    if (kind < 3) return this.#settle(held, { kind: 'lost' });
    return this.#settle(held, this.#success(held, true));
  }

  #success(held: Held, random: boolean): Outcome {
    const { outputs } = held.claimed.stage.compiled;
    const items: Record<string, MadeItem[]> = {};
    for (const output of outputs) {
      const content = random ? this.#chance.pick(['a', 'b']) : 'a';
      const places =
        output.extraAxes.length === 0
          ? [{}]
          : [0, 1, 2].map((value) => ({ [output.extraAxes[0] ?? '']: value }));
      const made = random ? places.filter(() => !this.#chance.oneIn(4)) : places;
      const enough = made.length >= output.min ? made : places;
      items[output.name] = enough.map((extra) => ({ extra, content }));
    }
    return { kind: 'succeeded', items };
  }

  #settle(held: Held, outcome: Outcome): Settle {
    const { compiled } = held.claimed.stage;
    const made =
      outcome.kind !== 'succeeded'
        ? []
        : compiled.outputs.flatMap((output) =>
            (outcome.items[output.name] ?? []).map(({ extra, content }) => ({
              output: output.name,
              extra: coordinates(extra, output.extraAxes),
              name: 'made.tif',
              path: `${held.claimed.attempt}/made.tif`,
              size: 1,
              checksum: content,
            })),
          );
    const final = outcome.kind === 'failed' && outcome.final === true;
    const end = { attempt: held.claimed.attempt, end: final ? ('timed-out' as const) : outcome.kind, made };
    return {
      name: `settle ${held.stage} ${held.key} ${final ? 'timed out' : outcome.kind} ${made.map(({ extra, checksum }) => `${extra.join()}=${checksum}`).join(' ')}`,
      end,
      engine: () => this.#settleAll([end]),
      model: (run) => run.settle(held.stage, held.key, outcome, undefined, held.claimed.stage.added),
    };
  }

  #resume(again: 'none' | 'all'): Event {
    return {
      name: `resume ${again}`,
      engine: () => resumeRun(this.#engine, this.#run, again),
      model: (run) => {
        if (again === 'none') {
          run.resume();
          return;
        }
        const failed = run.stages.flatMap((stage) =>
          [...run.tasks(stage).keys()].map((key) => ({ stage, key })),
        );
        run.retry(failed);
      },
    };
  }

  /** Tasks of one stage, or some of them, are done once more; all that is below them as well, or what changes. */
  #again(): Event {
    const stage = this.#chance.pick(this.#random.pipeline.stages).name;
    const below = this.#chance.oneIn(2);
    const [first] = this.#random.pipeline.stages.find(({ name }) => name === stage)?.axes ?? [];
    const range = [0, this.#chance.below(3)] as const;
    const boxed = first !== undefined && this.#chance.oneIn(2);
    return {
      name: `again ${stage}${boxed ? ` ${first} ${range.join('-')}` : ''}${below ? ' and all below' : ''}`,
      engine: async () => {
        try {
          await resubmitTasks(
            this.#engine,
            this.#run,
            resubmitBodySchema.parse({
              stages: [stage],
              states: ['succeeded', 'failed', 'cancelled'],
              ...(boxed ? { place: { [first]: range } } : {}),
              below,
            }),
            {},
          );
        } catch (error) {
          if (!isGantryError(error) || error.code !== 'nothing-to-retry') throw error;
        }
      },
      model: (run) => {
        const meant = [...run.tasks(stage)].filter(
          ([, { place }]) => !boxed || ((place[first] ?? 0) >= range[0] && (place[first] ?? 0) <= range[1]),
        );
        const ended = meant.filter(
          ([, { state, later }]) => later || endedStates.some((one) => one === state),
        );
        if (ended.length === 0) return;
        run.again(
          meant.map(([key]) => ({ stage, key })),
          below,
        );
      },
    };
  }

  /** The time of every next try has come. */
  #due(): Event {
    return {
      name: 'due',
      engine: () =>
        this.#engine.pool.query(
          `UPDATE ready_later SET due = now() WHERE stage IN (SELECT id FROM stage WHERE run = $1)`,
          [this.#run],
        ),
      model: (run) => run.due(),
    };
  }

  #pause(): Event {
    return {
      name: 'pause',
      engine: () => ifAtWork(pauseRun(this.#engine, this.#run)),
      model: (run) => run.pause(),
    };
  }

  /** Holds a stage back, or lets it go on. */
  #pauseStage(
    stage = this.#chance.pick(this.#random.pipeline.stages).name,
    paused = this.#chance.oneIn(2),
  ): Event {
    return {
      name: `${paused ? 'pause' : 'resume'} ${stage}`,
      engine: () => ifAtWork(pauseStage(this.#engine, this.#run, stage, paused)),
      model: (run) => run.pauseStage(stage, paused),
    };
  }

  #edit(): Event {
    const { to, bounds } = randomEdit(this.#chance, this.#random);
    const base = this.#revision;
    // Half of the time by another server, which has plans of its own.
    const editor = this.#chance.oneIn(2) ? openEngine(this.#engine.pool) : this.#engine;
    let refused = false;
    let unchanged = false;
    return {
      name: `edit ${JSON.stringify({ ...(describePipeline(to) as object), bounds })}`,
      engine: async () => {
        try {
          const { revision } = await editRun(editor, this.#run, {
            ...{ base, pipeline: to.pipeline, tools: {}, bounds },
          });
          unchanged = revision === base;
          this.#revision = revision;
          this.#random = to;
        } catch (error) {
          if (!isGantryError(error) || error.code !== 'run-cancelled') throw error;
          refused = true;
        }
      },
      model: (run) => {
        if (refused) {
          if (run.state !== 'cancelled') throw new Error('an edit was refused');
        } else if (!unchanged) {
          run.edit(to.pipeline, bounds);
        }
      },
    };
  }

  #cancel(): Event {
    return {
      name: 'cancel',
      engine: () => cancelRun(this.#engine, this.#run),
      model: (run) => run.cancel(),
    };
  }

  /** Keeps the orders of `events` after which the model says what the database says; one at least must. */
  async check(events: readonly Event[]): Promise<void> {
    const actual = await readRun(this.#engine, this.#run);
    const kept = new Map<string, Candidate>();
    let firstDifference: string | undefined;
    for (const candidate of this.#candidates) {
      for (const order of permutations(events)) {
        const history = [...candidate.history, ...order];
        // The last one that needs it may change the candidate's own model.
        const model = events.length < 2 ? candidate.model : this.#replay(candidate.history);
        try {
          for (const event of order) event.model(model);
        } catch (error) {
          firstDifference ??= String(error);
          continue;
        }
        const expected = describeModel(model, this.#random);
        if (expected === actual) kept.set(describeMemory(model, this.#random), { history, model });
        else firstDifference ??= difference(expected, actual);
      }
    }
    if (kept.size > 0) {
      this.#candidates = [...kept.values()];
      return;
    }
    const story = [...(this.#candidates[0]?.history ?? []), ...events].map(({ name }) => name).join('\n  ');
    throw new Error(
      `seed ${this.#seed}: the engine differs from the model after ${events.map(({ name }) => name).join(' | ')}\n${firstDifference}\n  ${story}\n${JSON.stringify(describePipeline(this.#random))}`,
    );
  }

  #replay(history: readonly Event[]): ReferenceRun {
    const model = new ReferenceRun(this.#first.pipeline, this.#first.bounds);
    for (const event of history) event.model(model);
    return model;
  }
}

/** What later answers of the model depend on, beside what it says now. */
function describeMemory(model: ReferenceRun, { pipeline }: RandomPipeline): string {
  return pipeline.stages
    .flatMap(({ name }) => [...model.tasks(name)].map(([key, { memory }]) => `${name} ${key} ${memory}`))
    .sort()
    .join('\n');
}

/** What has come to its end is not paused any more. */
async function ifAtWork(pause: Promise<void>): Promise<void> {
  try {
    await pause;
  } catch (error) {
    if (!isGantryError(error) || error.code !== 'run-ended') throw error;
  }
}

function agentOf(seed: number): NewSession {
  return {
    name: `agent of ${seed}`,
    host: 'here',
    instance: 'one',
    capacity: { cpu: 2, memory: 2 ** 30, slots: 2 },
    leaseSeconds: 3600,
  };
}

function describePipeline({ pipeline, bounds }: RandomPipeline): unknown {
  return {
    sources: pipeline.sources.map(({ name, axes }) => ({ name, axes, ...bounds[name] })),
    stages: pipeline.stages.map(({ name, over, axes, inputs, outputs, params, tolerate, tool }) => ({
      name,
      over,
      axes,
      inputs,
      outputs,
      params,
      tolerate,
      retry: tool.retry,
    })),
  };
}

function* permutations<T>(values: readonly T[]): Generator<readonly T[]> {
  yield values;
  if (values.length < 2) return;
  for (const [index, value] of values.entries()) {
    const rest = [...values.slice(0, index), ...values.slice(index + 1)];
    for (const order of permutations(rest)) {
      if (index === 0 && order === rest) continue;
      yield [value, ...order];
    }
  }
}

function difference(expected: string, actual: string): string {
  const want = new Set(expected.split('\n'));
  const have = new Set(actual.split('\n'));
  const missing = [...want].filter((line) => !have.has(line)).map((line) => `- model:  ${line}`);
  const extra = [...have].filter((line) => !want.has(line)).map((line) => `+ engine: ${line}`);
  return [...missing, ...extra].join('\n');
}

function describeModel(model: ReferenceRun, { pipeline }: RandomPipeline): string {
  const lines = [`run ${model.state}`];
  for (const source of pipeline.sources) {
    for (const [key, item] of model.sourceItems(source.name)) {
      lines.push(`${source.name} ${key} ${item.content}@${item.revision}`);
    }
  }
  for (const stage of pipeline.stages) {
    for (const [key, task] of model.tasks(stage.name)) {
      lines.push(
        `${stage.name} ${key} ${task.state}${task.stale ? ' stale' : ''}${task.later ? ' later' : ''}`,
      );
    }
    for (const output of stage.outputs) {
      for (const [key, item] of model.items(stage.name, output.name)) {
        lines.push(`${stage.name}.${output.name} ${key} ${item.content}@${item.revision}`);
      }
    }
  }
  return lines.sort().join('\n');
}

async function readRun(engine: Engine, run: number): Promise<string> {
  const states = await engine.pool.query<{ state: string }>('SELECT state FROM run WHERE id = $1', [run]);
  const lines = [`run ${states.rows[0]?.state}`];
  const tasks = await engine.pool.query<{
    name: string;
    place: number[];
    state: string;
    stale: boolean;
    later: boolean;
  }>(
    `SELECT s.name, t.place, t.stale, EXISTS (SELECT FROM ready_later l WHERE l.task = t.id AND l.due > now()) AS later, CASE WHEN r.task IS NULL THEN t.state::text ELSE 'running' END AS state
     FROM task t JOIN stage s ON s.id = t.stage LEFT JOIN running r ON r.task = t.id
     WHERE s.run = $1 AND s.spec IS NOT NULL AND s.removed IS NULL AND t.state <> 'dropped'`,
    [run],
  );
  for (const { name, place, state, stale, later } of tasks.rows) {
    lines.push(`${name} ${place.join(',')} ${state}${stale ? ' stale' : ''}${later ? ' later' : ''}`);
  }
  const items = await engine.pool.query<{
    stage: string;
    output: string;
    place: number[];
    checksum: string;
    revision: number;
  }>(
    `SELECT s.name AS stage, o.name AS output, i.place, i.checksum, i.revision
     FROM stage s JOIN stage_output o ON o.stage = s.id JOIN item i ON i.dataset = o.dataset
     WHERE s.run = $1 AND s.removed IS NULL`,
    [run],
  );
  for (const { stage, output, place, checksum, revision } of items.rows) {
    lines.push(`${stage}.${output} ${place.join(',')} ${checksum}@${revision}`);
  }
  const admitted = await engine.pool.query<{
    source: string;
    place: number[];
    checksum: string;
    revision: number;
  }>(
    `SELECT s.name AS source, i.place, i.checksum, i.revision
     FROM stage s JOIN item i ON i.dataset = s.dataset WHERE s.run = $1`,
    [run],
  );
  for (const { source, place, checksum, revision } of admitted.rows) {
    lines.push(`${source} ${place.join(',')} ${checksum}@${revision}`);
  }
  const tallies = await engine.pool.query<{ wrong: string }>(
    `SELECT format('%s %s is %s and counted %s', s.name, coalesce(c.state, y.state), coalesce(c.n, 0), coalesce(y.tasks, 0)) AS wrong
     FROM (SELECT stage, state, count(*) AS n FROM task GROUP BY stage, state) c
     FULL JOIN tally y ON y.stage = c.stage AND y.state = c.state
     JOIN stage s ON s.id = coalesce(c.stage, y.stage)
     WHERE s.run = $1 AND s.removed IS NULL AND coalesce(c.n, 0) <> coalesce(y.tasks, 0)`,
    [run],
  );
  lines.push(...tallies.rows.map(({ wrong }) => `tally: ${wrong}`));
  const queue = await engine.pool.query<{ wrong: string }>(
    `SELECT format('task %s is %s, queued: %s, running: %s', t.id, t.state, y.task IS NOT NULL, r.task IS NOT NULL) AS wrong
     FROM task t JOIN stage s ON s.id = t.stage
       LEFT JOIN (SELECT task FROM ready UNION ALL SELECT task FROM ready_later) y ON y.task = t.id LEFT JOIN running r ON r.task = t.id
     WHERE s.run = $1 AND (t.state = 'ready' AND r.task IS NULL) <> (y.task IS NOT NULL)`,
    [run],
  );
  lines.push(...queue.rows.map(({ wrong }) => `queue: ${wrong}`));
  const asides = await engine.pool.query<{ wrong: string }>(
    `SELECT format('task at %s of %s is %s, aside as %s, with a failure: %s', coalesce(t.place, x.place), s.name, t.state,
       x.state, f.task IS NOT NULL) AS wrong
     FROM (SELECT t.* FROM task t JOIN stage s ON s.id = t.stage WHERE s.run = $1 AND s.spec IS NOT NULL AND s.removed IS NULL) t
       FULL JOIN (SELECT x.* FROM aside x JOIN stage s ON s.id = x.stage WHERE s.run = $1) x
         ON x.stage = t.stage AND x.place = t.place
       LEFT JOIN failure f ON f.task = t.id
       JOIN stage s ON s.id = coalesce(t.stage, x.stage)
     WHERE x.state IS DISTINCT FROM
         (CASE WHEN t.state IN ('failed', 'blocked', 'cancelled', 'skipped') THEN t.state END)
       OR (t.state IS NOT DISTINCT FROM 'failed') <> (f.task IS NOT NULL)`,
    [run],
  );
  lines.push(...asides.rows.map(({ wrong }) => `aside: ${wrong}`));
  return lines.sort().join('\n');
}
