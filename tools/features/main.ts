/** `features@1`: an image and the labels of its objects become a table. The work is `@gantry/imaging`'s. */
import { measureObjects, pixelMemory } from '@gantry/imaging';
import { z } from 'zod';
import { serve } from '../worker.ts';

serve({
  inputs: { image: 'one', labels: 'one' },
  outputs: ['table', 'units'],
  params: z.strictObject({ which: z.array(z.string()).default([]) }),
  async run({ inputs, params, outputs, resources, folder, progress, log }) {
    const objects = await measureObjects({
      image: inputs.image.path,
      labels: inputs.labels.path,
      table: outputs.table,
      units: outputs.units,
      which: params.which,
      scratch: folder,
      memory: pixelMemory(resources.memory),
      progress,
      log,
    });
    return { objects };
  },
});
