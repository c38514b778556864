/**
 * The failed tasks of a run, those with the same message together, with the end of one log of each group.
 */
import type { UserClient } from '@gantry/client';
import { causeOf, taskStates, type LogLine, type TaskSummary } from '@gantry/model';

export interface FailureGroup {
  readonly stage: string;
  readonly message: string;
  /** Those that were looked at, in the order of stages and places. */
  readonly tasks: readonly TaskSummary[];
  /** The last lines of the first one's log. */
  readonly log: readonly string[];
}

export interface Failures {
  readonly groups: readonly FailureGroup[];
  /** Failed tasks in further groups. */
  readonly others: number;
}

const mostLooked = 1000;
const mostGroups = 5;
const lastLines = 5;
/** A log has this much at least behind the last lines that are shown; characters. */
const lastText = 4_000;

/** @param failed how many failed tasks the run has */
export async function collectFailures(
  client: UserClient,
  run: number,
  failed: number,
  signal?: AbortSignal,
): Promise<Failures> {
  if (failed === 0) return { groups: [], others: 0 };
  const tasks = await client.tasks(run, { state: 'failed', limit: mostLooked }, signal);
  const groups = groupFailures(tasks).slice(0, mostGroups);
  const withLogs: FailureGroup[] = [];
  for (const group of groups) {
    withLogs.push({ ...group, log: await readEnd(client.log(group.tasks[0]!.id, {}, signal)) });
  }
  const shown = groups.reduce((sum, group) => sum + group.tasks.length, 0);
  return { groups: withLogs, others: Math.max(0, failed - shown) };
}

/** Tasks of one stage with one cause: a fault that is everywhere is told once. Large groups first. */
export function groupFailures(tasks: readonly TaskSummary[]): Omit<FailureGroup, 'log'>[] {
  const groups = new Map<string, TaskSummary[]>();
  for (const task of tasks) {
    const key = `${task.stage}\0${causeOf(task.message)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [task]);
    else group.push(task);
  }
  return [...groups.values()]
    .map((members) => ({
      stage: members[0]!.stage,
      message: members[0]!.message ?? 'It says nothing about why.',
      tasks: members,
    }))
    .sort((a, b) => b.tasks.length - a.tasks.length);
}

/** The last lines of a log that has none or a gigabyte. */
export async function readEnd(log: AsyncIterable<LogLine>): Promise<string[]> {
  let text = '';
  for await (const piece of log) {
    text += piece.text;
    if (text.length > 4 * lastText) text = text.slice(-lastText);
  }
  return text
    .trimEnd()
    .split('\n')
    .slice(-lastLines)
    .filter((line) => line.trim() !== '');
}

/** A number for every state there is. */
export function countAll(
  tasks: Partial<Record<(typeof taskStates)[number], number>>,
): Record<string, number> {
  return Object.fromEntries(taskStates.map((state) => [state, tasks[state] ?? 0]));
}
