/** A tool for tests: the SHA-256 of files, one after the other. It writes in two parts, so that a kill may come between. */
import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { WorkerInput, WorkerRequest } from '@gantry/model';

for await (const line of createInterface({ input: process.stdin })) {
  const { id, inputs, outputs } = JSON.parse(line) as WorkerRequest;
  const hash = createHash('sha256');
  for (const { path } of inputs['items'] as WorkerInput[]) hash.update(readFileSync(path));
  const text = hash.digest('hex');
  writeFileSync(outputs['made'] ?? '', text.slice(0, 10));
  appendFileSync(outputs['made'] ?? '', `${text.slice(10)}\n`);
  process.stdout.write(`${JSON.stringify({ id, exitCode: 0 })}\n`);
}
