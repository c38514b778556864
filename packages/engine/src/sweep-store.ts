/**
 * Removes from the store what nobody needs: bytes of replaced revisions, and what kills have left. What is needed is
 * `needless-attempts.ts`'s to say; when to look is left to the server.
 */
import { removeAttempt, sweepAttempts, type AttemptLocation } from '@gantry/storage';
import type { Engine } from './engine.ts';
import { forgetReplaced, selectNeedless, takeReplaced } from './needless-attempts.ts';

export interface SweptStore {
  readonly engine: Engine;
  /** The store's folder. */
  readonly store: string;
  /** Told of a folder that cannot be removed; the others are removed all the same. */
  readonly log: (line: string) => void;
}

/**
 * Removes the bytes of replaced revisions that nobody reads any more. What was replaced since the last call is left
 * to the next. @returns how many attempts went
 */
export async function removeReplaced(swept: SweptStore): Promise<number> {
  const gone = [];
  for (const attempt of await takeReplaced(swept.engine)) {
    try {
      await removeAttempt(swept.store, attempt);
      gone.push(attempt);
    } catch (error) {
      logFailure(swept, attempt, error);
    }
  }
  if (gone.length > 0) await forgetReplaced(swept.engine, gone);
  return gone.length;
}

/**
 * Goes through the whole store. Successes that no item points at are left to `removeReplaced`.
 * @returns how many attempts went
 * @throws what `signal` was aborted with
 */
export async function sweepStore(swept: SweptStore, signal: AbortSignal): Promise<number> {
  return sweepAttempts(
    swept.store,
    (found) =>
      selectNeedless(
        swept.engine,
        found.flatMap(({ run, stage, attempt }) => {
          const [runId, id] = [Number(run), Number(attempt)];
          // Folders of another name are not ours.
          const known = isId(runId) && runId <= 2_147_483_647 && isId(id);
          return known ? [{ run: runId, stage: String(stage), attempt: id }] : [];
        }),
      ),
    { signal, onFailed: (location, error) => logFailure(swept, location, error) },
  );
}

function isId(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

function logFailure({ log }: SweptStore, { run, attempt }: AttemptLocation, error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  log(`The files of attempt ${attempt} of run ${run} cannot be removed: ${reason}`);
}
