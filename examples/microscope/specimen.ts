/**
 * What lies under the virtual microscope: textured cells that drift, swell and change their brightness, of which some
 * come and some go, and which never touch; and the faint haze of their medium, weaker than the camera's noise, by
 * which even bare tiles can be told from each other. Deterministic; how it is photographed is left to `camera.ts`.
 */
import { isBare, nominalPosition, protocol, type Point } from './protocol.ts';
import { hash } from './random.ts';

/** A cell at one time point. Lengths are in pixels of the specimen, intensities in counts above the background. */
export interface Cell {
  /** The same at every time point. */
  readonly id: number;
  readonly x: number;
  readonly y: number;
  /** Half the length and half the width of its ellipse. */
  readonly long: number;
  readonly short: number;
  /** From the x axis to its length, radians. */
  readonly angle: number;
  readonly brightness: number;
}

export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Light of the medium, and the standard deviation of its haze. */
export const background = 900;
const haze = 12;

/** How many cells are looked for a place for; where it is crowded some find none. */
const candidates = 900;
/** Least distance between the outlines of two cells, at all times. */
const gap = 7;
/** The outline of a cell is soft by this share of its size, inwards and outwards. */
const softness = 0.12;
/** Of a hundred cells so many come after the first time point, and as many go before the last. */
const percentComing = 5;
const percentGoing = 5;

const { seed, timePoints, tileSize, rows, columns, jitter } = protocol;

/** The cells by time point, from 1. */
const populations: readonly (readonly Cell[])[] = populate();

/** The cells that are there at a time point, from 1. */
export function cellsAt(t: number): readonly Cell[] {
  return populations[t - 1] ?? [];
}

function populate(): Cell[][] {
  const kept: (Cell | undefined)[][] = [];
  for (let id = 1; id <= candidates; id++) {
    const life = liveOf(id);
    const fits = life.every((cell, index) => {
      if (cell === undefined) return true;
      if (!isInView(cell) || isOverBare(cell)) return false;
      return kept.every((other) => {
        const near = other[index];
        return (
          near === undefined || Math.hypot(near.x - cell.x, near.y - cell.y) > near.long + cell.long + gap
        );
      });
    });
    if (fits) kept.push(life);
  }
  return Array.from({ length: timePoints }, (_, index) =>
    kept.flatMap((life) => {
      const cell = life[index];
      return cell === undefined ? [] : [cell];
    }),
  );
}

/** A cell at every time point; undefined before it comes and once it is gone. */
function liveOf(id: number): (Cell | undefined)[] {
  const random = (what: number): number => hash(seed, id, what);
  const end = nominalPosition(rows, columns);
  const x = random(1) * (end.x + tileSize);
  const y = random(2) * (end.y + tileSize);
  const short = 8.5 + 5 * random(3);
  const long = short * (1 + 0.7 * random(4));
  const angle = random(5) * Math.PI;
  const brightness = 1500 * (0.75 + 0.5 * random(6));
  const course = random(7) * 2 * Math.PI;
  const speed = 6 * random(8);
  const fate = random(9) * 100;
  const comes = fate < percentComing ? 2 + Math.floor(random(10) * (timePoints - 1)) : 1;
  const goes = fate > 100 - percentGoing ? 1 + Math.floor(random(10) * (timePoints - 1)) : timePoints;
  return Array.from({ length: timePoints }, (_, index) => {
    const t = index + 1;
    if (t < comes || t > goes) return undefined;
    const wander = (axis: number): number => 2 * (hash(seed, id, t, 20 + axis) - 0.5);
    const size = 1 + 0.03 * index * (random(11) - 0.3);
    return {
      id,
      x: x + speed * Math.cos(course) * index + wander(0),
      y: y + speed * Math.sin(course) * index + wander(1),
      long: long * size,
      short: short * size,
      angle: angle + 0.12 * index * (random(12) - 0.5),
      brightness: brightness * (1 + 0.15 * (hash(seed, id, t, 22) - 0.5)),
    };
  });
}

/** Whether the whole of it is photographed, wherever the stage goes. */
function isInView({ x, y, long }: Cell): boolean {
  const margin = jitter + long * (1 + softness) + 2;
  const end = nominalPosition(rows, columns);
  return x > margin && y > margin && x < end.x + tileSize - margin && y < end.y + tileSize - margin;
}

