/**
 * Keeps the store free of what nobody needs: bytes of replaced revisions every few seconds, and what kills have left
 * some time after the start and then now and again. What is needed is `needless-attempts.ts`'s to say.
 */
import { forgetReplaced, selectNeedless, takeReplaced } from '@gantry/engine';
import { removeAttempt, sweepAttempts, type AttemptLocation } from '@gantry/storage';
import type { ServerContext } from './context.ts';

type SweepContext = Pick<ServerContext, 'engine' | 'log'> & {
  readonly data: { readonly store: string };
};

/** Bytes of replaced revisions are looked for so often. In ms. */
export const replacedEveryMs = 10_000;
/** The first look through the whole store: a command that only looks is done by then. In ms. */
export const firstSweepMs = 10_000;
/** Every later one. In ms. */
export const sweepEveryMs = 6 * 3600 * 1000;

/** Removes the bytes of replaced revisions that nobody reads any more. @returns how many attempts went */
export async function removeReplaced(context: SweepContext): Promise<number> {
  const attempts = await takeReplaced(context.engine);
  const gone = [];
  for (const attempt of attempts) {
    try {
      await removeAttempt(context.data.store, attempt);
      gone.push(attempt);
    } catch (error) {
      logFailure(context, attempt, error);
    }
  }
  if (gone.length > 0) await forgetReplaced(context.engine, gone);
  return gone.length;
}

/**
 * Goes through the whole store. @returns how many attempts went
 * @throws what `signal` was aborted with
 */
export async function sweepStore(context: SweepContext, signal: AbortSignal): Promise<number> {
  return sweepAttempts(
    context.data.store,
    (found) =>
      selectNeedless(
        context.engine,
        found.flatMap(({ run, stage, attempt }) => {
          const [runId, id] = [Number(run), Number(attempt)];
          // Folders of another name are not ours.
          const known = isRow(runId) && runId <= 2_147_483_647 && isRow(id);
          return known ? [{ run: runId, stage: String(stage), attempt: id }] : [];
        }),
      ),
    { signal, onFailed: (location, error) => logFailure(context, location, error) },
  );
}

function isRow(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}

function logFailure(context: SweepContext, { run, attempt }: AttemptLocation, error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  context.log(`The files of attempt ${attempt} of run ${run} cannot be removed: ${reason}`);
}
