/**
 * What of the last attempts of tasks can be seen on a map and in a histogram: `duration`, `memory`, `cpu`, and the numbers
 * that tools tell of themselves, `result.NAME`.
 */
import { z } from 'zod';

export const measureSchema = z
  .string()
  .max(110)
  .regex(
    /^(?:duration|memory|cpu|result\.[A-Za-z][A-Za-z0-9_-]*)$/,
    'must be `duration`, `memory`, `cpu` or `result.NAME`',
  );

/** Seconds for `duration` and `cpu`, bytes for `memory`; a result has the unit that its tool declares. */
export type Measure = 'duration' | 'memory' | 'cpu' | `result.${string}`;

/** The name of the result that a measure is; undefined for the others. */
export function resultOf(measure: string): string | undefined {
  return measure.startsWith('result.') ? measure.slice('result.'.length) : undefined;
}
