/**
 * Values to greys. With t = (v − low) / (high − low), cut to 0…1, the grey is
 *
 *     floor(255 · t^(1 / gamma) + 0.5)
 *
 * in double precision: exact for every value, the same on every machine. What is not a number is black.
 */
import type { Pixels } from '../formats/pixels.ts';
import type { Window } from '../pyramid/choose-window.ts';

export interface Tone {
  readonly window: Window;
  readonly gamma: number;
}

/** Grey of one value. */
function greyOf(value: number, { window, gamma }: Tone): number {
  const share = (value - window.low) / (window.high - window.low);
  if (!(share > 0)) return 0;
  if (share >= 1) return 255;
  return Math.floor(255 * (gamma === 1 ? share : share ** (1 / gamma)) + 0.5);
}

/** Greys of many values; for 8 and 16 bits by a table, of which the last few are kept. */
export class ToneCurves {
  /** 64 KiB each; a window that is being dragged makes many. */
  static readonly #MOST = 8;
  readonly #tables = new Map<string, Uint8Array>();

  apply(pixels: Pixels, tone: Tone): Uint8Array {
    const out = new Uint8Array(pixels.length);
    if (pixels instanceof Uint32Array || pixels instanceof Float32Array) {
      for (let i = 0; i < out.length; i++) out[i] = greyOf(pixels[i]!, tone);
      return out;
    }
    const table = this.#table(pixels instanceof Uint8Array ? 2 ** 8 : 2 ** 16, tone);
    for (let i = 0; i < out.length; i++) out[i] = table[pixels[i]!]!;
    return out;
  }

  #table(length: number, tone: Tone): Uint8Array {
    const { window, gamma } = tone;
    const key = `${length}/${window.low}/${window.high}/${gamma}`;
    let table = this.#tables.get(key);
    if (table === undefined) {
      table = new Uint8Array(length);
      const from = Math.min(length, Math.max(0, Math.floor(window.low)));
      const to = Math.min(length, Math.max(from, Math.ceil(window.high)));
      for (let value = from; value < to; value++) table[value] = greyOf(value, tone);
      table.fill(255, to);
      const [oldest] = this.#tables.keys();
      if (this.#tables.size >= ToneCurves.#MOST && oldest !== undefined) this.#tables.delete(oldest);
      this.#tables.set(key, table);
    }
    return table;
  }
}
