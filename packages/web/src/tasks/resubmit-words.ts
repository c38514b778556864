/** What a resubmission is called in requests and on the command line, and what it comes to. */
import { endedStates, type ResubmitBody, type Resubmitted, type TaskState } from '@gantry/model';
import { formatThings } from '../parts/numbers.ts';
import { quote } from '../parts/quote.ts';

/** All that a table's filters show and that has come to an end; undefined where nothing of it can have. */
export function shownBody(stage: string | undefined, state: TaskState | undefined): ResubmitBody | undefined {
  const states = endedStates.filter((one) => state === undefined || one === state);
  if (states.length === 0) return undefined;
  return { ...(stage === undefined ? {} : { stages: [stage] }), states };
}

/** The command that does the same. */
export function resubmitCommand(run: number, { tasks, stages, states, below }: ResubmitBody): string {
  return [
    ...['npx', 'gantry', 'retry', String(run)],
    ...(tasks ?? []).flatMap((task) => ['--task', String(task)]),
    ...(stages ?? []).flatMap((stage) => ['--stage', quote(stage)]),
    ...(states ?? []).flatMap((state) => ['--state', state]),
    ...(below === true ? ['--force-below'] : []),
  ].join(' ');
}

/** What will be done, a sentence. */
export function describeResubmission({ again, below, forced }: Resubmitted): string {
  const is = again === 1 ? 'is' : 'are';
  const first = `${formatThings(again, 'task')} ${is} done again`;
  if (below === 0) return `${first}; nothing reads what ${again === 1 ? 'it makes' : 'they make'}.`;
  if (forced) return `${first}, and the ${formatThings(below, 'task')} below.`;
  return `${first}; of the ${formatThings(below, 'task')} below, those whose inputs change.`;
}
