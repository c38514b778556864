/**
 * The addresses of all pages. Whatever one sees is in the address: its search part is read here, and nowhere else.
 */
import { runStates, taskStates, type RunState } from '@gantry/model';
import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router';
import { lazyPage } from './load-page.ts';
import { readPlaceText } from './parts/numbers.ts';
import { Problem } from './parts/page.tsx';
import { MissingPage } from './shell/missing-page.tsx';
import { Shell } from './shell/shell.tsx';
import type { RunSearch } from './run-search.ts';

type Search = Readonly<Record<string, unknown>>;

/** Beside that by state. */
const mapColorings = ['duration', 'pictures'] as const;

export interface RunsSearch {
  /** Only the runs in this state. */
  readonly only?: RunState | undefined;
}

const rootRoute = createRootRoute({
  component: Shell,
  notFoundComponent: MissingPage,
  errorComponent: ({ error }) => (
    <Problem
      error={error instanceof Error ? error : new Error(String(error))}
      onRetry={() => window.location.reload()}
    />
  ),
});

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  component: lazyPage(() => import('./pages/home-page.tsx'), 'HomePage'),
});

const runsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/runs',
  validateSearch: (search: Search): RunsSearch => ({
    only: runStates.find((state) => state === search['only']),
  }),
  component: lazyPage(() => import('./pages/runs-page.tsx'), 'RunsPage'),
});

const runRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/runs/$run',
  params: { parse: ({ run }) => ({ run: readId(run) }), stringify: ({ run }) => ({ run: String(run) }) },
  validateSearch: (search: Search): RunSearch => ({
    tab: search['tab'] === 'tasks' ? 'tasks' : undefined,
    stage: textOf(search['stage']),
    state: taskStates.find((state) => state === search['state']),
    maps: search['maps'] === 'all' ? 'all' : undefined,
    color: mapColorings.find((coloring) => coloring === search['color']),
    at: readPlaceText(textOf(search['at']) ?? '') === undefined ? undefined : textOf(search['at']),
    view: textOf(search['view']),
    attempt: typeof search['attempt'] === 'number' ? search['attempt'] : undefined,
  }),
  component: lazyPage(() => import('./pages/run-page.tsx'), 'RunPage'),
});

const taskRoute = createRoute({
  getParentRoute: () => runRoute,
  path: 'tasks/$task',
  params: {
    parse: ({ task }) => ({ task: readId(task) }),
    stringify: ({ task }) => ({ task: String(task) }),
  },
  component: lazyPage(() => import('./tasks/task-panel.tsx'), 'TaskPanel'),
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([homeRoute, runsRoute, runRoute.addChildren([taskRoute])]),
  defaultPreload: 'intent',
  // Side panels open beside what is there: the page must not jump to its top.
  scrollRestoration: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function readId(text: string): number {
  const id = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(id)) return id;
  throw new Error(`${text} is no number of a run or a task.`);
}
