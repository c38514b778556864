/** `correct@1`: a tile divided by a flat field. The work is `@gantry/imaging`'s. */
import { stat } from 'node:fs/promises';
import { correctTile, meanOf, readImage, writeImage, type Image } from '@gantry/imaging';
import { z } from 'zod';
import { serve } from '../worker.ts';

/** One flat field serves many tiles: the worker keeps the last, as long as it is the same file. */
let kept: { key: string; flat: Image } | undefined;

async function readFlat(path: string): Promise<Image> {
  const { ino, size, mtimeMs } = await stat(path).catch(() => ({ ino: 0, size: 0, mtimeMs: 0 }));
  const key = [path, ino, size, mtimeMs].join(':');
  if (kept?.key !== key) kept = { key, flat: await readImage(path) };
  return kept.flat;
}

serve({
  inputs: { tile: 'one', flat: 'one' },
  outputs: ['corrected'],
  params: z.strictObject({}),
  async run({ inputs, outputs, log }) {
    const flat = await readFlat(inputs.flat.path);
    const tile = await readImage(inputs.tile.path);
    if (tile.header.metadataProblem !== undefined) log(`${inputs.tile.name}: ${tile.header.metadataProblem}`);
    const corrected = correctTile(tile, flat, { tile: inputs.tile.path, flat: inputs.flat.path });
    await writeImage(outputs.corrected, corrected, { metadata: tile.header.metadata });
    return { mean: meanOf(corrected.data) };
  },
});
