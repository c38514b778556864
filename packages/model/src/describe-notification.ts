/**
 * The words of notifications, the same wherever they are read.
 */
import { describeLargest, describeRequest } from './describe-too-large.ts';
import type { NotificationAbout } from './notifications-api.ts';

export interface NotificationWords {
  /** What happened, in one short sentence without a full stop. */
  readonly title: string;
  /** More of it, where there is more to say. */
  readonly detail: string | undefined;
  /** The page that shows more. */
  readonly path: string;
  /** The state whose sign stands beside it. */
  readonly state: 'succeeded' | 'failed' | 'cancelled' | 'lost' | 'stale';
}

export function describeNotification(about: NotificationAbout): NotificationWords {
  switch (about.kind) {
    case 'run-ended': {
      const { run, state, tasks } = about;
      const troubled = (tasks.failed ?? 0) > 0 && state !== 'cancelled';
      const how = { succeeded: 'has succeeded', failed: 'has failed', cancelled: 'was cancelled' }[state];
      return {
        title: `Run ${run.id} (${run.name}) ${how}`,
        detail: describeCounts(tasks),
        path: troubled ? `/failures?run=${run.id}` : `/runs/${run.id}`,
        state,
      };
    }
    case 'run-failing':
      return {
        title: `${countOf(about.failed, 'task')} of run ${about.run.id} (${about.run.name}) ${about.failed === 1 ? 'has' : 'have'} failed`,
        detail: `It goes on: ${describeCounts(about.tasks)}`,
        path: `/failures?run=${about.run.id}`,
        state: 'failed',
      };
    case 'agent-lost': {
      const { agent, held } = about;
      return {
        title: `The agent ${agent.name} is lost`,
        detail:
          held === 0
            ? `Nothing is heard of it on ${agent.host}; it held no tasks`
            : `Nothing is heard of it on ${agent.host}; the ${countOf(held, 'task')} that it held ${held === 1 ? 'goes' : 'go'} to others`,
        path: '/agents',
        state: 'lost',
      };
    }
    case 'tasks-too-large': {
      const { run, stage, tasks, asks, largest } = about;
      return {
        title: `No agent has room for ${countOf(tasks, 'task')} of run ${run.id} (${run.name})`,
        detail: `${stage} asks for ${describeRequest(asks)}${describeLargest(largest)}`,
        path: `/runs/${run.id}`,
        state: 'stale',
      };
    }
    case 'webhook-given-up':
      return {
        title: `${countOf(about.notifications, 'notification')} could not be delivered to ${about.webhook}`,
        detail: `Given up, at last after ${about.tries === 1 ? 'one try' : `${about.tries} tries`}: ${about.error}`,
        path: '/',
        state: 'failed',
      };
  }
}

/** `380 succeeded, 3 failed, 17 blocked`: what there is to say of a run in the order of what matters. */
function describeCounts(tasks: Readonly<Partial<Record<string, number>>>): string {
  const shown = ['failed', 'blocked', 'cancelled', 'succeeded', 'skipped', 'running', 'ready', 'waiting'];
  const parts = shown.flatMap((state) => {
    const count = tasks[state] ?? 0;
    return count > 0 ? [`${grouped(count)} ${state}`] : [];
  });
  return parts.length === 0 ? 'it had no tasks' : parts.join(', ');
}

function countOf(count: number, thing: string): string {
  return `${grouped(count)} ${thing}${count === 1 ? '' : 's'}`;
}

function grouped(count: number): string {
  return count.toLocaleString('en');
}
