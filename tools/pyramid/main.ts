/** `pyramid@1`: an image becomes a Deep Zoom folder or a multi-resolution OME-TIFF. The work is `@gantry/imaging`'s. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildDeepZoom, buildOmePyramid } from '@gantry/imaging';
import { z } from 'zod';
import { serve } from '../worker.ts';

serve({
  inputs: { image: 'one' },
  outputs: ['pyramid'],
  params: z.strictObject({
    format: z.enum(['dzi', 'ome-tiff']).default('dzi'),
    tileSize: z.int().min(64).max(4096).multipleOf(16).default(256),
    depth: z.union([z.literal(8), z.literal(16)]).default(8),
  }),
  async run({ inputs, params, outputs, resources, folder, progress }) {
    const input = inputs.image.path;
    const { tileSize, depth } = params;
    if (params.format === 'dzi') {
      await buildDeepZoom({ input, output: outputs.pyramid, tileSize, depth, threads: resources.cpu });
      return;
    }
    await buildOmePyramid({
      input,
      output: await omePath(outputs.pyramid),
      tileSize,
      scratch: folder,
      progress,
    });
  },
});

/** A path that is named as a TIFF becomes the file; any other becomes a folder that holds it. */
async function omePath(output: string): Promise<string> {
  if (/\.tiff?$/i.test(output)) return output;
  await mkdir(output, { recursive: true });
  return join(output, 'image.ome.tif');
}
