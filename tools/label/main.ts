/** `label@1`: a mask becomes numbered objects. The work is `@gantry/imaging`'s. */
import { labelMask, pixelMemory } from '@gantry/imaging';
import { z } from 'zod';
import { serve } from '../worker.ts';

serve({
  inputs: { mask: 'one' },
  outputs: ['labels'],
  params: z.strictObject({
    connectivity: z.literal([4, 8]).default(8),
    minSize: z.int().min(0).default(0),
  }),
  async run({ inputs, params, outputs, resources, folder, progress, log }) {
    const { objects } = await labelMask({
      input: inputs.mask.path,
      output: outputs.labels,
      connectivity: params.connectivity,
      minSize: params.minSize,
      scratch: folder,
      memory: pixelMemory(resources.memory),
      progress,
      log,
    });
    return { objects };
  },
});
