/**
 * The reference model: which tasks exist and in which state, computed from scratch after every event, in the
 * plainest way that says what is meant. Property tests hold the database engine to it. It knows nothing of agents,
 * files, transactions or speed.
 *
 * A place of a dataset is *available*, *pending*, *failed* or *absent*. What a dataset holds is told by its
 * producers (a source's places, or the tasks of a stage) and its items: a producer that is not finished is one
 * pending unit, one that failed is one failed unit, and the items of a finished one are available.
 */
import { comparePipelines } from './compare-pipelines.ts';
import { judgeTask, type Result } from './judge-task.ts';
import { intersectBounds, restrictBounds, unbounded, type LatticeBounds } from './lattice.ts';
import type { CompiledInput, CompiledPipeline, CompiledStage } from './pipeline-graph.ts';
import { agrees, placeKey, type Place } from './place.ts';
import {
  joinPlaces,
  knownPlaces,
  readsUnit,
  sourceContents,
  tallyInput,
  type Contents,
  type Item,
  type SeenSource,
  type Unit,
  type UnitStatus,
} from './reference-contents.ts';
import { backoffOf, usualLostLimit, type Retry } from './retry.ts';
import { recipeText } from './stage-recipe.ts';
import { isAtWork, type RunState, type TaskState } from './task-state.ts';

/** An item that a successful attempt made: the coordinates that its file name adds, and its bytes' checksum. */
export interface MadeItem {
  readonly extra: Place;
  readonly content: string;
}

export type Outcome =
  | { readonly kind: 'succeeded'; readonly items: Readonly<Record<string, readonly MadeItem[]>> }
  /** `final`: a failure after which the task is not tried again, whatever tries it has left. */
  | { readonly kind: 'failed' | 'lost' | 'cancelled'; readonly final?: boolean };

/** How often a task is tried, and whether it waits before a further try: `retry` of its tool. */
export interface RetryLimits {
  readonly attempts?: number;
  readonly lost?: number;
  readonly waits?: boolean;
}

function limitsOf(retry: Retry): RetryLimits {
  const { attempts, lost } = retry;
  return { attempts, ...(lost === undefined ? {} : { lost }), waits: backoffOf(retry).first > 0 };
}

/** What the model says of one task. */
export interface TaskView {
  readonly place: Place;
  readonly state: TaskState;
  readonly stale: boolean;
  /** It is ready, and waits for the time of its next try. */
  readonly later: boolean;
  /** What cannot be seen and later states depend on: equal for models that will always agree. */
  readonly memory: string;
}

interface TaskRecord {
  result: Result | undefined;
  /** What the attempt that gave the result had read. */
  done: string | undefined;
  tries: number;
  /** Attempts in a row that were lost with their agents. */
  lost: number;
  later: boolean;
  /** What the attempt that is running had read when it was claimed. */
  running: string | undefined;
  judged: { state: TaskState; stale: boolean; reads: string } | undefined;
  /** True while it has no place in the run: what it made is gone, or kept for when it is back. */
  gone: boolean;
}

interface SourceRecord {
  bounds: LatticeBounds;
  /** The dataset as it is, outside the bounds, too. */
  readonly items: Map<string, Item>;
  closed: boolean;
  /** The dataset as the run sees it: a cancelled run looks away until it is resumed. */
  seen: SeenSource;
}

const unfinished: ReadonlySet<TaskState> = new Set(['waiting', 'blocked', 'ready']);

/** One run over its sources. Every method leaves the model settled: `tasks` can be read after each. */
export class ReferenceRun {
  #pipeline: CompiledPipeline;
  #revision = 1;
  /** Per stage, the revision that added it: another one under the same name is another stage. */
  readonly #added = new Map<string, number>();
  readonly #sources = new Map<string, SourceRecord>();
  readonly #tasks = new Map<string, Map<string, TaskRecord>>();
  readonly #items = new Map<string, Map<string, Item>>();
  /** What the datasets held at the last look. */
  #contents: ReadonlyMap<string, Contents> = new Map();
  #state: RunState = 'active';
  readonly #paused = new Set<string>();

