/**
 * The colour, icon and word of every state, the same everywhere. Colours are those of Okabe and Ito
 * (https://jfly.uni-koeln.de/color/), which people with any colour vision tell apart; the icons differ without colour.
 */
import type { AgentState, AttemptEnd, DatasetState, RunState, TaskState } from '@gantry/model';
import type { ReactNode } from 'react';

export type ShownState = TaskState | RunState | AttemptEnd | DatasetState | AgentState | 'stale';

export interface StateLook {
  readonly word: string;
  /** A CSS colour. */
  readonly color: string;
  /** Drawn in a box of 16 by 16. */
  readonly icon: ReactNode;
}

const ring = <circle cx="8" cy="8" r="5.6" fill="none" />;
const dashed = <circle cx="8" cy="8" r="5.6" fill="none" strokeDasharray="2.4 2" />;
const disc = <circle cx="8" cy="8" r="6.4" fill="currentColor" stroke="none" />;
const onDisc = (path: string) => (
  <>
    {disc}
    <path d={path} fill="none" stroke="var(--surface)" />
  </>
);

const failed: StateLook = {
  word: 'failed',
  color: 'var(--state-failed)',
  icon: onDisc('M5.7 5.7l4.6 4.6M10.3 5.7l-4.6 4.6'),
};
const running: StateLook = {
  word: 'running',
  color: 'var(--state-running)',
  icon: (
    <>
      <circle cx="8" cy="8" r="5.6" fill="none" opacity="0.3" />
      <path d="M8 2.4a5.6 5.6 0 0 1 5.6 5.6" fill="none" data-turning />
    </>
  ),
};

const looks: Readonly<Record<ShownState, StateLook>> = {
  waiting: { word: 'waiting', color: 'var(--state-waiting)', icon: dashed },
  blocked: {
    word: 'blocked',
    color: 'var(--state-blocked)',
    icon: (
      <>
        {ring}
        <path d="M5 8h6" fill="none" />
      </>
    ),
  },
  ready: {
    word: 'ready',
    color: 'var(--state-ready)',
    icon: (
      <>
        {ring}
        <path d="M6.6 5.4l4 2.6-4 2.6z" fill="currentColor" stroke="none" />
      </>
    ),
  },
  running,
  active: running,
  succeeded: {
    word: 'succeeded',
    color: 'var(--state-succeeded)',
    icon: onDisc('M5 8.2l2.1 2.1L11 6.2'),
  },
  failed,
  'timed-out': { ...failed, word: 'timed out', icon: onDisc('M8 4.6V8l2.3 1.5') },
  'out-of-memory': {
    ...failed,
    word: 'out of memory',
    icon: onDisc('M5.4 10.6V8.4M8 10.6V5.2M10.6 10.6V6.8'),
  },
  'start-failed': { ...failed, word: 'did not start', icon: onDisc('M6.8 5.4l3.8 2.6-3.8 2.6z') },
  cancelled: {
    word: 'cancelled',
    color: 'var(--state-cancelled)',
    icon: (
      <>
        {ring}
        <path d="M4.2 11.8l7.6-7.6" fill="none" />
      </>
    ),
  },
  skipped: {
    word: 'skipped',
    color: 'var(--state-skipped)',
    icon: <path d="M3.5 4.5L7 8l-3.5 3.5M8.5 4.5L12 8l-3.5 3.5" fill="none" />,
  },
  stale: {
    word: 'stale',
    color: 'var(--state-stale)',
    icon: (
      <>
        {ring}
        <path d="M8 4.8V8l2.2 1.6" fill="none" />
      </>
    ),
  },
  lost: {
    word: 'lost',
    color: 'var(--state-lost)',
    icon: (
      <>
        {ring}
        <path d="M6.4 6.6a1.6 1.6 0 1 1 2.3 1.5c-.5.3-.7.6-.7 1.1M8 11.1v.1" fill="none" />
      </>
    ),
  },
  alive: { word: 'connected', color: 'var(--state-succeeded)', icon: onDisc('M5 8.2l2.1 2.1L11 6.2') },
  left: { word: 'left', color: 'var(--state-waiting)', icon: dashed },
  returned: { word: 'given back', color: 'var(--state-waiting)', icon: dashed },
  paused: {
    word: 'paused',
    color: 'var(--state-waiting)',
    icon: <path d="M6 4.5v7M10 4.5v7" fill="none" />,
  },
  open: {
    word: 'open',
    color: 'var(--state-ready)',
    icon: (
      <>
        {ring}
        <path d="M8 5.4v5.2M5.4 8h5.2" fill="none" />
      </>
    ),
  },
  closed: {
    word: 'closed',
    color: 'var(--state-waiting)',
    icon: (
      <>
        <rect x="3.2" y="3.2" width="9.6" height="9.6" rx="1.6" fill="none" />
        <path d="M5.6 8.1l1.7 1.7 3.1-3.5" fill="none" />
      </>
    ),
  },
  sealed: {
    word: 'sealed',
    color: 'var(--state-succeeded)',
    icon: (
      <>
        <rect x="3.6" y="7" width="8.8" height="6" rx="1.2" fill="currentColor" />
        <path d="M5.4 7V5.4a2.6 2.6 0 0 1 5.2 0V7" fill="none" />
      </>
    ),
  },
  published: {
    word: 'published',
    color: 'var(--state-succeeded)',
    icon: <path d="M8 12.6V4M4.6 7.2L8 3.8l3.4 3.4M3.4 13.2h9.2" fill="none" />,
  },
  invalidated: {
    word: 'invalidated',
    color: 'var(--state-failed)',
    icon: (
      <>
        {ring}
        <path d="M8 5v3.4M8 10.9v.1" fill="none" />
      </>
    ),
  },
  archived: {
    word: 'archived',
    color: 'var(--state-waiting)',
    icon: <path d="M3 5h10M4 5v7h8V5M6.5 8h3" fill="none" />,
  },
};

/** How a state looks; one that this page does not know is shown by its own word. */
export function lookOf(state: string): StateLook {
  return Object.hasOwn(looks, state)
    ? looks[state as ShownState]
    : { word: state, color: 'var(--state-waiting)', icon: dashed };
}

/** The order in which counts are shown: what is done first, what is to come last. */
export const shownOrder = [
  'succeeded',
  'running',
  'ready',
  'failed',
  'blocked',
  'cancelled',
  'skipped',
  'waiting',
] as const satisfies readonly TaskState[];
