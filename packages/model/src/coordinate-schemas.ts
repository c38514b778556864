/** Coordinates and ranges of them, as requests have them. */
import { z } from 'zod';

/** Coordinates lie within ±2³⁰, so that a step to a neighbour never overflows. */
export const coordinate = z
  .int()
  .min(-(2 ** 30))
  .max(2 ** 30);

export const range = z
  .tuple([coordinate, coordinate])
  .refine(([first, last]) => first <= last, 'must have the lower coordinate first');