  constructor(pipeline: CompiledPipeline, bounds: Readonly<Record<string, LatticeBounds>> = {}) {
    this.#pipeline = pipeline;
    for (const source of pipeline.sources) {
      this.#sources.set(source.name, {
        bounds: bounds[source.name] ?? unbounded,
        items: new Map(),
        closed: false,
        seen: { items: new Map(), closed: false },
      });
    }
    for (const stage of pipeline.stages) this.#begin(stage);
    this.#settleAll();
  }

  get state(): RunState {
    return this.#state;
  }

  /** Names of its stages. */
  get stages(): readonly string[] {
    return this.#pipeline.stages.map(({ name }) => name);
  }

  /** Tasks of a stage by the key of their place. */
  tasks(stage: string): ReadonlyMap<string, TaskView> {
    const compiled = this.#stage(stage);
    const views = new Map<string, TaskView>();
    for (const [key, record] of this.#records(stage)) {
      if (record.judged === undefined) continue;
      const state = record.running === undefined ? record.judged.state : 'running';
      const { result, done, tries, lost, later, running } = record;
      views.set(key, {
        place: this.#placeOf(compiled, key),
        state,
        stale: record.judged.stale,
        later,
        memory: JSON.stringify([result, done, tries, lost, later, running]),
      });
    }
    return views;
  }

  /** Items of an output by the key of their place, with those that are kept: content and revision. */
  items(stage: string, output: string): ReadonlyMap<string, { content: string; revision: number }> {
    return this.#items.get(`${stage}.${output}`) ?? new Map();
  }

  /** Items of a source's dataset by the key of their place: content and revision. */
  sourceItems(source: string): ReadonlyMap<string, { content: string; revision: number }> {
    return this.#source(source).items;
  }

  /** A file arrived, or was rewritten, at a place of a source. Places outside the bounds are not run. */
  admit(source: string, place: Place, content: string): void {
    const record = this.#source(source);
    const axes = this.#pipeline.sources.find((each) => each.name === source)?.axes ?? [];
    const key = placeKey(place, axes);
    if (record.closed && !record.items.has(key)) return;
    record.items.set(key, revise(record.items.get(key), place, content));
    this.#settleAll();
  }

  close(source: string): void {
    this.#source(source).closed = true;
    this.#settleAll();
  }

  /** The revision of the pipeline, from 1. */
  get revision(): number {
    return this.#revision;
  }

  /** The revision that added a stage; undefined where there is none of that name. */
  added(stage: string): number | undefined {
    return this.#added.get(stage);
  }

  /**
   * Gives the run another pipeline over the same sources, other bounds, or both. Stages of another form than before are
   * begun anew. What has no place any more is kept for when it is back. A run that has ended is taken up again.
   * Throws where the run is cancelled, which looks at nothing.
   */
  edit(pipeline: CompiledPipeline, bounds: Readonly<Record<string, LatticeBounds>> = {}): void {
    if (this.#state === 'cancelled') throw new Error('a cancelled run is not edited');
    const edits = comparePipelines({ pipeline: this.#pipeline }, { pipeline });
    this.#pipeline = pipeline;
    this.#revision += 1;
    for (const { stage, kind } of edits) if (kind === 'removed' || kind === 'replaced') this.#remove(stage);
    for (const stage of pipeline.stages) if (!this.#tasks.has(stage.name)) this.#begin(stage);
    for (const { stage, kind, effect } of edits) {
      if (kind !== 'changed' || effect !== 'redo') continue;
      for (const record of this.#records(stage).values()) {
        record.tries = 0;
        record.lost = 0;
        record.later = false;
      }
    }
    for (const [name, other] of Object.entries(bounds)) this.#source(name).bounds = other;
    if (!isAtWork(this.#state)) this.#state = 'active';
    this.#settleAll({ keep: true });
  }

  #begin(stage: CompiledStage): void {
    this.#added.set(stage.name, this.#revision);
    this.#tasks.set(stage.name, new Map());
    for (const output of stage.outputs) this.#items.set(`${stage.name}.${output.name}`, new Map());
  }

  #remove(stage: string): void {
    this.#added.delete(stage);
    this.#tasks.delete(stage);
    this.#paused.delete(stage);
    for (const name of this.#items.keys()) if (name.startsWith(`${stage}.`)) this.#items.delete(name);
  }

  /**
   * Starts an attempt of a ready task; throws where the task is not ready, waits for its next try or is running.
   * @param added the revision that added its stage, where that may be another one by now
   */
  claim(stage: string, key: string, added = this.#added.get(stage)): void {
    if (added !== this.#added.get(stage)) throw new Error(`${stage} is not the one that was claimed`);
    const record = this.#record(stage, key);
    if (this.#state === 'paused' || this.#paused.has(stage)) throw new Error(`${stage} is paused`);
    if (record.judged?.state !== 'ready' || record.later || record.running !== undefined) {
      throw new Error(`${stage} ${key} is not ready`);
    }
    record.running = record.judged.reads;
    this.#settleAll();
  }

  /**
   * Ends the attempt of a running task; that of a stage which was removed meanwhile comes to nothing.
   * @param added as for `claim`
   */
  settle(
    stage: string,
    key: string,
    outcome: Outcome,
    limits?: RetryLimits,
    added = this.#added.get(stage),
  ): void {
    if (added !== this.#added.get(stage) || added === undefined) {
      this.#settleAll();
      return;
    }
    const {
      attempts = 1,
      lost = usualLostLimit,
      waits = false,
    } = limits ?? limitsOf(this.#stage(stage).tool.retry);
    const record = this.#record(stage, key);
    const reads = record.running;
    if (reads === undefined) throw new Error(`${stage} ${key} is not running`);
    record.running = undefined;
    const wanted =
      record.judged !== undefined && (unfinished.has(record.judged.state) || record.judged.stale);
    const failed = wanted && outcome.kind === 'failed';
    const mayTry = failed && outcome.final !== true && record.tries + 1 < attempts;
    if (failed) {
      record.tries += 1;
      record.lost = 0;
      if (!mayTry) {
        record.result = 'failed';
        record.done = reads;
      }
    }
    if (wanted && outcome.kind === 'lost') {
      record.lost += 1;
      if (record.lost >= lost) {
        record.result = 'failed';
        record.done = reads;
        record.lost = 0;
      }
    }
    if (wanted && outcome.kind === 'succeeded') {
      record.result = 'succeeded';
      record.done = reads;
      record.tries = 0;
      record.lost = 0;
      this.#recordItems(this.#stage(stage), key, outcome.items);
    }
    this.#settleAll();
    record.later = mayTry && waits && record.judged?.state === 'ready';
  }

  /** The time of every next try has come. */
  due(): void {
    for (const records of this.#tasks.values()) for (const record of records.values()) record.later = false;
  }

  /** Forgets the result of failed or cancelled tasks, so that they are run again. */
  retry(tasks: readonly { readonly stage: string; readonly key: string }[]): void {
    for (const { stage, key } of tasks) {
      const record = this.#record(stage, key);
      if (record.result === 'failed' || record.result === 'cancelled') {
        record.result = undefined;
        record.done = undefined;
        record.tries = 0;
        record.lost = 0;
      }
      record.later = false;
    }
    this.resume();
  }

  /**
   * Has tasks done once more whatever their result, which stands, stale, until then.
   * @param below all that reads, over however many stages, what they make is done again, too, even where it comes out equal
   */
  again(tasks: readonly { readonly stage: string; readonly key: string }[], below = false): void {
    const marked = new Map<string, Set<string>>();
    for (const stage of this.#pipeline.stages) {
      const keys = new Set(tasks.filter((task) => task.stage === stage.name).map(({ key }) => key));
      for (const key of keys) {
        const record = this.#record(stage.name, key);
        record.later = false;
        const state = record.judged?.state;
        if (
          record.running !== undefined ||
          (state !== 'succeeded' && state !== 'failed' && state !== 'cancelled')
        )
          keys.delete(key);
      }
      if (below) {
        for (const [key, record] of this.#records(stage.name))
          if (record.judged !== undefined && this.#readsAny(stage, key, marked)) keys.add(key);
      }
      marked.set(stage.name, keys);
    }
    for (const [stage, keys] of marked) {
      for (const key of keys) {
        const record = this.#record(stage, key);
        if (record.result !== 'succeeded') record.result = undefined;
        if (record.done !== undefined) record.done = '(to be done again)';
        record.tries = 0;
        record.lost = 0;
      }
    }
    this.resume();
  }

  /** Takes up an ended run again: stale tasks become ready, and what came meanwhile is seen. */
  resume(): void {
    this.#state = 'active';
    this.#settleAll();
  }

  /** Holds back what is ready; what runs goes on, and what comes is seen. Does nothing to a run that is not at work. */
  pause(): void {
    if (this.#state === 'active') this.#state = 'paused';
  }

  /** Holds back one stage, or no longer. Does nothing to a run that is not at work. */
  pauseStage(stage: string, paused: boolean): void {
    if (!isAtWork(this.#state)) return;
    if (paused) this.#paused.add(stage);
    else this.#paused.delete(stage);
  }

  /** Cancels all that is not finished. */
  cancel(): void {
    for (const records of this.#tasks.values()) {
      for (const record of records.values()) {
        if (record.judged !== undefined && unfinished.has(record.judged.state)) {
          record.result = 'cancelled';
          record.done = undefined;
        }
      }
    }
    this.#state = 'cancelled';
    this.#settleAll();
  }

  // --- the rules -----------------------------------------------------------------------------------------------

  /** @param keep what loses its place keeps what it made, to have it when it is back */
  #settleAll({ keep = false } = {}): void {
    if (this.#state !== 'cancelled') {
      for (const source of this.#sources.values()) {
        source.seen = { items: new Map(source.items), closed: source.closed };
      }
    }
    this.#evaluate(keep);
    if (isAtWork(this.#state) && this.#nothingMoves()) {
      const states = this.#allViews();
      this.#state = states.some(({ state }) => state === 'failed' || state === 'blocked')
        ? 'failed'
        : 'succeeded';
    }
  }

  #nothingMoves(): boolean {
    const closed = [...this.#sources.values()].every((source) => source.seen.closed);
    // An attempt whose task has lost its place is waited for, too.
    const running = this.#pipeline.stages.some(({ name }) =>
      [...this.#records(name).values()].some((record) => record.running !== undefined),
    );
    return closed && !running && this.#allViews().every(({ state }) => state !== 'ready');
  }

  #allViews(): TaskView[] {
    return this.#pipeline.stages.flatMap((stage) => [...this.tasks(stage.name).values()]);
  }

  #evaluate(keep: boolean): void {
    const contents = new Map<string, Contents>();
    for (const source of this.#pipeline.sources) {
      contents.set(
        source.name,
        sourceContents(source.axes, this.#source(source.name).bounds, this.#source(source.name).seen),
      );
    }
    for (const stage of this.#pipeline.stages) this.#evaluateStage(stage, contents, keep);
    this.#contents = contents;
  }

  /** Whether the task reads what any of these tasks makes. */
  #readsAny(stage: CompiledStage, key: string, makers: ReadonlyMap<string, ReadonlySet<string>>): boolean {
    const place = this.#placeOf(stage, key);
    return stage.inputs.some((input) => {
      if (input.origin.kind === 'source') return false;
      const maker = this.#stage(input.origin.stage);
      const contents = this.#contents.get(`${input.origin.stage}.${input.origin.output}`);
      return (
        contents !== undefined &&
        [...(makers.get(maker.name) ?? [])].some((made) =>
          readsUnit(stage, contents, place, this.#placeOf(maker, made)),
        )
      );
    });
  }

  #evaluateStage(stage: CompiledStage, contents: Map<string, Contents>, keep: boolean): void {
    const read = (input: CompiledInput): Contents => {
      const name =
        input.origin.kind === 'source' ? input.origin.source : `${input.origin.stage}.${input.origin.output}`;
      const found = contents.get(name);
      if (found === undefined) throw new Error(`${stage.name} reads ${name}, which comes later`);
      return found;
    };
    const covering = stage.inputs.filter((input) => input.covering).map(read);
    const bounds = covering
      .map((content) => restrictBounds(content.bounds, stage.axes))
      .reduce(intersectBounds, unbounded);
    const openAxes = new Set(
      covering.flatMap((content) => stage.axes.filter((axis) => content.openAxes.has(axis))),
    );
    const places = covering.reduce<Place[]>(
      (joined, content) => joinPlaces(joined, knownPlaces(content), stage.axes),
      [{}],
    );

    const records = this.#records(stage.name);
    const recipe = recipeText(
      stage,
      undefined,
      stage.inputs.map(({ origin }) =>
        origin.kind === 'source'
          ? origin.source
          : `${origin.stage}.${origin.output} since ${this.#added.get(origin.stage)}`,
      ),
    );
    const leave = (key: string, record: TaskRecord): void => {
      if (!record.gone && !keep) this.#withdraw(stage, key, record);
      record.gone = true;
    };
    const existing = new Set<string>();
    const units = new Map<string, Unit>();
    for (const place of places) {
      const key = placeKey(place, stage.axes);
      existing.add(key);
      const record = records.get(key) ?? {
        result: undefined,
        done: undefined,
        tries: 0,
        lost: 0,
        later: false,
        running: undefined,
        judged: undefined,
        gone: false,
      };
      records.set(key, record);
      const tallies = stage.inputs.map((input) => tallyInput(stage, input, read(input), place));
      const reads = [recipe, ...tallies.map((tally) => tally.reads.join(' '))].join(' | ');
      const judged = judgeTask(stage, tallies, {
        result: record.result,
        fresh: record.done === reads,
        ended: !isAtWork(this.#state),
      });
      if (judged.state === 'dropped') {
        existing.delete(key);
        continue;
      }
      if (judged.state === 'skipped') leave(key, record);
      else record.gone = false;
      record.judged = { state: judged.state, stale: judged.stale, reads };
      if (judged.state !== 'ready') record.later = false;
      units.set(key, { place, status: unitStatus(judged.state, judged.stale) });
    }
    for (const [key, record] of records) {
      if (existing.has(key)) continue;
      leave(key, record);
      record.judged = undefined;
      record.later = false;
    }
    for (const output of stage.outputs) {
      const name = `${stage.name}.${output.name}`;
      // What is kept of tasks that have no place is no part of the dataset for those that read it.
      const shown = [...(this.#items.get(name) ?? [])].filter(([, { place }]) => {
        const unit = units.get(placeKey(place, stage.axes));
        return unit !== undefined && unit.status !== 'absent';
      });
      contents.set(name, {
        axes: output.axes,
        unitAxes: stage.axes,
        units,
        items: new Map(shown),
        openAxes,
        bounds,
      });
    }
  }

  #withdraw(stage: CompiledStage, key: string, record: TaskRecord): void {
    record.result = undefined;
    record.done = undefined;
    this.#recordItems(stage, key, {});
  }

  /** Replaces what a task made: equal bytes keep their revision, items that are no longer made are withdrawn. */
  #recordItems(stage: CompiledStage, key: string, made: Readonly<Record<string, readonly MadeItem[]>>): void {
    const place = this.#placeOf(stage, key);
    for (const output of stage.outputs) {
      const items = this.#items.get(`${stage.name}.${output.name}`);
      if (items === undefined) throw new Error(`${stage.name} has no output ${output.name}`);
      const kept = new Set<string>();
      for (const item of made[output.name] ?? []) {
        const at = { ...place, ...item.extra };
        const itemKey = placeKey(at, output.axes);
        items.set(itemKey, revise(items.get(itemKey), at, item.content));
        kept.add(itemKey);
      }
      for (const [itemKey, item] of items) {
        if (agrees(item.place, place) && !kept.has(itemKey)) items.delete(itemKey);
      }
    }
  }

  #placeOf(stage: CompiledStage, key: string): Place {
    const values = key === '' ? [] : key.split(',').map(Number);
    return Object.fromEntries(stage.axes.map((axis, index) => [axis, values[index] ?? 0]));
  }

  #stage(name: string): CompiledStage {
    const stage = this.#pipeline.stages.find((each) => each.name === name);
    if (stage === undefined) throw new Error(`no stage ${name}`);
    return stage;
  }

  #source(name: string): SourceRecord {
    const source = this.#sources.get(name);
    if (source === undefined) throw new Error(`no source ${name}`);
    return source;
  }

  #records(stage: string): Map<string, TaskRecord> {
    const records = this.#tasks.get(stage);
    if (records === undefined) throw new Error(`no stage ${stage}`);
    return records;
  }

  #record(stage: string, key: string): TaskRecord {
    const record = this.#records(stage).get(key);
    if (record === undefined) throw new Error(`no task ${stage} ${key}`);
    return record;
  }
}

function revise(old: Item | undefined, place: Place, content: string): Item {
  if (old === undefined) return { place, content, revision: 1 };
  return old.content === content ? old : { place, content, revision: old.revision + 1 };
}

function unitStatus(state: TaskState, stale: boolean): UnitStatus {
  switch (state) {
    case 'waiting':
    case 'ready':
    case 'running':
      return 'pending';
    case 'succeeded':
      return stale ? 'pending' : 'available';
    case 'blocked':
    case 'failed':
    case 'cancelled':
      return 'failed';
    case 'skipped':
      return 'absent';
  }
}
