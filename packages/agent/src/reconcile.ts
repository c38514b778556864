/**
 * Looks again and again for what should not be on this machine: processes of runners that are over, whatever became of
 * those who should have ended them, and folders of attempts that the session does not hold. What the server believes to
 * be held, and this agent does not know, comes to light with every heartbeat.
 */
import { findMarked } from '@gantry/runners';
import { sweepAttempts } from '@gantry/storage';
import type { AgentFolder } from './agent-folder.ts';

export interface ReconcileOptions {
  readonly folder: AgentFolder;
  /** What the processes of the present runner bear. */
  readonly marker: string;
  /** This machine's own store; absent where attempts lie in the server's, which sweeps it. */
  readonly store: string | undefined;
  readonly held: () => ReadonlySet<number>;
  readonly log: (line: string) => void;
}

/** @returns how many processes were killed, and how many folders removed */
export async function reconcile(options: ReconcileOptions): Promise<{ processes: number; folders: number }> {
  const { folder, marker, store, held, log } = options;
  const ours = new Set(findMarked(marker).map(({ pid }) => pid));
  const strays = findMarked(folder.marker).filter(({ pid }) => pid !== process.pid && !ours.has(pid));
  // One that was started in between bears the present marker.
  const still = new Set(findMarked(marker).map(({ pid }) => pid));
  let processes = 0;
  for (const { pid } of strays) {
    if (still.has(pid)) continue;
    try {
      process.kill(pid, 'SIGKILL');
      processes += 1;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
  const folders =
    store === undefined
      ? 0
      : await sweepAttempts(store, (attempts) => {
          const known = held();
          return Promise.resolve(attempts.filter(({ attempt }) => !known.has(Number(attempt))));
        });
  if (processes > 0) log(`killed ${processes} processes that nobody waits for any more`);
  if (folders > 0) log(`removed the folders of ${folders} attempts that are not held`);
  return { processes, folders };
}

/** Reconciles every so many ms; the result ends it, and waits for the one under way. */
export function reconcileEvery(periodMs: number, options: ReconcileOptions): () => Promise<void> {
  let current: Promise<void> = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    current = reconcile(options)
      .then(() => undefined)
      .catch((error: unknown) => options.log(`could not look for what is left over: ${String(error)}`))
      .finally(() => (busy = false));
  }, periodMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await current;
  };
}
