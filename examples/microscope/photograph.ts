/**
 * The files of the virtual microscope: one tile or blank as a 16-bit OME-TIFF, which appears under its name only when
 * it is whole.
 */
import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeImage, type ImageMetadata } from '@gantry/imaging';
import { expose, type Camera, type Exposure } from './camera.ts';
import { blankName, nominalPosition, protocol, tileName, truePosition, type Visit } from './protocol.ts';
import { lightOf } from './specimen.ts';

const { tileSize, seed, pixelSize, intervalMinutes } = protocol;

const camera: Camera = { width: tileSize, height: tileSize, bitDepth: 16, noise: 25, vignetting: 0.35 };
/** A blank is brighter than the specimen's background, for the sake of its noise. */
const blankLight = 8000;

export function exposeTile(visit: Visit): Exposure {
  const { x, y } = truePosition(visit);
  const light = lightOf({ left: x, top: y, width: tileSize, height: tileSize }, visit.t);
  return expose(camera, light, seed, [visit.t, visit.row, visit.col]);
}

/** Writes `FOLDER/cells_t1_r01_c01.ome.tif` and its like. */
export async function writeTile(folder: string, visit: Visit): Promise<void> {
  const { x, y } = nominalPosition(visit.row, visit.col);
  await write(join(folder, tileName(visit)), exposeTile(visit), {
    plane: {
      // Where the stage believes to be; what it misses by is not known to a microscope.
      ...{ PositionX: micrometres(x), PositionXUnit: 'µm', PositionY: micrometres(y), PositionYUnit: 'µm' },
      ...{ DeltaT: String((visit.t - 1) * intervalMinutes * 60), DeltaTUnit: 's' },
    },
  });
}

/** Writes `FOLDER/blank_01.ome.tif` and its like: an empty field. */
export async function writeBlank(folder: string, n: number): Promise<void> {
  const light = new Float32Array(tileSize ** 2).fill(blankLight);
  await write(join(folder, blankName(n)), expose(camera, light, seed, [0, n]), {});
}

async function write(path: string, exposure: Exposure, metadata: ImageMetadata): Promise<void> {
  const name = path.slice(dirname(path).length + 1);
  const unfinished = join(dirname(path), `.${name}`);
  const size = { value: pixelSize, unit: 'µm' };
  await writeImage(
    unfinished,
    { ...exposure, sampleFormat: 'uint' },
    {
      metadata: {
        name: name.replace(/\.ome\.tif$/, ''),
        ...{ physicalSizeX: size, physicalSizeY: size },
        channel: { Name: 'GFP', AcquisitionMode: 'WideField', ContrastMethod: 'Fluorescence' },
        ...metadata,
      },
    },
  );
  await rename(unfinished, path);
}

function micrometres(pixels: number): string {
  return (pixels * pixelSize).toFixed(2);
}
