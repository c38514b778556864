/** `gantry explain`: why tasks are in their state, what they read, and what their attempts came to. */
import { formatPlace, type AttemptSummary, type TaskExplanation } from '@gantry/model';
import { writeJson, type CommandContext } from '../command-context.ts';
import { exitCodeOf } from '../exit-code-of.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatBytes, formatDuration, plural } from '../numbers.ts';
import { printError } from '../report-error.ts';
import { findTask, parseTaskReference } from '../task-reference.ts';
import { makePrintable, paint, type Output } from '../terminal.ts';
import { formatTable } from '../text-table.ts';
import { formatTime } from './list-runs.ts';
import { look } from './look.ts';

export async function explainTasks(context: CommandContext, texts: readonly string[]): Promise<number> {
  const references = texts.map(parseTaskReference);
  const unknown: unknown[] = [];
  const tasks = await look(context, async ({ ask }) => {
    const found: TaskExplanation[] = [];
    for (const reference of references) {
      try {
        found.push(
          await ask(async (client, signal) => client.task(await findTask(client, reference, signal), signal)),
        );
      } catch (error) {
        // One name that there is not keeps nobody from reading of the others.
        if (references.length === 1 || exitCodeOf(error) !== exitCodes.badInput) throw error;
        unknown.push(error);
      }
    }
    return found;
  });
  if (context.json) writeJson(context, tasks);
  else for (const [index, task] of tasks.entries()) printTask(context.terminal.out, task, index);
  for (const error of unknown) printError(context.terminal.err, error);
  return unknown.length === 0 ? exitCodes.done : exitCodes.badInput;
}

/** So many files of an input are named. */
const shownItems = 5;

function printTask(output: Output, task: TaskExplanation, index: number): void {
  if (index > 0) output.line();
  const stale = task.stale ? ', stale' : '';
  const place = Object.keys(task.place).length === 0 ? '' : ` at ${formatPlace(task.place)}`;
  output.line(
    paint(output, 'bold', `Task ${task.id}: ${task.stage} (${task.tool})${place} of run ${task.run}`),
  );
  output.line(`${task.state}${stale}`);
  for (const sentence of task.why) output.line(`  ${makePrintable(sentence)}`);
  if (task.inputs.length > 0) {
    output.line();
    output.line('It reads');
    for (const input of task.inputs) printInput(output, input);
  }
  if (task.attempts.length === 0) return;
  output.line();
  output.line('Its attempts');
  const revised = task.attempts.some(({ revision }) => revision > 1);
  const rows = task.attempts.map((attempt) => [
    `  ${attempt.id}`,
    attempt.outcome,
    formatTime(attempt.started ?? attempt.claimed),
    describeAttempt(attempt, revised),
  ]);
  for (const row of formatTable(rows)) output.line(row);
  for (const { id, message } of task.attempts) {
    if (message !== null) output.line(`  ${id}: ${makePrintable(message)}`);
  }
}

function printInput(output: Output, input: TaskExplanation['inputs'][number]): void {
  const counts = [
    `${input.available} there`,
    ...(input.pending > 0 ? [`${input.pending} to come`] : []),
    ...(input.failed > 0 ? [`${input.failed} failed`] : []),
  ];
  output.line(`  ${input.name}: ${input.from}, ${counts.join(', ')}`);
  for (const item of input.items.slice(0, shownItems)) output.line(`    ${makePrintable(item.path)}`);
  const more = Math.max(input.available, input.items.length) - shownItems;
  if (more > 0) output.line(`    and ${plural(more, 'more', 'more')}`);
}

/** @param revised whether to say by which revision of the pipeline it was made */
function describeAttempt(attempt: AttemptSummary, revised: boolean): string {
  const { exitCode, signal, resources, started, ended, agent } = attempt;
  const parts = [`on ${agent}`];
  if (started !== null && ended !== null)
    parts.push(formatDuration(Math.max(0, (Date.parse(ended) - Date.parse(started)) / 1000)));
  if (signal !== null) parts.push(`ended by ${signal}`);
  else if (exitCode !== null) parts.push(`exit code ${exitCode}`);
  const memory = resources?.['maxRssBytes'];
  if (typeof memory === 'number') parts.push(`${formatBytes(memory)} of memory`);
  if (revised) parts.push(`revision ${attempt.revision}`);
  return parts.join(', ');
}
