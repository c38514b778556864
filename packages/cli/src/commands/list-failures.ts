/** `gantry failures`: what has failed, across runs, with what has the same cause together. */
import { withoutLogHint, type FailureGroup, type FailureGrouping } from '@gantry/model';
import { writeJson, type CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { plural } from '../numbers.ts';
import { makePrintable, paint } from '../terminal.ts';
import { readFailureFilter, type FailureOptions } from './failure-filter.ts';
import { look } from './look.ts';

export interface ListFailuresOptions extends FailureOptions {
  readonly by: FailureGrouping;
  /** At most so many groups. */
  readonly limit: number;
}

const lastLines = 3;
const largestPage = 200;

export async function listFailures(context: CommandContext, options: ListFailuresOptions): Promise<number> {
  const filter = readFailureFilter(options);
  const { by, limit } = options;
  return look(context, async ({ ask }) => {
    const groups: FailureGroup[] = [];
    let tasks = 0;
    let after: number | null | undefined;
    while (after !== null && groups.length < limit) {
      const page = await ask((client, signal) =>
        client.failures(
          {
            ...filter,
            by,
            limit: Math.min(largestPage, limit - groups.length),
            ...(after === undefined ? {} : { after: after ?? undefined }),
          },
          signal,
        ),
      );
      groups.push(...page.groups);
      tasks = page.tasks;
      after = page.next;
    }
    if (context.json) {
      writeJson(context, { tasks, groups });
      return exitCodes.done;
    }
    const { out, err } = context.terminal;
    if (groups.length === 0) {
      err.line('Nothing has failed.');
      return exitCodes.done;
    }
    for (const group of groups) {
      const { example } = group;
      const log = await ask((client, signal) =>
        client.logEnd(example.task, { attempt: example.attempt, lines: lastLines }, signal),
      );
      const states = group.outcomes.map(({ outcome }) => outcome).join(', ');
      out.line(`${paint(out, 'red', `${states}:`)} ${makePrintable(withoutLogHint(group.title))}`);
      out.line(
        `  ${plural(group.tasks, 'task')} of ${plural(group.runs, 'run')}, ` +
          `the last one ${example.task} of run ${example.run}${waits(group)}`,
      );
      for (const { text } of log.lines) out.line(paint(out, 'dim', `  | ${makePrintable(text)}`));
      out.line(`  See: gantry logs ${example.task}`);
      if (by === 'cause') out.line(`  Try again: gantry retry --cause ${group.key}`);
      out.line();
    }
    out.line(`${plural(tasks, 'task')} failed.`);
    if (after !== null) err.line(`These are the first ${groups.length} groups; --limit shows more.`);
    return exitCodes.done;
  });
}

function waits({ waiting }: FailureGroup): string {
  if (waiting.tasks === 0) return '';
  return `; ${plural(waiting.tasks, 'task waits', 'tasks wait')} for ${waiting.alone ? 'it' : 'it and others'}`;
}
