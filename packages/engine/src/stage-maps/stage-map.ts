/**
 * What the tasks of one stage look like, held in columns: some 40 bytes a task, so that a map of a million places is
 * copied and not looked for. Reading the database is left to `stage-map-cache.ts`, the layout of answers to the model.
 */
import { encodeMapLines, goneState, taskStates, type MapHead, type Place } from '@gantry/model';

/** A task as it was found: its id, its byte of `map-api.ts`, and its place in the order of the stage's axes. */
export interface FoundTask {
  readonly id: number;
  readonly state: number;
  readonly place: readonly number[];
}

/** Tasks that a change of the run has brought into one state. */
export interface TaskChange {
  readonly change: number;
  readonly state: number;
  readonly tasks: Float64Array;
}

/** The axes that lie across and down, and a coordinate for each other one; the least where none is named. */
export interface MapPlane {
  readonly x: string | undefined;
  readonly y: string | undefined;
  readonly at: Place;
}

/** Places of a plane, row by row. */
export interface MapSelection {
  /** As `encodeMapLines` makes them. */
  readonly lines: Uint8Array;
  readonly state: Uint8Array;
  /** Their ids; they are not needed as a rule. */
  readonly tasks: () => Float64Array;
}

/** A plane's tasks by their indices, row by row; with its lines, once all of it was asked for. */
interface PlaneOrder {
  readonly indices: Int32Array;
  lines?: Uint8Array;
}

const running = taskStates.indexOf('running');
/** So many places of planes are kept in order, for each task. */
const ordersKept = 3;
/** Ids that lie closer than this to each other are found in a table. */
const idsPerTask = 8;

export class StageMap {
  readonly axes: readonly string[];
  /** `run.change` that it shows. */
  change: number;
  #count = 0;
  #task = new Float64Array(1024);
  #state = new Uint8Array(1024);
  /** `run.change` of each task's last change, or what it was when the task was found. */
  #changed = new Float64Array(1024);
  readonly #places: Int32Array[];
  #gone = 0;
  #index: TaskIndex | undefined;
  readonly #orders = new Map<string, PlaneOrder>();
  #extents: MapHead['extents'] | undefined;

  constructor(axes: readonly string[], change: number) {
    this.axes = axes;
    this.change = change;
    this.#places = axes.map(() => new Int32Array(1024));
  }

  get count(): number {
    return this.#count;
  }

  /** Tasks that are there. */
  get present(): number {
    return this.#count - this.#gone;
  }

