/**
 * Random histories of a run, played to the engine and to the reference model alike. Events that are played at the
 * same time must have had the effect of one order or another.
 */
import { coordinates, placeKey, ReferenceRun, type MadeItem, type Outcome, type Place } from '@gantry/model';
import {
  admitItems,
  cancelRun,
  claimTasks,
  closeDataset,
  createDataset,
  createRun,
  openEngine,
  openSession,
  resumeRun,
  settleAttempts,
  type ClaimedTask,
  type Engine,
  type NewSession,
} from '../src/index.ts';
import { Chance, randomPipeline, type RandomPipeline } from './random-pipeline.ts';

/** An event, as the engine and as the model are told of it. */
interface Event {
  readonly name: string;
  readonly engine: () => Promise<unknown>;
  readonly model: (run: ReferenceRun) => void;
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
}

/** Plays one history; throws with the seed and the steps where engine and model differ. */
export async function simulateRun(engine: Engine, seed: number, options: Simulation): Promise<void> {
  const simulator = await Simulator.start(engine, seed);
  await simulator.check([]);
  for (let step = 0; step < options.steps; step++) await simulator.step(options.atOnce);
  await simulator.finish();
}

class Simulator {
  #engine: Engine;
  readonly #seed: number;
  readonly #chance: Chance;
  readonly #random: RandomPipeline;
  readonly #datasets: Record<string, number>;
  readonly #run: number;
  #session: number;
  readonly #history: Event[] = [];
  readonly #closed = new Set<string>();
  #model: ReferenceRun;
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
    this.#random = random;
    this.#datasets = ids.datasets;
    this.#run = ids.run;
    this.#session = ids.session;
    this.#model = new ReferenceRun(random.pipeline, random.bounds);
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
    const run = await createRun(engine, {
      project: 1,
      name: `seed ${seed}`,
      pipeline: random.pipeline,
      sources: datasets,
      tools: {},
    });
    return new Simulator(engine, seed, chance, random, { datasets, run, session });
  }

  /** Plays some events at the same time, or claims. */
  async step(atOnce: number): Promise<void> {
    if (this.#chance.oneIn(3)) return this.#claim();
    if (this.#chance.oneIn(15)) return this.#play(this.#restart());
    const count = 1 + this.#chance.below(atOnce);
    const events = Array.from({ length: count }, () => this.#randomEvent()).filter(
      (event) => event !== undefined,
    );
    await Promise.all(events.map((event) => event.engine()));
    await this.check(events);
  }

  /** Closes everything and runs to the end, all attempts succeeding. */
  async finish(): Promise<void> {
    for (const source of this.#random.pipeline.sources) await this.#play(this.#close(source.name));
    await this.#play(this.#resume('all'));
    for (let round = 0; round < 200; round++) {
      await this.#claim(100);
      if (this.#held.length === 0) break;
      const held = this.#held;
      this.#held = [];
      for (const one of held) await this.#play(this.#settle(one, this.#success(one, false)));
    }
    if (this.#model.state !== 'succeeded' && this.#model.state !== 'failed') {
      throw new Error(`seed ${this.#seed}: the run has not ended but is ${this.#model.state}`);
    }
  }

  async #play(event: Event): Promise<void> {
    await event.engine();
    await this.check([event]);
  }

  async #claim(limit = 1 + this.#chance.below(4)): Promise<void> {
    const claimed = await claimTasks(this.#engine, this.#session, limit);
    const held = claimed.map((task): Held => ({
      claimed: task,
      stage: task.stage.name,
      key: task.place.join(','),
    }));
    this.#held.push(...held);
    await this.check(
      held.map(({ stage, key }) => ({
        name: `claim ${stage} ${key}`,
        engine: () => Promise.resolve(),
        model: (run) => run.claim(stage, key),
      })),
    );
  }

  #randomEvent(): Event | undefined {
    const kind = this.#chance.below(20);
    if (kind < 7) return this.#admit();
    if (kind < 16) return this.#settleOne();
    if (kind < 17) return this.#close(this.#chance.pick(this.#random.pipeline.sources).name);
    if (kind < 18) return this.#resume(this.#chance.pick(['none', 'all']));
    if (kind < 19) return this.#chance.oneIn(6) ? this.#cancel() : this.#settleOne();
    return this.#admit();
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
        for (const { stage, key } of held) run.settle(stage, key, { kind: 'lost' });
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

  #settleOne(): Event | undefined {
    const held = this.#held.splice(this.#chance.below(this.#held.length), 1)[0];
    if (held === undefined) return undefined;
    const kind = this.#chance.below(10);
    if (kind < 2) return this.#settle(held, { kind: 'failed' });
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

  #settle(held: Held, outcome: Outcome): Event {
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
    return {
      name: `settle ${held.stage} ${held.key} ${outcome.kind} ${made.map(({ extra, checksum }) => `${extra.join()}=${checksum}`).join(' ')}`,
      engine: async () => {
        const { refused } = await settleAttempts(this.#engine, this.#session, [
          { attempt: held.claimed.attempt, end: outcome.kind, made },
        ]);
        if (refused.length > 0) throw new Error(`seed ${this.#seed}: ${held.stage} ${held.key} was refused`);
      },
      model: (run) => run.settle(held.stage, held.key, outcome, compiled.tool.retry.attempts),
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
        const failed = this.#random.pipeline.stages.flatMap((stage) =>
          [...run.tasks(stage.name).keys()].map((key) => ({ stage: stage.name, key })),
        );
        run.retry(failed);
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

  /** Looks for an order of `events` after which the model says what the database says. */
  async check(events: readonly Event[]): Promise<void> {
    const actual = await readRun(this.#engine, this.#run);
    let firstDifference: string | undefined;
    for (const order of permutations(events)) {
      const model = order === events ? this.#model : this.#replay();
      try {
        for (const event of order) event.model(model);
      } catch (error) {
        firstDifference ??= String(error);
        if (order === events) this.#model = this.#replay();
        continue;
      }
      const expected = describeModel(model, this.#random);
      if (expected === actual) {
        this.#history.push(...order);
        this.#model = model;
        return;
      }
      firstDifference ??= difference(expected, actual);
      if (order === events) this.#model = this.#replay();
    }
    const story = [...this.#history, ...events].map(({ name }) => name).join('\n  ');
    throw new Error(
      `seed ${this.#seed}: the engine differs from the model after ${events.map(({ name }) => name).join(' | ')}\n${firstDifference}\n  ${story}\n${JSON.stringify(describePipeline(this.#random))}`,
    );
  }

  #replay(): ReferenceRun {
    const model = new ReferenceRun(this.#random.pipeline, this.#random.bounds);
    for (const event of this.#history) event.model(model);
    return model;
  }
}

function agentOf(seed: number): NewSession {
  return {
    name: `agent of ${seed}`,
    host: 'here',
    capacity: { cpu: 2, memory: 2 ** 30, slots: 2 },
    leaseSeconds: 3600,
  };
}

function describePipeline({ pipeline, bounds }: RandomPipeline): unknown {
  return {
    sources: pipeline.sources.map(({ name, axes }) => ({ name, axes, ...bounds[name] })),
    stages: pipeline.stages.map(({ name, over, axes, inputs, outputs, tolerate, tool }) => ({
      name,
      over,
      axes,
      inputs,
      outputs,
      tolerate,
      attempts: tool.retry.attempts,
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
  for (const stage of pipeline.stages) {
    for (const [key, task] of model.tasks(stage.name)) {
      lines.push(`${stage.name} ${key} ${task.state}${task.stale ? ' stale' : ''}`);
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
  const tasks = await engine.pool.query<{ name: string; place: number[]; state: string; stale: boolean }>(
    `SELECT s.name, t.place, t.stale, CASE WHEN r.task IS NULL THEN t.state::text ELSE 'running' END AS state
     FROM task t JOIN stage s ON s.id = t.stage LEFT JOIN running r ON r.task = t.id
     WHERE s.run = $1 AND s.spec IS NOT NULL AND t.state <> 'dropped'`,
    [run],
  );
  for (const { name, place, state, stale } of tasks.rows) {
    lines.push(`${name} ${place.join(',')} ${state}${stale ? ' stale' : ''}`);
  }
  const items = await engine.pool.query<{
    stage: string;
    output: string;
    place: number[];
    checksum: string;
    revision: number;
  }>(
    `SELECT s.name AS stage, o.name AS output, i.place, i.checksum, i.revision
     FROM stage s JOIN stage_output o ON o.stage = s.id JOIN item i ON i.dataset = o.dataset WHERE s.run = $1`,
    [run],
  );
  for (const { stage, output, place, checksum, revision } of items.rows) {
    lines.push(`${stage}.${output} ${place.join(',')} ${checksum}@${revision}`);
  }
  const tallies = await engine.pool.query<{ wrong: string }>(
    `SELECT format('%s %s is %s and counted %s', s.name, coalesce(c.state, y.state), coalesce(c.n, 0), coalesce(y.tasks, 0)) AS wrong
     FROM (SELECT stage, state, count(*) AS n FROM task GROUP BY stage, state) c
     FULL JOIN tally y ON y.stage = c.stage AND y.state = c.state
     JOIN stage s ON s.id = coalesce(c.stage, y.stage)
     WHERE s.run = $1 AND coalesce(c.n, 0) <> coalesce(y.tasks, 0)`,
    [run],
  );
  lines.push(...tallies.rows.map(({ wrong }) => `tally: ${wrong}`));
  const queue = await engine.pool.query<{ wrong: string }>(
    `SELECT format('task %s is %s, queued: %s, running: %s', t.id, t.state, y.task IS NOT NULL, r.task IS NOT NULL) AS wrong
     FROM task t JOIN stage s ON s.id = t.stage
       LEFT JOIN ready y ON y.task = t.id LEFT JOIN running r ON r.task = t.id
     WHERE s.run = $1 AND (t.state = 'ready' AND r.task IS NULL) <> (y.task IS NOT NULL)`,
    [run],
  );
  lines.push(...queue.rows.map(({ wrong }) => `queue: ${wrong}`));
  return lines.sort().join('\n');
}
