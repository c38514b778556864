/**
 * The heat map of a stage, `GET /api/v1/runs/ID/map`: a place is a byte or a few, as a stage may have a million. The
 * layout, its writing and its reading.
 *
 * Query: `stage`; `x` and `y`, the axes that lie across and down (either may be absent); `at=t=3,channel=1`, the plane,
 * a coordinate for each other axis (the least that there is, where none is named); `measure=duration` or another one of
 * `measure.ts`; `since=CHANGE`, only what has changed since that answer.
 *
 * | bytes        | what                                                                                      |
 * |--------------|-------------------------------------------------------------------------------------------|
 * | 4            | length of the head, unsigned, big-endian like all numbers here                            |
 * | length       | the head: JSON, `MapHead`                                                                 |
 * | 24 × lines   | the places: those of a line follow each other along x, their tasks' ids by equal steps    |
 * | 1 × count    | state: index in `taskStates`, plus 128 where it is stale; 255 where there is no task now  |
 * | 4 × count    | the measure of the last attempt, a float; NaN where it is not known; if one was asked for |
 *
 * A line is y, the first x (signed, 0 where there is no such axis), how many places, the step from id to id (signed), and
 * the id of the first place's task (a double).
 *
 * With `since`, a place that was running and is not named has gone back to `ready`: a claim that was given back
 * leaves no change behind. What has not changed may be named, too.
 */
import { z } from 'zod';
import { measureSchema } from './measure.ts';
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
  measure: measureSchema.optional(),
});

export const mapHeadSchema = z.object({
  /** `run.change` of this answer; to be sent as `since`. */
  change: z.int(),
  count: z.int().nonnegative(),
  lines: z.int().nonnegative(),
  /** What the last column holds; null where it is not there. */
  measure: measureSchema.nullable(),
  /** The stage's axes with the least and the greatest coordinate of its tasks; empty in answers to `since`. */
  extents: z.array(z.object({ axis: z.string(), first: z.int(), last: z.int() })),
});

export type MapHead = z.infer<typeof mapHeadSchema>;
export type MapQuery = z.input<typeof mapQuerySchema>;

/** A stage's places in one plane, a place per index. */
export interface MapColumns extends Omit<MapHead, 'lines'> {
  readonly x: Int32Array;
  readonly y: Int32Array;
  /** As in the table above. */
  readonly state: Uint8Array;
  readonly task: Float64Array;
  /** As `head.measure` says, NaN where it is not known; empty if not asked for. */
  readonly value: Float32Array;
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

const bytesOfLine = 24;
const [leastStep, mostStep] = [-(2 ** 31), 2 ** 31 - 1];

/** Places as lines. They are shortest where the places come row by row, in the order of x. */
export function encodeMapLines(x: Int32Array, y: Int32Array, task: Float64Array): Uint8Array {
  let lines = new DataView(new ArrayBuffer(64 * bytesOfLine));
  let used = 0;
  for (let first = 0; first < task.length;) {
    const step = first + 1 < task.length ? task[first + 1]! - task[first]! : 0;
    let end = first + 1;
    if (step >= leastStep && step <= mostStep) {
      while (
        end < task.length &&
        y[end] === y[first] &&
        x[end] === x[end - 1]! + 1 &&
        task[end] === task[end - 1]! + step
      ) {
        end += 1;
      }
    }
    if (used + bytesOfLine > lines.byteLength) {
      const longer = new Uint8Array(2 * lines.byteLength);
      longer.set(new Uint8Array(lines.buffer));
      lines = new DataView(longer.buffer);
    }
    lines.setInt32(used, y[first]!);
    lines.setInt32(used + 4, x[first]!);
    lines.setUint32(used + 8, end - first);
    lines.setInt32(used + 12, end - first > 1 ? step : 0);
    lines.setFloat64(used + 16, task[first]!);
    used += bytesOfLine;
    first = end;
  }
  return new Uint8Array(lines.buffer, 0, used);
}

/** The answer in its parts, one after the other. @param values of the head's measure */
export function encodeMap(
  head: Pick<MapHead, 'change' | 'extents' | 'measure'>,
  lines: Uint8Array,
  state: Uint8Array,
  values: Float32Array | undefined,
): Uint8Array[] {
  const whole: MapHead = {
    ...head,
    count: state.length,
    lines: lines.length / bytesOfLine,
  };
  const text = new TextEncoder().encode(JSON.stringify(whole));
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, text.length);
  const column = new DataView(new ArrayBuffer(4 * (values?.length ?? 0)));
  values?.forEach((value, index) => column.setFloat32(4 * index, value));
  return [new Uint8Array(length.buffer), text, lines, state, new Uint8Array(column.buffer)];
}

/** @throws RangeError where the answer is cut short, or its lines have not as many places as it says */
export function decodeMap(buffer: ArrayBuffer): MapColumns {
  const view = new DataView(buffer);
  const headLength = view.getUint32(0);
  const text = new TextDecoder().decode(new Uint8Array(buffer, 4, headLength));
  const head = mapHeadSchema.parse(JSON.parse(text));
  const { count } = head;
  const begin = 4 + headLength;
  const lines = new DataView(buffer, begin, bytesOfLine * head.lines);
  const x = new Int32Array(count);
  const y = new Int32Array(count);
  const task = new Float64Array(count);
  let index = 0;
  for (let line = 0; line < lines.byteLength; line += bytesOfLine) {
    const [row, first] = [lines.getInt32(line), lines.getInt32(line + 4)];
    const places = lines.getUint32(line + 8);
    const step = lines.getInt32(line + 12);
    const id = lines.getFloat64(line + 16);
    if (index + places > count) throw new RangeError('The map has more places than it says.');
    for (let place = 0; place < places; place++, index++) {
      x[index] = first + place;
      y[index] = row;
      task[index] = id + place * step;
    }
  }
  if (index < count) throw new RangeError('The map has fewer places than it says.');
  const states = begin + lines.byteLength;
  const state = new Uint8Array(buffer, states, count);
  const column = new DataView(buffer, states + count, head.measure === null ? 0 : 4 * count);
  const value = new Float32Array(column.byteLength / 4);
  for (let at = 0; at < value.length; at++) value[at] = column.getFloat32(4 * at);
  return { ...head, x, y, state, task, value };
}

/** How a measure is spread over the tasks of a stage, `GET /api/v1/runs/ID/histogram`. */
export const histogramQuerySchema = z.object({
  stage: z.string().min(1),
  measure: measureSchema,
  bins: z.coerce.number().int().min(1).max(200).default(40),
});

export const histogramSchema = z.object({
  measure: measureSchema,
  /** Tasks of the stage, and how many of them, evenly chosen, were looked at. */
  tasks: z.int().nonnegative(),
  looked: z.int().nonnegative(),
  /** Of those that were looked at, how many have a value. */
  count: z.int().nonnegative(),
  /** Absent without values. */
  spread: z
    .object({ least: z.number(), most: z.number(), mean: z.number(), median: z.number(), p95: z.number() })
    .optional(),
  /** Values by equal steps from the least to the greatest one; all in the middle where these are equal. */
  bins: z.array(z.int().nonnegative()),
});

export type Histogram = z.infer<typeof histogramSchema>;
