/** The choices for a new run: read from the address, and written to it. */
import type { CheckedPipeline, NewRunBody, PipelineChoice } from '@gantry/model';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { sourceBody, type NewRunSearch, type SourceSearch } from './new-run-search.ts';
import { useOwnPipeline, type OwnPipeline } from './own-pipeline.ts';

const route = getRouteApi('/runs/new');

/** The pipeline that is chosen. */
export interface ChosenPipeline {
  readonly id: string;
  readonly file: string;
  readonly text: string;
  readonly tools: readonly string[];
}

export interface Choices {
  readonly search: NewRunSearch;
  readonly chosen: ChosenPipeline | undefined;
  readonly own: OwnPipeline;
  readonly writeOwn: (own: OwnPipeline) => void;
  readonly change: (next: NewRunSearch) => void;
  readonly changeSource: (name: string, next: SourceSearch) => void;
  /** @param text undefined for the value that holds without a choice */
  readonly changeParam: (stage: string, param: string, text: string | undefined) => void;
}

export const ownId = 'own';

export function useChoices(pipelines: readonly PipelineChoice[] | undefined): Choices {
  const search = route.useSearch();
  const router = useRouter();
  const [own, writeOwn] = useOwnPipeline();
  const update = useCallback(
    (next: (before: NewRunSearch) => NewRunSearch) => {
      void router.navigate({ to: '/runs/new', search: next, replace: true });
    },
    [router],
  );
  const chosen = useMemo((): ChosenPipeline | undefined => {
    if (search.pipeline === ownId) return { id: ownId, tools: [], ...own };
    return pipelines?.find(({ id }) => id === search.pipeline);
  }, [search.pipeline, pipelines, own]);
  return {
    search,
    chosen,
    own,
    writeOwn,
    change: useCallback((next) => update((before) => ({ ...before, ...next })), [update]),
    changeSource: useCallback(
      (name, next) =>
        update((before) => ({
          ...before,
          sources: { ...before.sources, [name]: { ...before.sources?.[name], ...next } },
        })),
      [update],
    ),
    changeParam: useCallback(
      (stage, param, text) =>
        update((before) => {
          const { [param]: _old, ...others } = before.params?.[stage] ?? {};
          const values = text === undefined ? others : { ...others, [param]: text };
          return { ...before, params: { ...before.params, [stage]: values } };
        }),
      [update],
    ),
  };
}

/** The request that the choices come to: only what the pipeline knows of is in it. */
export function bodyOf(
  { search, chosen }: Choices,
  checked: CheckedPipeline | undefined,
): NewRunBody | undefined {
  if (chosen === undefined || checked === undefined) return undefined;
  const { name } = search;
  return {
    ...(name === undefined || name.trim() === '' ? {} : { name: name.trim() }),
    pipeline: { file: chosen.file, text: chosen.text },
    ...(chosen.tools.length === 0 ? {} : { tools: [...chosen.tools] }),
    params: Object.fromEntries(
      checked.stages.flatMap((stage) => {
        const values = Object.entries(search.params?.[stage.name] ?? {}).filter(([param]) =>
          stage.params.some((one) => one.name === param),
        );
        return values.length === 0 ? [] : [[stage.name, Object.fromEntries(values)] as const];
      }),
    ),
    sources: Object.fromEntries(
      checked.sources.flatMap((source) => {
        const body = sourceBody(search.sources?.[source.name]);
        return body === undefined ? [] : [[source.name, body] as const];
      }),
    ),
  };
}
