/**
 * Removes from the store what nobody needs: the folders of lost attempts, and of those whose bytes were there already.
 */
import type { LostAttempt } from '@gantry/engine';
import { removeAttempt } from '@gantry/storage';
import type { ServerContext } from './context.ts';

/** A folder that cannot be removed is named in the log, and keeps nothing from going on. */
export async function removeAttempts(
  context: ServerContext,
  attempts: readonly LostAttempt[],
): Promise<void> {
  for (const attempt of attempts) {
    try {
      await removeAttempt(context.data.store, attempt);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      context.log(
        `The files of attempt ${attempt.attempt} of run ${attempt.run} cannot be removed: ${reason}`,
      );
    }
  }
}
