/**
 * The heat map of a stage, `GET /api/v1/runs/ID/map`: a place is a few bytes of binary columns, as a stage may have a
 * million. The layout, and its reading; making the columns is left to the database.
 *
 * Query: `stage`; `x` and `y`, the axes that lie across and down (either may be absent); `at=t=3,channel=1`, the plane,
 * a coordinate for each other axis (the least that there is, where none is named); `durations=true`; `since=CHANGE`, only what has changed since that answer.
 *
 * | bytes        | what                                                                                      |
 * |--------------|-------------------------------------------------------------------------------------------|
 * | 4            | length of the head, unsigned, big-endian like all numbers here                            |
 * | length       | the head: JSON, `MapHead`                                                                 |
 * | 4 × count    | x: signed coordinate; 0 throughout where there is no such axis                            |
 * | 4 × count    | y                                                                                         |
 * | 1 × count    | state: index in `taskStates`, plus 128 where it is stale; 255 where there is no task now  |
 * | 8 × count    | the task's id, a double                                                                   |
 * | 4 × count    | milliseconds that the last attempt took, -1 where it is not known; if durations were asked for |
 *
 * With `since`, a place that was running and is not named has gone back to `ready`: a claim that was given back
 * leaves no change behind.
 */
import { z } from 'zod';
import { taskStates, type TaskState } from './task-state.ts';

const coordinate = z.coerce.number().int();

export const mapQuerySchema = z.object({
  stage: z.string().min(1),
  x: z.string().optional(),
  y: z.string().optional(),
  /** `t=3,channel=1` */
  at: z
    .string()
    .regex(/^(?:[^=,]+=-?\d+(?:,[^=,]+=-?\d+)*)?$/, 'must be written as t=3,channel=1')
    .default(''),
  since: coordinate.optional(),
  durations: z.enum(['true', 'false']).default('false'),
});

export const mapHeadSchema = z.object({
  /** `run.change` of this answer; to be sent as `since`. */
  change: z.int(),
  count: z.int().nonnegative(),
  /** True where the last column is there. */
  durations: z.boolean(),
  /** The stage's axes with the least and the greatest coordinate of its tasks; empty in answers to `since`. */
  extents: z.array(z.object({ axis: z.string(), first: z.int(), last: z.int() })),
});

export type MapHead = z.infer<typeof mapHeadSchema>;
export type MapQuery = z.input<typeof mapQuerySchema>;

/** A stage's places in one plane, a place per index. */
export interface MapColumns extends MapHead {
  readonly x: Int32Array;
  readonly y: Int32Array;
  /** As in the table above. */
  readonly state: Uint8Array;
  readonly task: Float64Array;
  /** Milliseconds, or -1; empty if not asked for. */
  readonly duration: Int32Array;
}

/** Added to the state of a stale task. */
export const staleFlag = 128;
/** The state of a place that has no task any more. */
export const goneState = 255;

/** The state that a byte of the column means; undefined for `goneState`. */
export function readMapState(byte: number): { state: TaskState; stale: boolean } | undefined {
  const state = byte === goneState ? undefined : taskStates[byte & ~staleFlag];
  return state === undefined ? undefined : { state, stale: (byte & staleFlag) !== 0 };
}

/** @throws RangeError where the answer is cut short */
export function decodeMap(buffer: ArrayBuffer): MapColumns {
  const view = new DataView(buffer);
  const headLength = view.getUint32(0);
  const text = new TextDecoder().decode(new Uint8Array(buffer, 4, headLength));
  const head = mapHeadSchema.parse(JSON.parse(text));
  const { count } = head;
  let offset = 4 + headLength;
  const take = (bytes: number): DataView => {
    const part = new DataView(buffer, offset, bytes * count);
    offset += bytes * count;
    return part;
  };
  const integers = (): Int32Array => {
    const part = take(4);
    const column = new Int32Array(count);
    for (let index = 0; index < count; index++) column[index] = part.getInt32(4 * index);
    return column;
  };
  const x = integers();
  const y = integers();
  const states = take(1);
  const state = new Uint8Array(buffer, states.byteOffset, count);
  const ids = take(8);
  const task = new Float64Array(count);
  for (let index = 0; index < count; index++) task[index] = ids.getFloat64(8 * index);
  return { ...head, x, y, state, task, duration: head.durations ? integers() : new Int32Array(0) };
}
