/**
 * The order of a pipeline's stages, and its circles. What the stages do is left to `compile-pipeline.ts`.
 */

export interface StageOrder {
  /** Every stage after all that it reads, otherwise in the given order; those in or behind a circle are left out. */
  readonly order: readonly string[];
  /** Each circle once: every stage reads the next one, and the last reads the first. */
  readonly cycles: readonly (readonly string[])[];
}

/** @param reads per stage, the stages that it reads; names that are no key are passed over. */
export function orderStages(reads: ReadonlyMap<string, readonly string[]>): StageOrder {
  const waiting = new Map(
    [...reads].map(([stage, read]) => [stage, new Set(read.filter((one) => reads.has(one)))]),
  );
  const order: string[] = [];
  for (;;) {
    const next = [...waiting].find(([, read]) => read.size === 0)?.[0];
    if (next === undefined) break;
    waiting.delete(next);
    order.push(next);
    for (const read of waiting.values()) read.delete(next);
  }
  return { order, cycles: findCycles(waiting) };
}

/** Follows the first unfinished read from every stage; each walk ends in a circle, since every stage has one. */
function findCycles(waiting: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const seen = new Set<string>();
  const cycles: string[][] = [];
  for (const start of waiting.keys()) {
    const walk: string[] = [];
    let stage: string | undefined = start;
    while (stage !== undefined && !seen.has(stage)) {
      seen.add(stage);
      walk.push(stage);
      [stage] = waiting.get(stage) ?? [];
    }
    const from = stage === undefined ? -1 : walk.indexOf(stage);
    if (from >= 0) cycles.push(walk.slice(from));
  }
  return cycles;
}