  /** Ids of tasks that are there, evenly chosen: at most about so many. */
  sample(most: number): Float64Array {
    const step = Math.max(1, Math.ceil(this.present / most));
    const chosen: number[] = [];
    let seen = 0;
    for (let index = 0; index < this.#count; index++) {
      if (this.#state[index] === goneState) continue;
      if (seen++ % step === 0) chosen.push(this.#task[index]!);
    }
    return Float64Array.from(chosen);
  }

  add({ id, state, place }: FoundTask): void {
    const index = this.#count;
    if (index === this.#task.length) this.#grow();
    this.#task[index] = id;
    this.#state[index] = state;
    this.#changed[index] = this.change;
    for (const [axis, column] of this.#places.entries()) column[index] = place[axis] ?? 0;
    this.#count += 1;
    if (state === goneState) this.#gone += 1;
    this.#index = undefined;
    this.#orders.clear();
    this.#extents = undefined;
  }

  /** Tasks of the changes that it does not have yet. */
  unknownOf(changes: readonly TaskChange[]): number[] {
    const unknown = new Set<number>();
    const known = this.#ids();
    for (const { tasks } of changes) {
      for (const id of tasks) if (known.find(id) < 0) unknown.add(id);
    }
    return [...unknown];
  }

  /** Takes changes over, in their order; it then shows `change`. @throws RangeError for a task that it does not have */
  apply(changes: readonly TaskChange[], change: number): void {
    const known = this.#ids();
    for (const { state, tasks, change: at } of changes) {
      for (const id of tasks) {
        const index = known.find(id);
        if (index < 0) throw new RangeError(`task ${id} is not in its stage's map`);
        this.#setState(index, state);
        this.#changed[index] = at;
      }
    }
    this.change = change;
  }

  /**
   * The places of a plane.
   * @param held the tasks that are running now
   * @param since only what has changed after this, and what is running; with places that have no task any more
   */
  select(plane: MapPlane, held: Float64Array, since: number | undefined): MapSelection {
    const order = this.#order(plane);
    const known = this.#ids();
    const before = new Map<number, number>();
    for (const id of held) {
      const index = known.find(id);
      if (index < 0) continue;
      before.set(index, this.#state[index]!);
      this.#state[index] = running;
    }
    try {
      const indices =
        since !== undefined
          ? pick(order.indices, (index) => this.#changed[index]! > since || this.#state[index] === running)
          : this.#gone > 0
            ? pick(order.indices, (index) => this.#state[index] !== goneState)
            : order.indices;
      const state = new Uint8Array(indices.length);
      for (let at = 0; at < indices.length; at++) state[at] = this.#state[indices[at]!]!;
      const tasks = (): Float64Array => Float64Array.from(indices, (index) => this.#task[index]!);
      if (indices !== order.indices) return { state, tasks, lines: this.#lines(plane, indices, tasks()) };
      order.lines ??= this.#lines(plane, indices, tasks());
      return { state, tasks, lines: order.lines };
    } finally {
      for (const [index, state] of before) this.#state[index] = state;
    }
  }

  /** The least and the greatest coordinate of each axis, of tasks that are there. */
  get extents(): MapHead['extents'] {
    this.#extents ??= this.#measure();
    return this.#extents;
  }

  #setState(index: number, state: number): void {
    const before = this.#state[index];
    if ((before === goneState) !== (state === goneState)) {
      this.#gone += state === goneState ? 1 : -1;
      this.#extents = undefined;
    }
    this.#state[index] = state;
  }

  #measure(): MapHead['extents'] {
    return this.axes.flatMap((axis, position) => {
      const column = this.#places[position]!;
      let [first, last] = [Infinity, -Infinity];
      for (let index = 0; index < this.#count; index++) {
        if (this.#state[index] === goneState) continue;
        const at = column[index]!;
        if (at < first) first = at;
        if (at > last) last = at;
      }
      return first > last ? [] : [{ axis, first, last }];
    });
  }

  #lines({ x, y }: MapPlane, indices: Int32Array, task: Float64Array): Uint8Array {
    const coordinates = (axis: string | undefined): Int32Array => {
      const column = axis === undefined ? undefined : this.#places[this.axes.indexOf(axis)];
      return column === undefined ? new Int32Array(indices.length) : indices.map((index) => column[index]!);
    };
    return encodeMapLines(coordinates(x), coordinates(y), task);
  }

  /** A plane's tasks row by row, as they are kept, or found anew. */
  #order(plane: MapPlane): PlaneOrder {
    const least = new Map(this.extents.map(({ axis, first }) => [axis, first]));
    const others = this.axes.filter((axis) => axis !== plane.x && axis !== plane.y);
    const at = others.map((axis) => plane.at[axis] ?? least.get(axis) ?? 0);
    const key = JSON.stringify([plane.x, plane.y, at]);
    const kept = this.#orders.get(key);
    const order = kept ?? { indices: this.#sort(plane, this.#inPlane(others, at)) };
    // The one that was asked for last is the last to go.
    this.#orders.delete(key);
    this.#orders.set(key, order);
    let places = [...this.#orders.values()].reduce((sum, { indices }) => sum + indices.length, 0);
    for (const [old, { indices }] of this.#orders) {
      if (places <= ordersKept * this.#count) break;
      this.#orders.delete(old);
      places -= indices.length;
    }
    return order;
  }

  #inPlane(axes: readonly string[], at: readonly number[]): Int32Array {
    const columns = axes.map((axis) => this.#places[this.axes.indexOf(axis)]!);
    const found = new Int32Array(this.#count);
    let count = 0;
    for (let index = 0; index < this.#count; index++) {
      let inside = true;
      for (let axis = 0; axis < columns.length; axis++) inside &&= columns[axis]![index] === at[axis];
      if (inside) found[count++] = index;
    }
    return found.slice(0, count);
  }

  /** Row by row: they are so as a rule, since tasks are found in the order of their places. */
  #sort({ x, y }: MapPlane, indices: Int32Array): Int32Array {
    const across = x === undefined ? undefined : this.#places[this.axes.indexOf(x)];
    const down = y === undefined ? undefined : this.#places[this.axes.indexOf(y)];
    const compare = (a: number, b: number): number =>
      (down === undefined ? 0 : down[a]! - down[b]!) ||
      (across === undefined ? 0 : across[a]! - across[b]!) ||
      a - b;
    for (let at = 1; at < indices.length; at++) {
      if (compare(indices[at - 1]!, indices[at]!) > 0) return indices.sort(compare);
    }
    return indices;
  }

  #ids(): TaskIndex {
    this.#index ??= new TaskIndex(this.#task.subarray(0, this.#count));
    return this.#index;
  }

  #grow(): void {
    const length = 2 * this.#task.length;
    const longer = <T extends Float64Array | Uint8Array | Int32Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.#task = longer(new Float64Array(length), this.#task);
    this.#state = longer(new Uint8Array(length), this.#state);
    this.#changed = longer(new Float64Array(length), this.#changed);
    for (const [axis, column] of this.#places.entries())
      this.#places[axis] = longer(new Int32Array(length), column);
  }
}

function pick(indices: Int32Array, wanted: (index: number) => boolean): Int32Array {
  const picked = new Int32Array(indices.length);
  let count = 0;
  for (const index of indices) if (wanted(index)) picked[count++] = index;
  return picked.slice(0, count);
}

/** Where a task is: ids of a stage lie close together as a rule, and then a table has them. */
class TaskIndex {
  readonly #first: number;
  readonly #table: Int32Array;
  readonly #others = new Map<number, number>();

  constructor(ids: Float64Array) {
    let [first, last] = [Infinity, -Infinity];
    for (const id of ids) {
      if (id < first) first = id;
      if (id > last) last = id;
    }
    this.#first = first;
    const dense = ids.length > 0 && last - first < idsPerTask * ids.length;
    this.#table = new Int32Array(dense ? last - first + 1 : 0).fill(-1);
    ids.forEach((id, index) => {
      if (dense) this.#table[id - first] = index;
      else this.#others.set(id, index);
    });
  }

  /** -1 where it is not there. */
  find(id: number): number {
    return this.#table[id - this.#first] ?? this.#others.get(id) ?? -1;
  }
}
