/**
 * The colours of squares as numbers that a canvas takes, read from the page's own, so that both themes are the same
 * as in every badge. Also the order in which squares are seen when several share a point.
 */
import { staleFlag, taskStates, type TaskState } from '@gantry/model';
import { emptySquare } from './map-grid.ts';

export interface MapColors {
  /** Little-endian ABGR per byte of the grid. */
  readonly words: Uint32Array;
  /** The same as CSS. */
  readonly css: Readonly<Record<TaskState | 'stale' | 'empty' | 'surface', string>>;
}

/** Of the squares behind one point the most urgent is shown. */
export const urgency = makeUrgency();

function makeUrgency(): Uint8Array {
  const order: TaskState[] = [
    'skipped',
    'waiting',
    'succeeded',
    'ready',
    'cancelled',
    'blocked',
    'running',
    'failed',
  ];
  const ranks = new Uint8Array(256);
  order.forEach((state, rank) => {
    const byte = taskStates.indexOf(state);
    ranks[byte] = 2 * rank + 2;
    ranks[byte | staleFlag] = 2 * rank + 3;
  });
  ranks[emptySquare] = 0;
  return ranks;
}

/** @param only squares of other states are dimmed */
export function readColors(element: Element, only: TaskState | undefined): MapColors {
  const style = getComputedStyle(element);
  const value = (name: string): string => style.getPropertyValue(name).trim();
  const surface = value('--surface-sunk');
  const css = {
    ...Object.fromEntries(taskStates.map((state) => [state, value(`--state-${state}`)])),
    stale: value('--state-stale'),
    empty: surface,
    surface: value('--surface'),
  } as MapColors['css'];
  const words = new Uint32Array(256).fill(toWord(surface, 0));
  for (const [byte, state] of taskStates.entries()) {
    const dimmed = only !== undefined && state !== only;
    const mix = dimmed ? 0.16 : state === 'waiting' || state === 'skipped' ? 0.6 : 1;
    words[byte] = mixWord(css[state], surface, mix);
    words[byte | staleFlag] = mixWord(css.stale, surface, mix);
  }
  return { words, css };
}

/** From 0 (short) to 1 (long): dark blue to yellow, which stays in order without colour, too (cividis, Nuñez 2018). */
export function rampColor(share: number): readonly [number, number, number] {
  const stops = [
    [0, 32, 77],
    [49, 68, 107],
    [102, 105, 112],
    [149, 143, 120],
    [203, 186, 105],
    [255, 234, 70],
  ] as const;
  const at = Math.max(0, Math.min(1, share)) * (stops.length - 1);
  const low = stops[Math.floor(at)]!;
  const high = stops[Math.ceil(at)]!;
  const part = at - Math.floor(at);
  return [0, 1, 2].map((index) => Math.round(low[index]! + (high[index]! - low[index]!) * part)) as never;
}

export function packColor([red, green, blue]: readonly [number, number, number], alpha = 255): number {
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

function toWord(css: string, alpha = 255): number {
  return packColor(parseHex(css), alpha);
}

function mixWord(css: string, ground: string, share: number): number {
  const [a, b] = [parseHex(css), parseHex(ground)];
  return packColor(
    [0, 1, 2].map((index) => Math.round(b[index]! + (a[index]! - b[index]!) * share)) as never,
  );
}

/** Our own colours are written as `#rrggbb`. */
function parseHex(css: string): [number, number, number] {
  const value = Number.parseInt(css.replace('#', ''), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
