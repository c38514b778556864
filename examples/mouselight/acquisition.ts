/**
 * An acquisition as MouseLight's microscope leaves it: a folder per tile, and `pipeline-input.json`, which lists them.
 * Two columns of tiles through four planes; one of these is marked, so that it is passed over. The same points lie in
 * every plane, a pixel further from one to the next.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { channels } from './scripts/tile-arguments.ts';
import { writeTiff } from './scripts/tiny-tiff.ts';

export interface AcquiredTile {
  readonly id: number;
  /** Below the acquisition's folder, with `/`. */
  readonly path: string;
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

const markedPlane = 12;
const planes = [10, 11, markedPlane, 13];
const columns = [1, 2];
const side = 32;

export const acquiredTiles: readonly AcquiredTile[] = planes.flatMap((z, plane) =>
  columns.map((x, column) => {
    const id = 1 + plane * columns.length + column;
    const name = String(id).padStart(5, '0');
    return { id, name, path: `2026-01-0${plane + 1}/00/${name}`, x, y: 1, z };
  }),
);

/** Writes the images of a tile. */
export function writeTile(folder: string, tile: AcquiredTile): void {
  const home = join(folder, tile.path);
  mkdirSync(home, { recursive: true });
  const shift = tile.z - (planes[0] ?? 0);
  for (const channel of channels) {
    const values = new Uint8Array(side * side);
    // Odd lines are darker, which the line fix is to mend.
    for (let index = 0; index < values.length; index++)
      values[index] = Math.floor(index / side) % 2 === 0 ? 40 : 30;
    for (const [x, y] of [
      [6, 8 + channel],
      [14, 20],
      [22, 12 + tile.x],
    ] as const)
      values[y * side + x + shift] = 240;
    writeTiff(join(home, `${tile.name}-ngc.${channel}.tif`), { width: side, height: side, values });
  }
}

/** Writes the list of tiles, whole, and renames it into place. */
export function writeList(
  folder: string,
  tiles: readonly AcquiredTile[],
  isComplete: (tile: AcquiredTile) => boolean = () => true,
): void {
  const list = {
    pipelineFormat: 'default',
    projectInfo: { customParameters: { dataset: '/volume' } },
    planeMarkers: { x: [], y: [], z: [markedPlane] },
    extents: { minimumX: 1, maximumX: 2, minimumY: 1, maximumY: 1, minimumZ: 10, maximumZ: 13 },
    tiles: tiles.map((tile) => ({
      id: tile.id,
      // It runs on Windows.
      relativePath: tile.path.replaceAll('/', '\\'),
      isComplete: isComplete(tile),
      position: { x: tile.x, y: tile.y, z: tile.z },
      step: { x: 0.5, y: 0.5, z: 251.2 },
    })),
  };
  const path = join(folder, 'pipeline-input.json');
  writeFileSync(`${path}.tmp`, JSON.stringify(list, null, 1));
  renameSync(`${path}.tmp`, path);
}
