/** A tool that misbehaves as it is told to, to see that the worker loop keeps its promises. */
import { setTimeout as sleep } from 'node:timers/promises';
import { writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { GantryError } from '@gantry/model';
import { z } from 'zod';
import { serve } from '../../worker.ts';

serve({
  inputs: { one: 'one', maybe: 'optional', list: 'many' },
  outputs: ['out'],
  params: z.strictObject({
    act: z.enum(['fine', 'print', 'throw', 'refuse', 'stray', 'slow', 'fill']),
    times: z.int().min(1).default(2),
  }),
  async run({ inputs, params, outputs, progress, log }) {
    log(`doing ${params.act} ${params.times} times`);
    switch (params.act) {
      case 'fine':
        writeFileSync(
          outputs.out,
          JSON.stringify([inputs.one.name, inputs.maybe?.name ?? null, inputs.list.length]),
        );
        return;
      case 'print': {
        console.log('{"id":"x","exitCode":0}');
        process.stdout.write('not an answer\n');
        const worker = new Worker('console.log("from a thread")', { eval: true });
        await new Promise((resolve) => worker.once('exit', resolve));
        return;
      }
      case 'fill':
        // Whatever is written there, there is no room for it.
        writeFileSync('/dev/full', 'x'.repeat(10_000));
        return;
      case 'throw':
        throw new TypeError('a fault of ours');
      case 'refuse':
        throw new GantryError('bad-tile', 'The tile is odd', { file: '/data/t.tif', mend: 'Even it out' });
      case 'stray':
        setTimeout(() => {
          throw new Error('nobody catches this');
        }, 5);
        await sleep(5000);
        return;
      case 'slow':
        for (let i = 0; i <= 100; i++) {
          progress(i / 100);
          await sleep(5);
        }
    }
  },
});
