/**
 * What every use case works with: the database, the plans of runs, and who wants to be woken. Policy is left to the
 * use cases, one file each.
 */
import { transaction, type Pool, type Transaction } from '@gantry/database';
import { loadPlan } from './load-plan.ts';
import type { LockedRun } from './lock-runs.ts';
import { writeNotices, type Notice } from './notifications/write-notices.ts';
import { writeRunEvents, type RunEvent } from './run-events.ts';
import type { RunPlan } from './run-plan.ts';

/** What happened in a transaction, told once it is committed. State is always read again; this only wakes. */
export interface EngineNews {
  /** Runs that changed. */
  readonly runs: readonly number[];
  /** Datasets that changed: their items, their state, or who reads them. */
  readonly datasets: readonly number[];
  /** Whether tasks became ready. */
  readonly ready: boolean;
  /** Whether people are to be told something. */
  readonly notices: boolean;
}

/** Who is told of what happens. */
export interface NoticePolicy {
  /** A run at work with so many failed tasks is told of; 0 is never. */
  readonly failureNotice: number;
  /** The addresses of the webhooks that are told, too. */
  readonly webhooks: readonly string[];
}

export interface Engine {
  readonly pool: Pool;
  readonly policy: NoticePolicy;
  /** Calls `listener` after each change; returns the end of it. */
  listen(listener: (news: EngineNews) => void): () => void;
  /** Calls the listeners about runs that look different although no row of theirs has changed. */
  wake(runs: readonly number[]): void;
  /**
   * The plan of a run as it is now, or was a moment ago: to change anything by it, `currentPlan` takes it under the lock.
   * @param revision where it is known; it is asked for otherwise
   */
  plan(run: number, revision?: number): Promise<RunPlan>;
  /** The plan of a run that the transaction has locked. */
  currentPlan(transaction: Transaction, locked: LockedRun): Promise<RunPlan>;
  /** Runs `use` in a transaction with its temporary tables, then tells the listeners. */
  work<T>(use: (transaction: Transaction, news: EngineNewsDraft) => Promise<T>): Promise<T>;
}

/** The news of a transaction under way. */
export interface EngineNewsDraft {
  readonly runs: Set<number>;
  readonly datasets: Set<number>;
  ready: boolean;
  /** What people are to be told, if the transaction comes to its end. */
  readonly notices: Notice[];
  /** What has happened to runs, for their timelines. */
  readonly events: RunEvent[];
}

const nobodyElse: NoticePolicy = { failureNotice: 0, webhooks: [] };

/** An engine on a migrated database. It holds nothing that needs closing but the pool, which is the caller's. */
export function openEngine(pool: Pool, policy: NoticePolicy = nobodyElse): Engine {
  const listeners = new Set<(news: EngineNews) => void>();
  const plans = new Map<number, Promise<RunPlan>>();
  const prepared = new WeakSet<Transaction>();
  const tell = (news: EngineNews): void => {
    for (const listener of listeners) listener(news);
  };
  return {
    pool,
    policy,
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    wake(runs) {
      tell({ runs, datasets: [], ready: false, notices: false });
    },
    async plan(run, revision) {
      const known = await plans.get(run);
      if (known !== undefined && known.revision >= (revision ?? (await readRevision(pool, run))))
        return known;
      // Two that ask at once share the answer.
      const loading = loadPlan(pool, run);
      loading.catch(() => plans.delete(run));
      plans.set(run, loading);
      return loading;
    },
    async currentPlan(client, locked) {
      const known = await plans.get(locked.id);
      return known?.revision === locked.revision ? known : loadPlan(client, locked.id);
    },
    async work(use) {
      const news: EngineNewsDraft = {
        runs: new Set(),
        datasets: new Set(),
        ready: false,
        notices: [],
        events: [],
      };
      let connection: Transaction | undefined;
      const result = await transaction(pool, async (client) => {
        connection = client;
        if (!prepared.has(client)) await client.query('SELECT prepare_steps()');
        const used = await use(client, news);
        if (news.notices.length > 0) await writeNotices(client, news.notices, policy.webhooks);
        if (news.events.length > 0) await writeRunEvents(client, news.events);
        return used;
      });
      // Only now: a rollback takes temporary tables that it made away with it.
      if (connection !== undefined) prepared.add(connection);
      const told = {
        runs: [...news.runs],
        datasets: [...news.datasets],
        ready: news.ready,
        notices: news.notices.length > 0,
      };
      tell(told);
      return result;
    },
  };
}

async function readRevision(pool: Pool, run: number): Promise<number> {
  const { rows } = await pool.query<{ revision: number }>({
    name: 'revision-of-run',
    text: 'SELECT revision FROM run WHERE id = $1',
    values: [run],
  });
  return rows[0]?.revision ?? 0;
}
