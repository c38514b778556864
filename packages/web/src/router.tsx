/**
 * The addresses of all pages. Whatever one sees is in the address: its search part is read here, and nowhere else.
 */
import {
  datasetTypes,
  failureGroupings,
  failureOutcomes,
  runStates,
  taskStates,
  type RunState,
} from '@gantry/model';
import { createRootRoute, createRoute, createRouter } from '@tanstack/react-router';
import { lazyPage } from './load-page.ts';
import { readEditSearch } from './edit-run/edit-search.ts';
import { readNewRunSearch } from './new-run/new-run-search.ts';
import type { DatasetSearch, DatasetsSearch } from './dataset-search.ts';
import type { FailuresSearch, FailureWindow } from './failure-search.ts';
import { readPlaceText } from './parts/numbers.ts';
import { readSearch } from './read-search.ts';
import { Problem } from './parts/page.tsx';
import { MissingPage } from './shell/missing-page.tsx';
import { Shell } from './shell/shell.tsx';
import type { RunSearch } from './run-search.ts';
import { readTableSearch } from './tables/table-search.ts';
import { readViewSearch } from './viewer/view-search.ts';

type Search = Readonly<Record<string, unknown>>;

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

const newRunRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/runs/new',
  validateSearch: readNewRunSearch,
  component: lazyPage(() => import('./pages/new-run-page.tsx'), 'NewRunPage'),
});

const runRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/runs/$run',
  params: { parse: ({ run }) => ({ run: readId(run) }), stringify: ({ run }) => ({ run: String(run) }) },
  validateSearch: (search: Search): RunSearch => ({
    tab: (['tasks', 'measures', 'timeline', 'revisions'] as const).find((tab) => tab === search['tab']),
    stage: textOf(search['stage']),
    state: taskStates.find((state) => state === search['state']),
    ticked: textOf(search['ticked']),
    maps: search['maps'] === 'all' ? 'all' : undefined,
    color: textOf(search['color']),
    at: readPlaceText(textOf(search['at']) ?? '') === undefined ? undefined : textOf(search['at']),
    view: textOf(search['view']),
    find: textOf(search['find']),
    attempt: typeof search['attempt'] === 'number' ? search['attempt'] : undefined,
  }),
  component: lazyPage(() => import('./pages/run-page.tsx'), 'RunPage'),
});

const editRunRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/runs/$run/edit',
  params: { parse: ({ run }) => ({ run: readId(run) }), stringify: ({ run }) => ({ run: String(run) }) },
  validateSearch: readEditSearch,
  component: lazyPage(() => import('./pages/edit-run-page.tsx'), 'EditRunPage'),
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

const datasetsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/datasets',
  validateSearch: (search: Search): DatasetsSearch => ({
    type: datasetTypes.find((type) => type === search['type']),
    text: textOf(search['text']),
  }),
  component: lazyPage(() => import('./pages/datasets-page.tsx'), 'DatasetsPage'),
});

const dataset = {
  parse: ({ dataset: id }: { dataset: string }) => ({ dataset: readId(id) }),
  stringify: ({ dataset: id }: { dataset: number }) => ({ dataset: String(id) }),
};

const datasetRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/datasets/$dataset',
  params: dataset,
  validateSearch: (search: Search): DatasetSearch => ({
    show: (['lineage', 'about'] as const).find((part) => part === search['show']),
    place: placeOf(search['place']),
    as: search['as'] === 'list' ? 'list' : undefined,
    size: (['s', 'm', 'l'] as const).find((size) => size === search['size']),
    at: readPlaceText(textOf(search['at']) ?? '') === undefined ? undefined : textOf(search['at']),
  }),
  component: lazyPage(() => import('./pages/dataset-page.tsx'), 'DatasetPage'),
});

const viewRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/datasets/$dataset/view',
  params: dataset,
  validateSearch: (search: Search) => readViewSearch(readSearch(search)),
  component: lazyPage(() => import('./viewer/viewer-page.tsx'), 'ViewerPage'),
});

const tableRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/datasets/$dataset/table',
  params: dataset,
  validateSearch: (search: Search) => readTableSearch(readSearch(search)),
  component: lazyPage(() => import('./tables/table-page.tsx'), 'TablePage'),
});

const failureWindows: readonly FailureWindow[] = ['1h', '24h', '7d'];

const failuresRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/failures',
  validateSearch: (search: Search): FailuresSearch => ({
    by: failureGroupings.find((by) => by === search['by'] && by !== 'cause'),
    run: numberOf(search['run']),
    stage: textOf(search['stage']),
    pipeline: textOf(search['pipeline']),
    since: failureWindows.find((since) => since === search['since']),
    cause: numberOf(search['cause']),
    outcome: failureOutcomes.find((outcome) => outcome === search['outcome']),
    agent: textOf(search['agent']),
    host: textOf(search['host']),
    open: textOf(search['open']),
    ticked: textOf(search['ticked']),
  }),
  component: lazyPage(() => import('./pages/failures-page.tsx'), 'FailuresPage'),
});

const agentsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/agents',
  component: lazyPage(() => import('./pages/agents-page.tsx'), 'AgentsPage'),
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    homeRoute,
    runsRoute,
    newRunRoute,
    editRunRoute,
    runRoute.addChildren([taskRoute]),
    datasetsRoute,
    datasetRoute,
    viewRoute,
    tableRoute,
    failuresRoute,
    agentsRoute,
  ]),
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

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** A place; the empty text is the only place of a dataset without axes. */
function placeOf(value: unknown): string | undefined {
  return typeof value === 'string' && readPlaceText(value) !== undefined ? value : undefined;
}

function readId(text: string): number {
  const id = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(id)) return id;
  throw new Error(`${text} is no number of a run, a task or a dataset.`);
}
