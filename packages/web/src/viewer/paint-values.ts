/**
 * Values to pixels: a window, gamma and colours, as the server does it. With t = (v − low) / (high − low), cut to 0…1,
 * the grey is ⌊255 · t^(1/gamma) + 0.5⌋. A million pixels of 8 or 16 bits take 2 to 3 ms, so that a window that is
 * dragged is followed at every frame.
 */
import { colourTable, type ColourMap } from './colour-maps.ts';

export type TileValues = Uint8Array | Uint16Array | Uint32Array | Float32Array;

export interface Tone {
  /** The values shown in the lowest and the highest colour. */
  readonly low: number;
  readonly high: number;
  /** Above 1 brightens the middle. */
  readonly gamma: number;
  readonly map: ColourMap;
}

/** Greys of powers of t, so that none is computed for each pixel of 32 bits. */
const STEPS = 4096;

/** Paints with one tone; the tables are made once. */
export class ValuePainter {
  readonly #tone: Tone;
  readonly #colours: Uint32Array;
  #byte: Uint32Array | undefined;
  #word: Uint32Array | undefined;
  #steps: Uint32Array | undefined;

  constructor(tone: Tone) {
    this.#tone = tone;
    this.#colours = colourTable(tone.map);
  }

  /** @param out a pixel for each value */
  paint(values: TileValues, out: Uint32Array): void {
    if (values instanceof Uint8Array) lookUp(values, (this.#byte ??= this.#table(2 ** 8)), out);
    else if (values instanceof Uint16Array) lookUp(values, (this.#word ??= this.#table(2 ** 16)), out);
    else this.#paintLarge(values, out);
  }

  #grey(share: number): number {
    if (!(share > 0)) return 0;
    if (share >= 1) return 255;
    const { gamma } = this.#tone;
    return Math.floor(255 * (gamma === 1 ? share : share ** (1 / gamma)) + 0.5);
  }

  #table(length: number): Uint32Array {
    const { low, high } = this.#tone;
    const table = new Uint32Array(length);
    for (let value = 0; value < length; value++)
      table[value] = this.#colours[this.#grey((value - low) / (high - low))]!;
    return table;
  }

  #paintLarge(values: Uint32Array | Float32Array, out: Uint32Array): void {
    const { low, high } = this.#tone;
    const steps = (this.#steps ??= Uint32Array.from(
      { length: STEPS + 1 },
      (_, step) => this.#colours[this.#grey(step / STEPS)]!,
    ));
    const scale = STEPS / (high - low);
    for (let i = 0; i < out.length; i++) {
      const step = (values[i]! - low) * scale;
      // What is no number is shown as the lowest.
      out[i] = steps[step > 0 ? Math.min(STEPS, step + 0.5) | 0 : 0]!;
    }
  }
}

function lookUp(values: Uint8Array | Uint16Array, table: Uint32Array, out: Uint32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = table[values[i]!]!;
}
