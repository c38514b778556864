/** Labels as pictures: a colour for each number, as the model has it, or the number's bits. */
import { labelColour } from '@gantry/model';

/** RGBA of labels: 0 is transparent, all else opaque. */
export function colourLabels(ids: ArrayLike<number>): Uint8Array {
  const out = new Uint8Array(ids.length * 4);
  let last = 0;
  let colour: readonly [number, number, number] = [0, 0, 0];
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (id === 0) continue;
    // Objects are runs of one number.
    if (id !== last) colour = labelColour(id);
    last = id;
    out[4 * i] = colour[0];
    out[4 * i + 1] = colour[1];
    out[4 * i + 2] = colour[2];
    out[4 * i + 3] = 255;
  }
  return out;
}

/** The largest id that red, green and blue can hold. */
export const MOST_ID = 2 ** 24 - 1;

/** RGBA whose red, green and blue are the bits of the id, the highest in red: 0 is transparent, all else opaque. */
export function writeIds(ids: ArrayLike<number>): Uint8Array {
  const out = new Uint8Array(ids.length * 4);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (id === 0) continue;
    out[4 * i] = id >>> 16;
    out[4 * i + 1] = (id >>> 8) & 255;
    out[4 * i + 2] = id & 255;
    out[4 * i + 3] = 255;
  }
  return out;
}
