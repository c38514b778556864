/** `gantry retry` without a run: tries failed tasks again, of however many runs. */
import { GantryError, type RetryBody } from '@gantry/model';
import { writeJson, type CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { plural } from '../numbers.ts';
import { readFailureFilter, type FailureOptions } from './failure-filter.ts';
import { look } from './look.ts';

export interface RetryOptions extends FailureOptions {
  /** All that has failed. */
  readonly all?: boolean;
}

/** @throws GantryError `usage` where it is not said which; `nothing-to-retry` where none of them is failed */
export async function retryFailures(context: CommandContext, options: RetryOptions): Promise<number> {
  const filter = readFailureFilter(options);
  const named = Object.keys(filter).length > 0 || options.all === true;
  if (!named) {
    throw new GantryError('usage', 'It is not said which tasks are to be tried again.', {
      mend: 'Name a run (`gantry retry 3`), tasks (`--task 17`), or what they have in common (such as --run 3), or --all; `gantry failures` lists them.',
    });
  }
  return look(context, async ({ ask, alone }) => {
    const body: RetryBody = { filter };
    const answer = await ask((client, signal) => client.retryFailures(body, signal));
    const { out, err } = context.terminal;
    if (context.json) writeJson(context, answer);
    else {
      if (answer.again > 0)
        out.line(`${plural(answer.again, 'task')} of run ${answer.runs.join(', ')} tried again.`);
      if (alone && answer.again > 0)
        err.line('Nothing runs in this data directory: `gantry up` goes on with them.');
    }
    for (const { run, tasks: count, message, mend } of answer.refused)
      err.line(
        `${plural(count, 'task')} of run ${run} not tried again: ${[message, mend].filter(Boolean).join(' ')}`,
      );
    return answer.refused.length === 0 ? exitCodes.done : exitCodes.tasksFailed;
  });
}
