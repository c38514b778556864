/**
 * The items of the part of a plane that is seen: asked for in square blocks, which are kept, so that scrolling back
 * asks for nothing, and a plane of a million places asks for no more than a screen of them.
 */
import type { ItemSummary } from '@gantry/model';
import { useQueries, type UseQueryResult } from '@tanstack/react-query';
import { useCallback } from 'react';
import { itemBoxQuery } from '../api/dataset-queries.ts';

/** Places along a side of a block. */
const blockSide = 16;

export interface Span {
  /** Coordinates, both included. */
  readonly first: number;
  readonly last: number;
}

export interface PlaneSeen {
  readonly dataset: number;
  readonly x: string;
  readonly y: string;
  readonly columns: Span;
  readonly rows: Span;
  /** The coordinates of the other axes. */
  readonly at: Readonly<Record<string, number>>;
}

export interface LatticeItems {
  /** Undefined where there is no item; `loading` until that is known. */
  readonly find: (column: number, row: number) => ItemSummary | undefined;
  readonly loading: boolean;
  readonly error: Error | undefined;
}

export function useLatticeItems({ dataset, x, y, columns, rows, at }: PlaneSeen): LatticeItems {
  const plane = Object.entries(at).map(([axis, value]) => `${axis}=${value}`);
  const blocks = blocksOf(rows).flatMap((row) =>
    blocksOf(columns).map((column) => [...plane, boxOf(y, row), boxOf(x, column)].join(',')),
  );
  const combine = useCallback(
    (results: readonly UseQueryResult<ItemSummary[]>[]): LatticeItems => {
      const found = new Map<string, ItemSummary>();
      for (const { data = [] } of results)
        for (const item of data) found.set(`${item.place[x]} ${item.place[y]}`, item);
      return {
        find: (column, row) => found.get(`${column} ${row}`),
        loading: results.some(({ isPending }) => isPending),
        error: results.find(({ error }) => error !== null)?.error ?? undefined,
      };
    },
    [x, y],
  );
  return useQueries({ queries: blocks.map((box) => itemBoxQuery(dataset, box)), combine });
}

function blocksOf({ first, last }: Span): number[] {
  const blocks: number[] = [];
  for (let at = Math.floor(first / blockSide); at <= Math.floor(last / blockSide); at++) blocks.push(at);
  return blocks;
}

function boxOf(axis: string, block: number): string {
  return `${axis}=${block * blockSide}..${(block + 1) * blockSide - 1}`;
}
