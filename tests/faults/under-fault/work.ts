/**
 * What is worked on under fault: files on a lattice of `planes` × `columns`, a pipeline with every form of `over`, and
 * what each of its outputs must hold, computed here from the files' contents.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Size {
  /** Along z. */
  readonly planes: number;
  /** Along n. */
  readonly columns: number;
}

/** `pair` starts processes, and the others are lines to persistent ones. */
export const pipelineText = `gantry: pipeline/v1
name: under-fault
source: { type: file, axes: [z, n] }
stages:
  mark: { tool: digest@1, inputs: { items: source } }
  pair: { tool: join@1, over: { neighbors: { z: [0, 1] } }, inputs: { items: mark.made } }
  sum: { tool: digest@1, inputs: { items: pair.made } }
  last: { tool: digest@1, inputs: { items: sum.made } }
  column: { tool: digest@1, over: { group: [n] }, inputs: { items: last.made } }
  all: { tool: digest@1, over: all, inputs: { items: column.made } }
`;

export const pattern = 'z{z:dd}_n{n:dddd}.txt';
export const toolFolder = join(import.meta.dirname, 'tools');

/** How many tasks the pipeline makes, those that stand for the files not counted. */
export function countTasks({ planes, columns }: Size): number {
  return 4 * planes * columns + columns + 1;
}

export async function writeInput(folder: string, { planes, columns }: Size): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let z = 1; z <= planes; z++)
    for (let n = 1; n <= columns; n++) await writeFile(join(folder, nameOf(z, n)), contents(z, n));
}

/** The text of every output, by its stage, by the coordinates of its place along z and n. */
export function expectOutputs({ planes, columns }: Size): Map<string, string> {
  const outputs = new Map<string, string>();
  const column: string[] = [];
  for (let n = 1; n <= columns; n++) {
    const marks = Array.from({ length: planes }, (_, z) => digest(contents(z + 1, n)));
    const lasts = marks.map((mark, index) => {
      const pair = mark + (marks[index + 1] ?? '');
      const sum = digest(pair);
      const last = digest(sum);
      for (const [stage, text] of Object.entries({ mark, pair, sum, last }))
        outputs.set(`${stage} ${index + 1} ${n}`, text);
      return last;
    });
    const text = digest(lasts.join(''));
    column.push(text);
    outputs.set(`column - ${n}`, text);
  }
  outputs.set('all - -', digest(column.join('')));
  return outputs;
}

const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');
const nameOf = (z: number, n: number): string => `z${pad(z, 2)}_n${pad(n, 4)}.txt`;
const contents = (z: number, n: number): string => `plane ${z}, column ${n}\n`.repeat(1 + ((z * n) % 50));

function digest(text: string): string {
  return `${createHash('sha256').update(text).digest('hex')}\n`;
}
