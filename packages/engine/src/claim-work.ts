/**
 * Claims tasks that are to be run: those whose results are in the cache are settled at once, and others claimed in their
 * stead. What can be claimed is `claimTasks`'s to say, what can be taken `takeFromCache`'s.
 */
import { giveUpBorrowed, takeFromCache } from './cache/take-from-cache.ts';
import { claimTasks, type ClaimedTask } from './claim-tasks.ts';
import type { Engine } from './engine.ts';
import { settleAttempts } from './settle-attempts.ts';

/** While all that is claimed is found, so many are claimed at a time. */
const block = 1000;
/** A claim goes on taking results for so long, in ms; its caller asks again. */
const longestMs = 2_000;

/** @param store the store's folder, in which results are looked for */
export async function claimWork(
  engine: Engine,
  session: number,
  limit: number,
  store: string,
): Promise<ClaimedTask[]> {
  const work: ClaimedTask[] = [];
  const begun = performance.now();
  let most = limit;
  while (work.length < limit && performance.now() - begun < longestMs) {
    const claimed = await claimTasks(engine, session, most);
    const ends = await takeFromCache(engine, claimed, store);
    if (ends.length === 0) {
      work.push(...claimed);
      break;
    }
    const { refused, unused } = await settleAttempts(engine, session, ends);
    await giveUpBorrowed(engine, [...refused, ...unused.map(({ attempt }) => attempt)]);
    const taken = new Set(ends.map(({ attempt }) => attempt));
    work.push(...claimed.filter(({ attempt }) => !taken.has(attempt)));
    most = taken.size === claimed.length ? block : limit - work.length;
  }
  const more = work.splice(limit);
  if (more.length > 0) {
    const returned = more.map(({ attempt }) => ({ attempt, end: 'returned' as const, made: [] }));
    await settleAttempts(engine, session, returned);
  }
  return work;
}
