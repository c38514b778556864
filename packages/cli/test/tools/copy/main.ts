/** A tool for tests: copies a file, unless the file says `bad`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { WorkerInput, WorkerRequest } from '@gantry/model';

for await (const line of createInterface({ input: process.stdin })) {
  const { id, inputs, params, outputs } = JSON.parse(line) as WorkerRequest;
  const item = inputs['item'] as WorkerInput;
  await delay(Number(params['wait']));
  const text = readFileSync(item.path, 'utf8');
  console.error(`read ${item.name}`);
  if (text.startsWith('bad')) {
    const error = `${item.path} is bad; write something else into it`;
    process.stdout.write(`${JSON.stringify({ id, exitCode: 1, error })}\n`);
    continue;
  }
  writeFileSync(outputs['copy'] ?? '', text);
  process.stdout.write(`${JSON.stringify({ id, exitCode: 0 })}\n`);
}
