/** One tile in a hundred cannot be read: the others reach the last stage, and a retry does just the failed cone again. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runSummarySchema, resubmittedSchema } from '@gantry/model';
import { z } from 'zod';
import { layOut, readServer } from '@gantry/storage';
import { gantry, makeFolder, startGantry, type Ended } from './gantry-process.ts';

const tiles = 500;

const manifest = `gantry: tool/v1
name: pass
version: 1.0.0
command: [node, "\${tool.folder}/pass.mjs"]
worker: jsonl
inputs: { tile: { type: file } }
params: { stage: { type: string } }
outputs: { made: { type: file, path: "\${inputs.tile.name}" } }
resources: { cpu: 0.25, memory: 64MiB }
`;

/** Writes down what it was asked for, and fails where the first stage reads a bad tile that was not mended. */
const script = `
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
for await (const line of createInterface({ input: process.stdin })) {
  const { id, inputs, params, outputs } = JSON.parse(line);
  const text = readFileSync(inputs.tile.path, 'utf8');
  appendFileSync(new URL('../../journal', import.meta.url), params.stage + ' ' + inputs.tile.name + '\\n');
  const bad = text.startsWith('bad') && params.stage === 'first' && !existsSync(new URL('../../mended', import.meta.url));
  if (!bad) writeFileSync(outputs.made, params.stage + ' of ' + text);
  console.log(JSON.stringify(bad ? { id, exitCode: 3, error: 'cannot be read' } : { id, exitCode: 0 }));
}
`;

const pipeline = `gantry: pipeline/v1
name: three-deep
source: { type: file, axes: [n] }
stages:
  first: { tool: pass@1, inputs: { tile: source }, params: { stage: first } }
  second: { tool: pass@1, inputs: { tile: first.made }, params: { stage: second } }
  third: { tool: pass@1, inputs: { tile: second.made }, params: { stage: third } }
`;

describe('with one tile in a hundred failing', () => {
  it(
    'the other 99 % reach the last stage, and `retry --failed` does exactly the failed cone again',
    { timeout: 120_000 },
    async () => {
      const folder = await makeFolder();
      const tool = join(folder, 'tools', 'pass');
      await mkdir(tool, { recursive: true });
      await mkdir(join(folder, 'tiles'));
      await writeFile(join(tool, 'tool.yaml'), manifest);
      await writeFile(join(tool, 'pass.mjs'), script);
      await writeFile(join(folder, 'deep.yaml'), pipeline);
      const bad: string[] = [];
      for (let n = 0; n < tiles; n++) {
        const name = `t${String(n).padStart(4, '0')}.txt`;
        if (n % 100 === 37) bad.push(name);
        await writeFile(join(folder, 'tiles', name), `${n % 100 === 37 ? 'bad' : 'good'} ${n}`);
      }
      const journal = async (): Promise<string[]> => {
        const text = await readFile(join(folder, 'journal'), 'utf8');
        await writeFile(join(folder, 'journal'), '');
        return text.trim().split('\n').sort();
      };
      const ask = (...words: string[]): Promise<Ended> =>
        gantry([...words, '--data-dir', 'data'], { folder });
      const up = startGantry(['up', '--data-dir', 'data', '--port', '0', '--slots', '2'], { folder });
      await expect
        .poll(async () => (await readServer(layOut(join(folder, 'data')))) !== undefined, { timeout: 30_000 })
        .toBe(true);

      const words = [
        'run',
        'deep.yaml',
        '--input',
        'tiles',
        '--pattern',
        't{n:dddd}.txt',
        '--tools',
        'tools',
      ];
      const ran = await ask(...words, '--out', 'out');
      expect(ran.code, ran.stderr).toBe(1);
      const counts = async (): Promise<unknown> =>
        z.array(runSummarySchema).parse(JSON.parse((await ask('runs', '--json')).stdout))[0]?.tasks;
      expect(await counts()).toMatchObject({ succeeded: 1485, failed: 5, blocked: 10 });
      const first = await journal();
      expect(first.filter((line) => line.startsWith('third'))).toHaveLength(495);
      // Every task once, the bad ones included.
      expect(new Set(first).size).toBe(first.length);
      expect(first).toHaveLength(1490);

      await writeFile(join(folder, 'mended'), '');
      const counted = await ask('retry', '1', '--failed', '--dry-run', '--json');
      const answers = z.array(resubmittedSchema.extend({ run: z.int() }));
      expect(answers.parse(JSON.parse(counted.stdout))).toMatchObject([
        { run: 1, again: 5, below: 10, dryRun: true },
      ]);
      expect(await counts()).toMatchObject({ failed: 5 });
      const retried = await ask('retry', '1', '--failed');
      expect(retried.stdout).toContain(
        '5 tasks of run 1 are done again, and of 10 tasks below those whose inputs change.',
      );
      const ended = await ask('run', '--resume', '1', '--out', 'out');
      expect(ended.code, ended.stderr).toBe(0);
      expect(await counts()).toMatchObject({ succeeded: 1500, failed: 0, blocked: 0 });
      const cone = bad.flatMap((name) => ['first', 'second', 'third'].map((stage) => `${stage} ${name}`));
      expect(await journal()).toEqual(cone.sort());
      expect(await readFile(join(folder, 'out', 'third', 'made', bad[0] ?? ''), 'utf8')).toContain(
        'third of second of first',
      );

      // The same once more is there already.
      const cached = await ask(...words);
      expect(cached.code, cached.stderr).toBe(0);
      expect(await journal()).toEqual(['']);
      up.child.kill('SIGTERM');
      await up.ended;
    },
  );
});
