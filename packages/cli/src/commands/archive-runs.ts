/** `gantry runs archive` and `gantry runs unarchive`: puts ended runs away, and takes them out again. */
import { writeJson, type CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { look } from './look.ts';

/** @throws GantryError `unknown-run`; `run-at-work`, `run-not-archived` */
export async function archiveRuns(
  context: CommandContext,
  runs: readonly number[],
  archived: boolean,
): Promise<number> {
  return look(context, async ({ ask }) => {
    for (const run of runs) await ask((client, signal) => client.archiveRun(run, archived, signal));
    if (context.json) writeJson(context, { archived, runs });
    else
      for (const run of runs)
        context.terminal.out.line(`Run ${run} is ${archived ? 'archived' : 'back among the others'}.`);
    return exitCodes.done;
  });
}
