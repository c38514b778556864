/** `flat-field@1`: many tiles become one profile of the illumination. The work is `@gantry/imaging`'s. */
import { estimateFlatField, ESTIMATORS, pixelMemory, writeImage } from '@gantry/imaging';
import { z } from 'zod';
import { serve } from '../worker.ts';

serve({
  inputs: { tiles: 'many' },
  outputs: ['flat'],
  params: z.strictObject({
    smoothing: z.number().min(0).max(1000).default(30),
    estimator: z.enum(ESTIMATORS).default('median'),
  }),
  async run({ inputs, params, outputs, resources, folder, progress, log }) {
    const memory = pixelMemory(resources.memory);
    const made = await estimateFlatField({
      tiles: inputs.tiles,
      ...params,
      memory,
      scratch: folder,
      progress,
    });
    for (const path of made.black) log(`${path} was left out: it is black, its median is 0`);
    if (made.raised > 0)
      log(`${made.raised} pixels of the profile were not above 0.01 and were raised to it`);
    const { physicalSizeX, physicalSizeY, channel } = made.header.metadata;
    const metadata = {
      ...(physicalSizeX === undefined ? {} : { physicalSizeX }),
      ...(physicalSizeY === undefined ? {} : { physicalSizeY }),
      ...(channel === undefined ? {} : { channel }),
    };
    await writeImage(outputs.flat, made.flat, { metadata });
  },
});
