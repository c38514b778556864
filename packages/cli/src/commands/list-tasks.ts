/** `gantry tasks RUN`: the tasks of a run, all or those in one state, with what their last attempt said. */
import { formatPlace, GantryError, taskStates, type TaskState, type TaskSummary } from '@gantry/model';
import { writeJson, type CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { makePrintable } from '../terminal.ts';
import { formatTable } from '../text-table.ts';
import { look } from './look.ts';

export interface TaskListOptions {
  readonly state: string | undefined;
  readonly stage: string | undefined;
  /** At most so many are printed. */
  readonly limit: number;
}

/** @throws GantryError `unknown-state`, and what `look` throws */
export async function listTasks(
  context: CommandContext,
  run: number,
  options: TaskListOptions,
): Promise<number> {
  const state = readState(options.state);
  const tasks = await look(context, async ({ ask }) => {
    const found: TaskSummary[] = [];
    while (found.length < options.limit) {
      const after = found.at(-1)?.id;
      const page = await ask((client, signal) =>
        client.tasks(
          run,
          {
            limit: Math.min(1000, options.limit - found.length),
            ...(state === undefined ? {} : { state }),
            ...(options.stage === undefined ? {} : { stage: options.stage }),
            ...(after === undefined ? {} : { after }),
          },
          signal,
        ),
      );
      if (page.length === 0) break;
      found.push(...page);
    }
    return found;
  });
  if (context.json) {
    writeJson(context, tasks);
    return exitCodes.done;
  }
  const { out, err } = context.terminal;
  if (tasks.length === 0) {
    err.line(`Run ${run} has no tasks${state === undefined ? '' : ` that are ${state}`}.`);
    return exitCodes.done;
  }
  const head = ['task', 'stage', 'place', 'state', 'message'];
  const rows = tasks.map((task) => [
    String(task.id),
    task.stage,
    formatPlace(task.place),
    task.stale ? `${task.state}, stale` : task.state,
    makePrintable((task.message ?? '').split('\n')[0] ?? ''),
  ]);
  for (const row of formatTable([head, ...rows], [0])) out.line(row);
  if (tasks.length === options.limit) err.line(`These are the first ${options.limit}; --limit shows more.`);
  return exitCodes.done;
}

function readState(text: string | undefined): TaskState | undefined {
  if (text === undefined) return undefined;
  const state = taskStates.find((each) => each === text);
  if (state !== undefined) return state;
  throw new GantryError('unknown-state', `There is no state "${text}".`, {
    field: '--state',
    mend: `Use one of ${taskStates.join(', ')}.`,
  });
}