/** Whether a bare tile would show a part of it. */
function isOverBare({ x, y, long }: Cell): boolean {
  const margin = jitter + long * (1 + softness) + 2;
  return protocol.bare.some(([row, col]) => {
    if (!isBare(row, col)) return false;
    const corner = nominalPosition(row, col);
    return (
      x > corner.x - margin &&
      y > corner.y - margin &&
      x < corner.x + tileSize + margin &&
      y < corner.y + tileSize + margin
    );
  });
}

/** The light of an area at a time point, row by row; its corner may lie at fractions of a pixel. */
export function lightOf(area: Area, t: number): Float32Array {
  const { left, top, width, height } = area;
  const light = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) light[y * width + x] = background + haze * cloud(left + x, top + y);
  }
  for (const cell of cellsAt(t)) drawCell(light, area, cell);
  return light;
}

function drawCell(light: Float32Array, { left, top, width, height }: Area, cell: Cell): void {
  const reach = cell.long * (1 + softness);
  const firstX = Math.max(0, Math.ceil(cell.x - left - reach));
  const lastX = Math.min(width - 1, Math.floor(cell.x - left + reach));
  const firstY = Math.max(0, Math.ceil(cell.y - top - reach));
  const lastY = Math.min(height - 1, Math.floor(cell.y - top + reach));
  const [cos, sin] = [Math.cos(cell.angle), Math.sin(cell.angle)];
  // Off the middle, where the nucleus lies.
  const nucleus: Point = {
    x: 0.5 * (hash(seed, cell.id, 40) - 0.5),
    y: 0.4 * (hash(seed, cell.id, 41) - 0.5),
  };
  for (let y = firstY; y <= lastY; y++) {
    const dy = y + top - cell.y;
    for (let x = firstX; x <= lastX; x++) {
      const dx = x + left - cell.x;
      const u = (dx * cos + dy * sin) / cell.long;
      const v = (dy * cos - dx * sin) / cell.short;
      const body = (1 + softness - Math.hypot(u, v)) / (2 * softness);
      if (body <= 0) continue;
      const core = Math.exp(-((u - nucleus.x) ** 2 + (v - nucleus.y) ** 2) / 0.12);
      // Its texture goes where it goes.
      const texture = 1 + 0.16 * cloud(dx * 1.7 + 37 * cell.id, dy * 1.7 + 91 * cell.id);
      const index = y * width + x;
      light[index] =
        (light[index] ?? 0) + cell.brightness * Math.min(1, body) * (0.75 + 0.7 * core) * texture;
    }
  }
}

const cloudSize = 512;
const cloudMask = cloudSize - 1;
const clouds = makeClouds();

/** Smooth noise of mean 0 and standard deviation 1, with grains of a few pixels; it repeats after 512. */
function cloud(x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [shareX, shareY] = [x - left, y - top];
  const row = (top & cloudMask) * cloudSize;
  const next = ((top + 1) & cloudMask) * cloudSize;
  const [from, to] = [left & cloudMask, (left + 1) & cloudMask];
  const above = clouds[row + from]! * (1 - shareX) + clouds[row + to]! * shareX;
  const below = clouds[next + from]! * (1 - shareX) + clouds[next + to]! * shareX;
  return above * (1 - shareY) + below * shareY;
}

function makeClouds(): Float32Array {
  let field = new Float32Array(cloudSize ** 2);
  for (let index = 0; index < field.length; index++) field[index] = hash(seed, index, 55) - 0.5;
  // Two passes of a box in each direction come near a Gaussian of sigma 2.
  for (const along of [1, cloudSize, 1, cloudSize]) field = blur(field, along);
  let [sum, squares] = [0, 0];
  for (const value of field) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / field.length;
  const deviation = Math.sqrt(squares / field.length - mean * mean);
  for (let index = 0; index < field.length; index++) field[index] = (field[index]! - mean) / deviation;
  return field;
}

/** The mean of five along the rows (`along` is 1) or the columns (`along` is a row's length), round the edges. */
function blur(field: Float32Array, along: number): Float32Array<ArrayBuffer> {
  const blurred = new Float32Array(field.length);
  const axis = cloudMask * along;
  for (let index = 0; index < field.length; index++) {
    const rest = index & ~axis;
    let sum = 0;
    for (let step = -2; step <= 2; step++) sum += field[rest | ((index + step * along) & axis)]!;
    blurred[index] = sum / 5;
  }
  return blurred;
}
