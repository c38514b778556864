/** A place in addresses: `row=1,col=2` in the order of the axes; empty where there are none. */
import { z } from 'zod';

export const placeTextSchema = z
  .string()
  .regex(/^(?:[^=,]+=-?\d+(?:,[^=,]+=-?\d+)*)?$/, 'must be written as row=1,col=2')
  .default('');
