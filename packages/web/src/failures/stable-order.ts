/**
 * The order of a list that changes while it is looked at: what is shown keeps its place, what came further down is
 * added there, and what is new on top waits until it is asked for. Pure but for the hook.
 */
import { useRef, useState } from 'react';

export interface StableOrder {
  /** The keys in the order in which they are shown. */
  readonly shown: readonly string[];
  /** How many wait. */
  readonly fresh: number;
}

/** @param before the order so far @param now all keys that there are, in their true order */
export function keepOrder(before: readonly string[], now: readonly string[]): StableOrder {
  const there = new Set(now);
  const kept = before.filter((key) => there.has(key));
  if (kept.length === 0) return { shown: now, fresh: 0 };
  const known = new Set(kept);
  const lastKnown = now.findLastIndex((key) => known.has(key));
  const below = now.slice(lastKnown + 1);
  const fresh = now.slice(0, lastKnown).filter((key) => !known.has(key));
  return { shown: [...kept, ...below], fresh: fresh.length };
}

/** @param list names the list: another one begins anew. `reveal` puts all in their true order */
export function useStableOrder(
  list: string,
  now: readonly string[] | undefined,
): StableOrder & { readonly reveal: () => void } {
  const order = useRef<{ list: string; shown: readonly string[] }>({ list, shown: [] });
  const [, paint] = useState(0);
  if (order.current.list !== list) order.current = { list, shown: [] };
  const next = keepOrder(order.current.shown, now ?? []);
  // While it is read there is nothing to say of the order.
  if (now !== undefined) order.current = { list, shown: next.shown };
  return {
    ...next,
    reveal: () => {
      order.current = { list, shown: [] };
      paint((count) => count + 1);
    },
  };
}
