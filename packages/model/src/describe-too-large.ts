/** Words for tasks that no agent has room for: what they ask, what the largest agent has, and what to do. */
import { formatMemory } from './quantity.ts';
import type { TaskRequest, TooLarge } from './user-api.ts';

/** A sentence on a stage. */
export function describeTooLarge({ stage, tasks, asks, largest }: TooLarge): string {
  const who = tasks === 1 ? `1 task of ${stage} waits` : `${tasks} tasks of ${stage} wait`;
  return `${who}: no agent has room for ${describeRequest(asks)}${describeLargest(largest)}.`;
}

/** What to do about it. */
export const tooLargeMend =
  'They run as soon as an agent joins that has; or set less in `resources` of the stage or its tool.';

/** `2 cores and 8GiB of memory`, `…, in the pool scopes, with stand=b` */
export function describeRequest({ cpu, memory, gpu, pool, labels = {} }: TaskRequest): string {
  const parts = [cores(cpu), `${formatMemory(memory)} of memory`];
  if (gpu > 0) parts.push(gpu === 1 ? '1 graphics processor' : `${gpu} graphics processors`);
  const where = pool === undefined ? '' : `, in the pool ${pool}`;
  const marks = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const having = marks.length === 0 ? '' : `, with ${marks.join(' and ')}`;
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}${where}${having}`;
}

/** `; the largest, bench-2, has …`, or nothing where no agent is there. */
export function describeLargest(largest: TooLarge['largest']): string {
  if (largest === null) return '';
  return `; the largest, ${largest.agent}, has ${cores(largest.cpu)} and ${aboutMemory(largest.memory)}`;
}

function cores(count: number): string {
  return `${count} ${count === 1 ? 'core' : 'cores'}`;
}

/** Rounded down to a tenth of a unit: an agent's memory is a share of its machine's. */
function aboutMemory(bytes: number): string {
  const [factor, unit] = bytes >= 2 ** 30 ? [2 ** 30, 'GiB'] : [2 ** 20, 'MiB'];
  return `${Math.floor((bytes / factor) * 10) / 10}${unit}`;
}
