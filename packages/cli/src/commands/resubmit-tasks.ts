/** `gantry retry RUN …`: does tasks of a run again, whatever came of them, and what is below them. */
import { endedStates, GantryError, type ResubmitBody, type Resubmitted } from '@gantry/model';
import { writeJson, type CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { plural } from '../numbers.ts';
import { findTask, parseTaskReference } from '../task-reference.ts';
import type { FailureOptions } from './failure-filter.ts';
import { look } from './look.ts';
import type { ResubmitOptions } from './resubmit-options.ts';

/** @throws GantryError `usage` where it is not said which; `nothing-to-retry` where none of them has come to an end */
export async function resubmitTasks(
  context: CommandContext,
  targets: readonly string[],
  options: ResubmitOptions & Omit<FailureOptions, 'stage'> & { readonly all?: boolean },
): Promise<number> {
  for (const option of ['all', 'pipeline', 'cause', 'outcome', 'agent', 'host', 'since', 'before'] as const) {
    if (options[option] === undefined) continue;
    throw usage(`\`--${option}\` is for failures of any run, and not for tasks of one run.`);
  }
  const references = [...targets.filter((text) => text.includes('/')), ...(options.task ?? [])].map(
    parseTaskReference,
  );
  const runs = [
    ...targets.filter((text) => !text.includes('/')),
    ...(options.run === undefined ? [] : [String(options.run)]),
  ];
  const [run] = runs;
  if (runs.length > 1) throw usage('Name one run.');
  if (run === undefined && references.length === 0)
    throw usage('It is not said which tasks are to be done again.');
  if (run !== undefined && !/^[1-9]\d*$/.test(run)) throw usage(`\`${run}\` is no run.`);
  const states = readStates(options);
  const body = {
    ...(options.stage === undefined ? {} : { stages: [options.stage] }),
    ...(states === undefined ? {} : { states }),
    ...(options.place === undefined ? {} : { place: readBox(options.place) }),
    below: options.forceBelow === true,
    dryRun: options.dryRun === true,
  } satisfies ResubmitBody;
  return look(context, async ({ ask, alone }) => {
    const tasks = new Map<number, number[]>();
    for (const reference of references) {
      const id = await ask((client, signal) => findTask(client, reference, signal));
      const of =
        reference.kind === 'place'
          ? reference.run
          : (await ask((client, signal) => client.task(id, signal))).run;
      if (run !== undefined && of !== Number(run))
        throw usage(`The task ${id} is of run ${of}, and not of run ${run}.`);
      tasks.set(of, [...(tasks.get(of) ?? []), id]);
    }
    const asked: [number, ResubmitBody][] =
      tasks.size === 0 ? [[Number(run), body]] : [...tasks].map(([of, ids]) => [of, { ...body, tasks: ids }]);
    const answers: (Resubmitted & { readonly run: number })[] = [];
    for (const [of, one] of asked)
      answers.push({ run: of, ...(await ask((client, signal) => client.resubmitTasks(of, one, signal))) });
    if (context.json) writeJson(context, answers);
    else for (const answer of answers) print(context, answer);
    if (alone && !body.dryRun && !context.json)
      context.terminal.err.line('Nothing runs in this data directory: `gantry up` goes on with them.');
    return exitCodes.done;
  });
}

function print({ terminal: { out } }: CommandContext, answer: Resubmitted & { readonly run: number }): void {
  const { again, below, forced, dryRun, run, stages } = answer;
  const done = dryRun ? (again === 1 ? 'would be' : 'would be') : again === 1 ? 'is' : 'are';
  const more =
    below === 0
      ? ''
      : forced
        ? `, and ${plural(below, 'task')} below`
        : `, and of ${plural(below, 'task')} below those whose inputs change`;
  out.line(`${plural(again, 'task')} of run ${run} ${done} done again${more}.`);
  for (const { stage, again: named, below: reached } of stages)
    out.line(`  ${stage}: ${named}${reached === 0 ? '' : `, and ${reached} below`}`);
}

function readStates({ failed, state }: ResubmitOptions): (typeof endedStates)[number][] | undefined {
  const named = (state ?? []).map((text) => {
    const found = endedStates.find((one) => one === text);
    if (found !== undefined) return found;
    throw usage(`\`--state ${text}\` is none that a task can be done again from: ${endedStates.join(', ')}.`);
  });
  if (failed === true) named.push('failed');
  return named.length === 0 ? undefined : [...new Set(named)];
}

/** `row=1..4,col=2` */
function readBox(text: string): Record<string, [number, number]> {
  return Object.fromEntries(
    text.split(',').map((part): [string, [number, number]] => {
      const found = /^([^=]+)=(-?\d+)(?:\.\.(-?\d+))?$/.exec(part.trim());
      if (found === null) throw usage(`\`--place ${text}\` is not written as row=1..4,col=2.`);
      const [, axis = '', first = '', last = first] = found;
      return [axis, [Number(first), Number(last)]];
    }),
  );
}

function usage(message: string): GantryError {
  return new GantryError('usage', message, {
    mend: 'Name a run and what of it, such as `gantry retry 3 --stage segment --state succeeded`, or tasks: `--task 17`, `3/segment/row=1,col=2`.',
  });
}
