/**
 * The maps of stages that somebody looks at. A map is read whole once, in parts and in the order of places; after that
 * only what has changed (table `task_change`), so that a look at a million places costs what has happened since the last
 * one. What is held is bounded, and nothing is lost with it. Making answers is left to `../read-map.ts`.
 *
 * A part may show what came after the change number that the reading began with; those changes are taken over once more.
 *
 * Indexes: `task_stage_place_key`, `task_change_pkey`, task (id). What runs is found by a look at all of `running`.
 */
import { goneState, staleFlag, taskStates } from '@gantry/model';
import type { Engine } from '../engine.ts';
import { StageMap, type TaskChange } from './stage-map.ts';

/** A stage of a run, with its axes. */
export interface MappedStage {
  readonly run: number;
  readonly stage: number;
  readonly axes: readonly string[];
}

/** A map as it is now, and the tasks that are running. */
interface Look {
  readonly map: StageMap;
  readonly held: Float64Array;
}

interface Entry {
  map: StageMap | undefined;
  /** The last look, which the next one waits for. */
  last: Promise<unknown>;
}

/** So many tasks are held, some 40 bytes each; a map that is larger is held alone. */
const mostTasks = 8_000_000;
const tasksAtOnce = 50_000;

const caches = new WeakMap<Engine, StageMapCache>();

/** What the engine holds of stages. */
export function stageMapsOf(engine: Engine): StageMapCache {
  const cache = caches.get(engine) ?? new StageMapCache(engine);
  caches.set(engine, cache);
  return cache;
}

export class StageMapCache {
  readonly #engine: Engine;
  /** By the id of the stage; the one that was looked at last is the last. */
  readonly #entries = new Map<number, Entry>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Calls `use` with the map as it is after this call; `use` must not keep it. */
  async look<T>(mapped: MappedStage, use: (look: Look) => T): Promise<T> {
    const entry = this.#entries.get(mapped.stage) ?? { map: undefined, last: Promise.resolve() };
    this.#entries.delete(mapped.stage);
    this.#entries.set(mapped.stage, entry);
    const looked = entry.last.then(async () => {
      const look = (await this.#refresh(entry, mapped)) ?? (await this.#load(entry, mapped));
      this.#shed();
      return use(look);
    });
    // Each look tells its own error to the one who asked.
    entry.last = looked.catch(() => {});
    return looked;
  }

  /** Reads what has changed. @returns undefined where there is no map, or too much has changed since */
  async #refresh({ map }: Entry, { run, stage }: MappedStage): Promise<Look | undefined> {
    if (map === undefined) return undefined;
    const { rows } = await this.#engine.pool.query<[string, Buffer, Buffer | null]>({
      name: 'changes-of-stage',
      text: changesSql,
      values: [stage, run, map.change],
      rowMode: 'array',
    });
    const [row] = rows;
    if (row === undefined) throw new Error(`stage ${stage} of run ${run} is not there`);
    const [change, held, changed] = row;
    if (changed === null) return undefined;
    const changes = readChanges(changed);
    const unknown = map.unknownOf(changes);
    if (unknown.length > 0) await this.#readTasks(map, 'WHERE t.id = ANY ($1)', [unknown]);
    map.apply(changes, Number(change));
    return { map, held: readDoubles(held) };
  }

  async #load(entry: Entry, mapped: MappedStage): Promise<Look> {
    // Where it is read so slowly that its changes have been removed meanwhile, that is a fault, and not a loop.
    const { rows } = await this.#engine.pool.query<{ change: number }>(
      'SELECT change FROM run WHERE id = $1',
      [mapped.run],
    );
    const map = new StageMap(mapped.axes, rows[0]?.change ?? 0);
    entry.map = undefined;
    let behind: string | null = null;
    do {
      behind = await this.#readTasks(
        map,
        `WHERE t.stage = $1 AND t.state IS NOT NULL AND ($2::int[] IS NULL OR t.place > $2) ORDER BY t.place LIMIT $3`,
        [mapped.stage, behind, tasksAtOnce],
      );
    } while (behind !== null);
    entry.map = map;
    const look = await this.#refresh(entry, mapped);
    if (look === undefined) throw new Error(`the changes of stage ${mapped.stage} went while it was read`);
    return look;
  }

  /** Adds tasks to a map. @returns the last place; null where there are none */
  async #readTasks(map: StageMap, which: string, values: readonly unknown[]): Promise<string | null> {
    const coordinates = map.axes.map((_, axis) => ` || int4send(t.place[${axis + 1}])`).join('');
    const { rows } = await this.#engine.pool.query<[Buffer | null, string | null]>({
      text: `SELECT string_agg(float8send(t.id) || ${stateSql}${coordinates}, ''::bytea), max(t.place)::text
             FROM (SELECT t.* FROM task t ${which}) t`,
      values: [...values],
      rowMode: 'array',
    });
    const [found, last] = rows[0] ?? [null, null];
    if (found === null) return null;
    const length = 9 + 4 * map.axes.length;
    for (let at = 0; at < found.length; at += length) {
      const place = map.axes.map((_, axis) => found.readInt32BE(at + 9 + 4 * axis));
      map.add({ id: found.readDoubleBE(at), state: found.readUInt8(at + 8), place });
    }
    return last;
  }

  /** Lets go of what was looked at longest ago. */
  #shed(): void {
    let held = [...this.#entries.values()].reduce((sum, { map }) => sum + (map?.count ?? 0), 0);
    for (const [stage, { map }] of this.#entries) {
      if (held <= mostTasks || this.#entries.size === 1) return;
      held -= map?.count ?? 0;
      this.#entries.delete(stage);
    }
  }
}

/** A task's byte, without what is running. */
const stateSql = `set_byte('\\x00'::bytea, 0, CASE t.state ${taskStates
  .filter((state) => state !== 'running')
  .map((state) => `WHEN '${state}' THEN ${taskStates.indexOf(state)}`)
  .join(' ')} ELSE ${goneState} END | CASE WHEN t.stale THEN ${staleFlag} ELSE 0 END)`;

/** $1 stage, $2 run, $3 the change that is known; no changes where some of those behind it have been removed */
const changesSql = `
SELECT r.change::text,
  coalesce((SELECT string_agg(float8send(u.task), ''::bytea) FROM running u WHERE u.stage = $1), ''::bytea),
  CASE WHEN s.changes_from <= $3::bigint THEN coalesce((
    SELECT string_agg(float8send(t.change) || ${stateSql} || int4send(cardinality(t.tasks)) || (
        SELECT string_agg(float8send(task), ''::bytea) FROM unnest(t.tasks) task), ''::bytea ORDER BY t.change)
    FROM task_change t WHERE t.stage = $1 AND t.change > $3::bigint), ''::bytea) END
FROM run r, stage s WHERE r.id = $2 AND s.id = $1`;

function readChanges(bytes: Buffer): TaskChange[] {
  const changes: TaskChange[] = [];
  for (let at = 0; at < bytes.length;) {
    const [change, state, count] = [
      bytes.readDoubleBE(at),
      bytes.readUInt8(at + 8),
      bytes.readInt32BE(at + 9),
    ];
    const begin = at + 13;
    at = begin + 8 * count;
    changes.push({ change, state, tasks: readDoubles(bytes.subarray(begin, at)) });
  }
  return changes;
}

function readDoubles(bytes: Buffer): Float64Array {
  const numbers = new Float64Array(bytes.length / 8);
  for (let index = 0; index < numbers.length; index++) numbers[index] = bytes.readDoubleBE(8 * index);
  return numbers;
}
