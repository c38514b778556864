/** `threshold@1`: an image becomes a mask. The work is `@gantry/imaging`'s. */
import { pixelMemory, thresholdImage } from '@gantry/imaging';
import { z } from 'zod';
import { serve } from '../worker.ts';

serve({
  inputs: { image: 'one' },
  outputs: ['mask'],
  params: z.strictObject({
    method: z.enum(['otsu', 'value']).default('otsu'),
    value: z.number().optional(),
  }),
  async run({ inputs, params, outputs, resources, folder, progress, log }) {
    const { threshold, foreground, total } = await thresholdImage({
      input: inputs.image.path,
      output: outputs.mask,
      method: params.method,
      value: params.value,
      scratch: folder,
      memory: pixelMemory(resources.memory),
      progress,
      log,
    });
    return { ...(threshold === undefined ? {} : { threshold }), foreground: (100 * foreground) / total };
  },
});
