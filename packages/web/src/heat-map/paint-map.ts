/**
 * Paints a grid: one pixel per square into a picture behind the scenes, which the canvas then enlarges without
 * smoothing. Only squares that are large enough to hold one get their sign, so that states differ without colour.
 */
import { staleFlag, taskStates, type TaskState } from '@gantry/model';
import { packColor, rampColor, urgency, type MapColors } from './map-colors.ts';
import { emptySquare, type MapGrid } from './map-grid.ts';
import type { MapView } from './map-view.ts';

export interface Picture {
  readonly canvas: OffscreenCanvas;
  /** Squares per pixel, along each side. */
  readonly factor: number;
}

/** The least and the greatest value of a measure. */
export interface MeasureScale {
  readonly least: number;
  readonly most: number;
}

/** One scale for several maps. */
export function joinScales(scales: readonly MeasureScale[]): MeasureScale | undefined {
  if (scales.length === 0) return undefined;
  return {
    least: Math.min(...scales.map(({ least }) => least)),
    most: Math.max(...scales.map(({ most }) => most)),
  };
}

/** Of the grid's values; undefined where none is known. */
export function scaleOf(grid: MapGrid): MeasureScale | undefined {
  let [least, most] = [Infinity, -Infinity];
  for (const value of grid.value) {
    // Both are false for NaN.
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return least > most ? undefined : { least, most };
}

/** @param factor so many squares share a pixel: the most urgent is seen */
export function drawPicture(
  grid: MapGrid,
  colors: MapColors,
  factor: number,
  scale: MeasureScale | undefined,
): Picture {
  const [width, height] = [grid.x.size, grid.y.size];
  const columns = Math.max(1, Math.ceil(width / factor));
  const rows = Math.max(1, Math.ceil(height / factor));
  const canvas = new OffscreenCanvas(columns, rows);
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(columns, rows);
  const words = new Uint32Array(image.data.buffer);
  const colorOf = (square: number): number => {
    const value = scale === undefined ? NaN : grid.value[square]!;
    return Number.isNaN(value) || scale === undefined
      ? colors.words[grid.state[square]!]!
      : packColor(
          rampColor(scale.most === scale.least ? 1 : (value - scale.least) / (scale.most - scale.least)),
        );
  };
  if (factor === 1) {
    for (let square = 0; square < grid.state.length; square++) words[square] = colorOf(square);
  } else {
    const best = new Int32Array(columns * rows).fill(-1);
    for (let row = 0, square = 0; row < height; row++) {
      const start = Math.floor(row / factor) * columns;
      for (let column = 0; column < width; column++, square++) {
        const pixel = start + Math.floor(column / factor);
        const other = best[pixel]!;
        if (other < 0 || urgency[grid.state[square]!]! > urgency[grid.state[other]!]!) best[pixel] = square;
      }
    }
    best.forEach((square, pixel) => {
      if (square >= 0) words[pixel] = colorOf(square);
    });
  }
  context.putImageData(image, 0, 0);
  return { canvas, factor };
}

const runningByte = taskStates.indexOf('running');
/** Squares smaller than this have no gap and no sign, in CSS pixels. */
const gapFrom = 5;
const signFrom = 11;

/** Paints what the view shows of a picture. @param ratio device pixels per CSS pixel */
export function paintMap(
  context: CanvasRenderingContext2D,
  picture: Picture,
  grid: MapGrid,
  colors: MapColors,
  view: MapView,
  ratio: number,
  signs: boolean,
): void {
  const { width, height } = context.canvas;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = false;
  const side = view.scale * ratio;
  const [left, top] = [view.left * ratio, view.top * ratio];
  const pixel = side * picture.factor;
  context.drawImage(picture.canvas, left, top, picture.canvas.width * pixel, picture.canvas.height * pixel);
  if (view.scale < gapFrom) return;
  const range = visibleSquares(grid, view, width / ratio, height / ratio);
  // Lines over the picture are the gaps between squares.
  context.fillStyle = colors.css.surface;
  const gap = Math.max(1, Math.round(ratio * Math.min(2, view.scale / 10)));
  for (let column = range.left; column <= range.right + 1; column++)
    context.fillRect(Math.round(left + column * side) - Math.floor(gap / 2), 0, gap, height);
  for (let row = range.top; row <= range.bottom + 1; row++)
    context.fillRect(0, Math.round(top + row * side) - Math.floor(gap / 2), width, gap);
  if (!signs || view.scale < signFrom) return;
  context.lineWidth = Math.max(1.25, side * 0.075);
  context.lineCap = 'round';
  for (let row = range.top; row <= range.bottom; row++) {
    for (let column = range.left; column <= range.right; column++) {
      const byte = grid.state[row * grid.x.size + column]!;
      if (byte === emptySquare) continue;
      const state = taskStates[byte & ~staleFlag];
      if (state === undefined) continue;
      const [x, y] = [left + (column + 0.5) * side, top + (row + 0.5) * side];
      drawSign(context, state, (byte & staleFlag) !== 0, x, y, Math.min(side, 46 * ratio) * 0.17, colors);
    }
  }
}

function drawSign(
  context: CanvasRenderingContext2D,
  state: TaskState,
  stale: boolean,
  x: number,
  y: number,
  r: number,
  colors: MapColors,
): void {
  context.strokeStyle = state === 'failed' || state === 'running' ? '#ffffff' : 'rgba(0, 0, 0, 0.72)';
  context.fillStyle = context.strokeStyle;
  context.beginPath();
  if (stale) {
    context.moveTo(x, y - r);
    context.lineTo(x, y);
    context.lineTo(x + r * 0.8, y + r * 0.5);
    context.stroke();
    return;
  }
  switch (state) {
    case 'failed':
      context.moveTo(x - r, y - r);
      context.lineTo(x + r, y + r);
      context.moveTo(x + r, y - r);
      context.lineTo(x - r, y + r);
      break;
    case 'cancelled':
      // Hatched, as everywhere.
      context.strokeStyle = colors.css.surface;
      for (const shift of [-1.6, 0, 1.6]) {
        context.moveTo(x - r + shift * r, y + r);
        context.lineTo(x + r + shift * r, y - r);
      }
      break;
    case 'blocked':
      context.moveTo(x - r, y);
      context.lineTo(x + r, y);
      break;
    case 'ready':
      context.moveTo(x - r * 0.6, y - r * 0.8);
      context.lineTo(x + r * 0.8, y);
      context.lineTo(x - r * 0.6, y + r * 0.8);
      context.closePath();
      context.fill();
      return;
    case 'running':
      context.arc(x, y, r, -Math.PI / 2, Math.PI * 0.75);
      break;
    case 'succeeded':
    case 'waiting':
    case 'skipped':
      return;
  }
  context.stroke();
}

/** Paints the running squares again, in white: what lies over the map breathes, and what is below stands still. */
export function paintRunning(
  context: CanvasRenderingContext2D,
  grid: MapGrid,
  view: MapView,
  ratio: number,
): void {
  const { width, height } = context.canvas;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  context.fillStyle = '#ffffff';
  const side = view.scale * ratio;
  const range = visibleSquares(grid, view, width / ratio, height / ratio);
  if ((range.right - range.left) * (range.bottom - range.top) > 250_000) return;
  for (let row = range.top; row <= range.bottom; row++) {
    for (let column = range.left; column <= range.right; column++) {
      if (grid.state[row * grid.x.size + column] !== runningByte) continue;
      context.fillRect(
        view.left * ratio + column * side,
        view.top * ratio + row * side,
        Math.max(1, side),
        Math.max(1, side),
      );
    }
  }
}

/** Squares, the last ones included. */
export interface SquareRange {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Squares smaller than this, in CSS pixels, show no picture. */
const pictureFrom = 20;

/** The squares that have room for a picture; undefined where none has. */
export function picturedSquares(
  grid: MapGrid,
  view: MapView,
  width: number,
  height: number,
): SquareRange | undefined {
  return view.scale < pictureFrom ? undefined : visibleSquares(grid, view, width, height);
}

/** Paints pictures into squares, whole and in their own shape; a frame around them tells the state. */
export function paintPictures(
  context: CanvasRenderingContext2D,
  find: (column: number, row: number) => HTMLImageElement | undefined,
  range: SquareRange,
  view: MapView,
  ratio: number,
  surface: string,
): void {
  context.imageSmoothingEnabled = true;
  context.fillStyle = surface;
  const side = view.scale * ratio;
  const room = side - 2 * Math.round(Math.max(1.5, Math.min(3, view.scale * 0.035)) * ratio);
  for (let row = range.top; row <= range.bottom; row++) {
    for (let column = range.left; column <= range.right; column++) {
      const picture = find(column, row);
      if (picture === undefined || picture.naturalWidth === 0) continue;
      const factor = room / Math.max(picture.naturalWidth, picture.naturalHeight);
      const [width, height] = [picture.naturalWidth * factor, picture.naturalHeight * factor];
      const [x, y] = [view.left * ratio + (column + 0.5) * side, view.top * ratio + (row + 0.5) * side];
      context.fillRect(x - room / 2, y - room / 2, room, room);
      context.drawImage(picture, x - width / 2, y - height / 2, width, height);
    }
  }
}

function visibleSquares(grid: MapGrid, view: MapView, width: number, height: number): SquareRange {
  const clamp = (value: number, most: number): number => Math.max(0, Math.min(most, value));
  return {
    left: clamp(Math.floor(-view.left / view.scale), grid.x.size - 1),
    right: clamp(Math.floor((width - view.left) / view.scale), grid.x.size - 1),
    top: clamp(Math.floor(-view.top / view.scale), grid.y.size - 1),
    bottom: clamp(Math.floor((height - view.top) / view.scale), grid.y.size - 1),
  };
}
