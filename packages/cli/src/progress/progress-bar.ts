/**
 * Progress as a text: one line that fits a terminal's width, or a plain one. When it is written is left to
 * `show-progress.ts`.
 */
import { formatCount, formatDuration, formatRate } from '../numbers.ts';
import type { Progress } from './measure-progress.ts';

const barWidths = { widest: 30, narrowest: 8 } as const;

/** A part of the line; parts of a higher rank go first when there is no room. */
interface Part {
  readonly text: string;
  readonly rank: number;
}

/**
 * `stitch ███████░░░ 1,204 of 2,000 tasks · 3 failed · 41.2 tasks/s · 19 s left`, never longer than the width.
 * @param width in columns
 */
export function drawProgress(progress: Progress, width: number): string {
  const parts = describeParts(progress);
  const stage = stageText(progress);
  const head = stage === '' ? '' : `${shorten(stage, 24)} `;
  for (let most = 4; most >= 0; most--) {
    const text = parts
      .filter(({ rank }) => rank <= most)
      .map((part) => part.text)
      .join(' · ');
    for (const front of most >= 2 ? [head] : [head, '']) {
      const room = width - front.length - text.length - 1;
      if (room < barWidths.narrowest) continue;
      return `${front}${drawBar(progress, Math.min(room, barWidths.widest))} ${text}`;
    }
  }
  return `${formatCount(progress.done)}/${formatCount(progress.total)}`.slice(0, Math.max(0, width));
}

/** `1,204 of 2,000 tasks, 3 failed, 41.2 tasks/s, 19 s left (stitch)`. */
export function describeProgress(progress: Progress): string {
  const text = describeParts(progress)
    .map((part) => part.text)
    .join(', ');
  const stage = stageText(progress);
  return stage === '' ? text : `${text} (${stage})`;
}

function describeParts(progress: Progress): Part[] {
  const { done, total, failed, blocked, rate, left, paused } = progress;
  const parts: Part[] = [{ text: `${formatCount(done)} of ${formatCount(total)} tasks`, rank: 0 }];
  if (paused) parts.push({ text: 'paused', rank: 1 });
  if (failed > 0) parts.push({ text: `${formatCount(failed)} failed`, rank: 1 });
  if (blocked > 0) parts.push({ text: `${formatCount(blocked)} blocked`, rank: 2 });
  if (rate !== undefined && !paused) parts.push({ text: `${formatRate(rate)} tasks/s`, rank: 4 });
  if (left !== undefined && !paused) parts.push({ text: `${formatDuration(left)} left`, rank: 3 });
  return parts;
}

function drawBar({ done, total }: Progress, width: number): string {
  // Full only when all is done.
  const filled = total === 0 ? 0 : Math.floor((done / total) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

function stageText({ stage, otherStages }: Progress): string {
  if (stage === undefined) return '';
  return otherStages === 0 ? stage : `${stage} +${otherStages}`;
}

function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
