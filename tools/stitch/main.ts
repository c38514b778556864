/** `stitch@1`: tiles become a stitching vector and a report. The work is `@gantry/imaging`'s. */
import { writeFile } from 'node:fs/promises';
import { describeStitch, formatVector, MatchPool, reportStitch, stitchTiles } from '@gantry/imaging';
import { z } from 'zod';
import { serve } from '../worker.ts';

// Kept between requests, with its threads; they end with this process.
let pool: MatchPool | undefined;

serve({
  inputs: { tiles: 'many' },
  outputs: ['vector', 'report'],
  params: z.strictObject({
    overlap: z.number().min(1).max(80).optional(),
    maxShift: z.number().min(1).max(1000).optional(),
  }),
  async run({ inputs, params, outputs, resources, progress, log }) {
    const threads = Math.max(1, Math.floor(resources.cpu));
    if (pool?.size !== threads) {
      await pool?.close();
      pool = new MatchPool(threads);
    }
    const result = await stitchTiles(inputs.tiles, { ...params, pool, onProgress: progress });
    const report = reportStitch(result);
    for (const line of describeStitch(report)) log(line);
    const lines = result.tiles.map(({ tile, ...place }) => ({ file: tile.name, ...place }));
    await writeFile(outputs.report, `${JSON.stringify(report, null, 2)}\n`);
    await writeFile(outputs.vector, formatVector(lines));
  },
});
