/**
 * Image tiles for `bench/web.ts`: makes a large 16-bit pyramid with our own writer, and measures how long random
 * tiles over all its levels take. By itself: `npx node bench/web-tiles.ts [--size=12000] [--tile-size=256]`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { TiffRowWriter, ViewCache, levelsToOneTile, type PictureFormat } from '@gantry/imaging';

/** Milliseconds. */
export interface TileTimes {
  readonly p50: number;
  readonly p95: number;
  readonly most: number;
}

export interface TileMeasurement {
  readonly tiles: number;
  readonly concurrency: number;
  readonly format: PictureFormat;
  readonly times: TileTimes;
  /** Milliseconds of all cores together, for one tile: what other programs on the machine do not change. */
  readonly cpu: number;
}

const NOISE = 1 << 20;
const ROWS = 64;

/**
 * Waves with a camera's noise, standard deviation about 37 counts: deflate makes 1.8 bytes of its 2, as of real
 * tiles. Rows are made as they are written; 40,000² takes a minute or two and 3 GB on disk.
 */
export async function writeLargePyramid(path: string, size: number, tileSize: number): Promise<void> {
  const writer = await TiffRowWriter.create(path, {
    ...{ width: size, height: size, bitDepth: 16, sampleFormat: 'uint', tileSize },
    levels: levelsToOneTile(size, size, tileSize),
    metadata: { physicalSizeX: { value: 0.5, unit: 'µm' }, physicalSizeY: { value: 0.5, unit: 'µm' } },
  });
  try {
    const random = randomNumbers(1);
    const noise = Uint16Array.from({ length: NOISE }, () => (random() + random() + random()) * 75);
    const waves = new Float64Array(size);
    for (let top = 0; top < size; top += ROWS) {
      const rows = Math.min(ROWS, size - top);
      const pixels = new Uint16Array(rows * size);
      for (let y = 0; y < rows; y++) {
        const line = top + y;
        if (y % 8 === 0) {
          const across = Math.sin(line / 55);
          for (let x = 0; x < size; x++) {
            waves[x] = 3000 + 1500 * Math.sin(x / 40) * across + 800 * Math.sin((x + line) / 900);
          }
        }
        const shift = Math.floor(random() * NOISE);
        for (let x = 0; x < size; x++) pixels[y * size + x] = waves[x]! + noise[(shift + x) % NOISE]!;
      }
      await writer.writeRows(pixels);
    }
    await writer.finish();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/**
 * Random tiles, each level as often as the others, `concurrency` on their way at any time. The time of one is from
 * asking to having its bytes. Nothing is asked twice on purpose, and the cache holds a fraction of the image.
 */
export async function measureTiles(
  views: ViewCache,
  path: string,
  {
    tiles,
    concurrency,
    format,
    seed,
  }: { tiles: number; concurrency: number; format: PictureFormat; seed: number },
): Promise<TileMeasurement> {
  const { levels, tileSize, defaultWindow } = await views.use(path, (view) => view.describe());
  const random = randomNumbers(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const taken: number[] = [];
  const before = process.cpuUsage();
  let asked = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (asked < tiles) {
        const level = asked++ % levels.length;
        const { width, height } = levels[level]!;
        const [x, y] = [below(Math.ceil(width / tileSize)), below(Math.ceil(height / tileSize))];
        // No two windows alike: a tile that was rendered before is rendered again.
        const window = { low: defaultWindow.low, high: defaultWindow.high + 10 * random() };
        const start = performance.now();
        await views.use(path, (view) => view.tile({ level, x, y, format, window }));
        taken.push(performance.now() - start);
      }
    }),
  );
  const { user, system } = process.cpuUsage(before);
  taken.sort((a, b) => a - b);
  const at = (share: number): number =>
    round(taken[Math.min(taken.length - 1, Math.floor(share * taken.length))]!);
  const cpu = round((user + system) / 1000 / tiles);
  return { tiles, concurrency, format, cpu, times: { p50: at(0.5), p95: at(0.95), most: at(1) } };
}

/** Makes the system forget the pages of a file that it holds in memory. False where it cannot (not Linux). */
export function dropFromPageCache(path: string): boolean {
  if (process.platform !== 'linux') return false;
  execFileSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none']);
  return true;
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}

/** Mulberry32: evenly spread in [0, 1), the same for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      size: { type: 'string', default: '12000' },
      'tile-size': { type: 'string', default: '256' },
      file: { type: 'string' },
    },
  });
  const folder = await mkdtemp(join(tmpdir(), 'gantry-web-tiles-'));
  try {
    const path = values.file ?? join(folder, 'pyramid.ome.tif');
    if (values.file === undefined) {
      const start = performance.now();
      await writeLargePyramid(path, Number(values.size), Number(values['tile-size']));
      console.error(`made ${values.size}² in ${round((performance.now() - start) / 1000)} s`);
    }
    for (const format of ['jpeg', 'webp', 'png'] as const) {
      for (const concurrency of [1, 8]) {
        for (const cold of [true, false]) {
          if (cold && !dropFromPageCache(path)) continue;
          const views = new ViewCache();
          const opening = performance.now();
          await views.use(path, (view) => view.describe());
          const described = round(performance.now() - opening);
          if (cold) dropFromPageCache(path);
          const measured = await measureTiles(views, path, {
            tiles: 400,
            concurrency,
            format,
            seed: cold ? 1 : 2,
          });
          await views.close();
          console.log(
            JSON.stringify({ ...measured, pageCache: cold ? 'cold' : 'warm', describeMs: described }),
          );
        }
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) await main();
