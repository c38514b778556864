/** The changes of a run's pipeline that are not made yet: read from the address, and written to it. */
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { AddedStage, BoundsSearch, EditSearch } from './edit-search.ts';

const route = getRouteApi('/runs/$run/edit');

export interface Edits {
  readonly search: EditSearch;
  /** @param text undefined for the value that the run has */
  readonly changeParam: (stage: string, param: string, text: string | undefined) => void;
  readonly removeStage: (stage: string, removed: boolean) => void;
  /** @param added undefined to leave it out again */
  readonly addStage: (stage: string, added: AddedStage | undefined) => void;
  /** Keeps its place among the others. */
  readonly renameStage: (stage: string, name: string) => void;
  /** @param text undefined for what the run has */
  readonly changeBounds: (
    source: string,
    field: keyof BoundsSearch,
    axis: string,
    text: string | undefined,
  ) => void;
}

export function useEdits(): Edits {
  const search = route.useSearch();
  const { run } = route.useParams();
  const router = useRouter();
  const update = useCallback(
    (next: (before: EditSearch) => EditSearch) => {
      void router.navigate({ to: '/runs/$run/edit', params: { run }, search: next, replace: true });
    },
    [router, run],
  );
  return {
    search,
    changeParam: (stage, param, text) =>
      update((before) => ({
        ...before,
        params: withEntry(before.params, stage, withEntry(before.params?.[stage], param, text)),
      })),
    removeStage: (stage, removed) =>
      update((before) => {
        const others = (before.remove ?? []).filter((name) => name !== stage);
        const remove = removed ? [...others, stage] : others;
        return { ...before, remove: remove.length === 0 ? undefined : remove };
      }),
    addStage: (stage, added) => update((before) => ({ ...before, add: withEntry(before.add, stage, added) })),
    renameStage: (stage, name) =>
      update((before) => ({
        ...before,
        add: Object.fromEntries(
          Object.entries(before.add ?? {}).map(([one, added]) => [one === stage ? name : one, added]),
        ),
      })),
    changeBounds: (source, field, axis, text) =>
      update((before) => {
        const own = before.bounds?.[source] ?? {};
        const changed = { ...own, [field]: withEntry(own[field], axis, text) };
        const left = changed.region === undefined && changed.skip === undefined ? undefined : changed;
        return { ...before, bounds: withEntry(before.bounds, source, left) };
      }),
  };
}

/** Undefined where nothing is left. */
function withEntry<T>(
  record: Readonly<Record<string, T>> | undefined,
  key: string,
  value: T | undefined,
): Readonly<Record<string, T>> | undefined {
  const { [key]: _old, ...others } = record ?? {};
  const next = value === undefined ? others : { ...others, [key]: value };
  return Object.keys(next).length === 0 ? undefined : next;
}
