/** `assemble@1`: tiles and a stitching vector become one mosaic. The work is `@gantry/imaging`'s. */
import { readFile } from 'node:fs/promises';
import { assembleMosaic, BLENDS, parseVector, pixelMemory } from '@gantry/imaging';
import { z } from 'zod';
import { serve } from '../worker.ts';

serve({
  inputs: { tiles: 'many', vector: 'one' },
  outputs: ['mosaic'],
  params: z.strictObject({ blend: z.enum(BLENDS).default('overlay') }),
  async run({ inputs, params, outputs, resources, folder, progress, log }) {
    const vector = parseVector(await readFile(inputs.vector.path, 'utf8'), inputs.vector.path);
    const made = await assembleMosaic({
      tiles: inputs.tiles,
      vector,
      vectorPath: inputs.vector.path,
      blend: params.blend,
      output: outputs.mosaic,
      memory: pixelMemory(resources.memory),
      scratch: folder,
      progress,
    });
    log(`${made.width}×${made.height} pixels from ${vector.length} tiles, read ${made.reads} times in all`);
  },
});
