/**
 * What a person reads at the end of a run: what came of it, what failed and why, and where the outputs are.
 */
import { formatPlace, taskStates, type RunDetail, type RunOutput, type TaskState } from '@gantry/model';
import { formatBytes, formatCount, formatDuration, plural } from '../numbers.ts';
import { makePrintable, paint, type Output } from '../terminal.ts';
import type { ExportedOutput } from './export-outputs.ts';
import type { Failures } from './failures.ts';

/** `14 succeeded, 2 failed`; states without tasks are left out. */
export function describeCounts(tasks: RunDetail['tasks']): string {
  const order: readonly TaskState[] = ['succeeded', 'failed', 'blocked', 'cancelled', 'skipped'];
  const parts = [...order, ...taskStates.filter((state) => !order.includes(state))].flatMap((state) => {
    const count = tasks[state] ?? 0;
    return count === 0 ? [] : [`${formatCount(count)} ${state}`];
  });
  return parts.length === 0 ? 'no tasks' : parts.join(', ');
}

export function printOutcome(output: Output, run: RunDetail, seconds: number): void {
  const color = run.state === 'succeeded' ? 'green' : run.state === 'failed' ? 'red' : 'yellow';
  const state = paint(output, color, run.state);
  output.line(
    `Run ${run.id} (${run.name}) ${state} after ${formatDuration(seconds)}: ${describeCounts(run.tasks)}.`,
  );
}

/** @param words what every further command must be given, such as --data-dir */
export function printFailures(
  output: Output,
  run: RunDetail,
  failures: Failures,
  words: readonly string[],
): void {
  for (const { stage, message, tasks, log } of failures.groups) {
    const [first] = tasks;
    if (first === undefined) continue;
    const place = Object.keys(first.place).length === 0 ? '' : ` at ${formatPlace(first.place)}`;
    const more =
      tasks.length === 1 ? '' : `, and ${plural(tasks.length - 1, 'more like it', 'more like it')}`;
    output.line();
    output.line(`${paint(output, 'red', 'failed:')} ${stage}${place}${more}`);
    output.line(indent(makePrintable(message)));
    for (const line of log) output.line(paint(output, 'dim', `  | ${makePrintable(line)}`));
    for (const command of ['logs', 'explain'])
      output.line(`  See: gantry ${[command, String(first.id), ...words].join(' ')}`);
  }
  if (failures.others > 0) {
    output.line();
    output.line(`${plural(failures.others, 'more task')} failed in other ways.`);
  }
  const blocked = run.tasks.blocked ?? 0;
  if (blocked > 0) {
    output.line();
    output.line(
      `${plural(blocked, 'task')} ${blocked === 1 ? 'is' : 'are'} blocked: what ${blocked === 1 ? 'it reads' : 'they read'} was not made.`,
    );
  }
}

/**
 * How the run is taken up again.
 * @param again the words that have the folders read again, if there are any
 */
export function printResume(
  output: Output,
  run: number,
  words: readonly string[],
  again: readonly string[] | undefined,
): void {
  output.line();
  output.line(`To try again what failed: gantry run ${['--resume', String(run), ...words].join(' ')}`);
  if (again === undefined) return;
  const [file = '', ...others] = again;
  output.line(
    `After input files were changed: gantry run ${[file, '--resume', String(run), ...others].join(' ')}`,
  );
}

/** A line per output. Without `exported` they are where the store has them. */
export function printOutputs(
  output: Output,
  outputs: readonly RunOutput[],
  exported: readonly ExportedOutput[] | undefined,
): void {
  const rows = outputs.map((one, index) => {
    const bytes = one.items.reduce((sum, item) => sum + item.size, 0);
    const [only] = one.items;
    const copy = exported?.[index];
    const where =
      one.items.length === 0
        ? ''
        : copy === undefined
          ? one.items.length === 1
            ? (only?.path ?? '')
            : commonFolder(one.items.map(({ path }) => path))
          : one.items.length === 1
            ? (copy.paths[0] ?? '')
            : copy.folder;
    const what =
      one.items.length === 0 ? 'none' : `${plural(one.items.length, one.type)}, ${formatBytes(bytes)}`;
    return [`${one.stage}.${one.output}`, what, where] as const;
  });
  if (rows.length === 0) return;
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column as 0 | 1].length)));
  output.line();
  for (const [name, what, where] of rows)
    output.line(`${name.padEnd(widths[0] ?? 0)}  ${what.padEnd(widths[1] ?? 0)}  ${where}`.trimEnd());
}

/** The longest folder that all paths lie in. */
function commonFolder(paths: readonly string[]): string {
  const [first = [], ...rest] = paths.map((path) => path.split('/').slice(0, -1));
  let length = first.length;
  for (const parts of rest) {
    let same = 0;
    while (same < length && parts[same] === first[same]) same += 1;
    length = same;
  }
  return first.slice(0, length).join('/') || '/';
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
