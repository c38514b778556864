/** What an edit changes and what it comes to, in words. */
import type { EditedRun } from '@gantry/model';
import { formatCount, formatThings } from '../parts/numbers.ts';

type Change = EditedRun['changes'][number];
type Effect = EditedRun['effects'][number];

/** `threshold.value 0.4 → 0.5`, a text per part that differs. */
export function describeChange(change: Change): string[] {
  const name = 'source' in change ? change.source : change.stage;
  switch (change.kind) {
    case 'added':
      return [`${name} added`];
    case 'removed':
      return [`${name} removed`];
    case 'replaced':
      return [`${name} begun anew`];
    case 'changed':
    case 'bounds':
      return change.parts.map(({ field, from, to }) => {
        const part = field.startsWith('params.')
          ? `${name}.${field.slice(7)}`
          : `${name} ${field.replace('.', ' ')}`;
        return `${part} ${from ?? (change.kind === 'bounds' ? 'all' : 'none')} → ${to ?? (change.kind === 'bounds' ? 'all' : 'none')}`;
      });
  }
}

/** For a small place. */
export function noteEffect({ again, follow, more, fewer, left, back }: Effect): string {
  if (again > 0) return `${formatCount(again)} again`;
  if (more > 0) return `${formatCount(more)} more`;
  if (fewer > 0) return `${formatCount(fewer)} fewer`;
  if (follow > 0) return `${formatCount(follow)} may follow`;
  return back > 0 ? `${formatCount(back)} as before` : `${formatCount(left)} stay`;
}

/** The first is what matters most of the stage. */
export function describeEffect({ again, follow, more, fewer, left, back }: Effect): string[] {
  return [
    again === 0 ? '' : `${formatThings(again, 'task')} again`,
    more === 0 ? '' : `${formatThings(more, 'task')} more`,
    fewer === 0 ? '' : `${formatThings(fewer, 'task')} fewer`,
    follow === 0 ? '' : `${formatThings(follow, 'task')} if what they read changes`,
    left === 0 ? '' : `what ${formatThings(left, 'task')} made stays`,
    back === 0 ? '' : `${formatThings(back, 'result')} as before`,
  ].filter((text) => text !== '');
}
