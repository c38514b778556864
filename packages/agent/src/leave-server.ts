/** The session's goodbye: what it still holds is ready again at once, and not only when its lease ends. */
import type { AgentClient } from '@gantry/client';
import { Backoff } from './backoff.ts';
import { isSessionGone, isUnauthorized } from './refusals.ts';

/** Tries once; if the server does not hear it, the lease will end by itself. */
export async function leaveServer(
  client: AgentClient,
  session: string,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  try {
    await client.leave(session, signal);
  } catch (error) {
    log(`could not take leave of the server: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Tries until the server has answered in any way, or aborted. */
export async function leaveServerUntilHeard(
  client: AgentClient,
  session: string,
  signal: AbortSignal,
): Promise<void> {
  const backoff = new Backoff();
  while (!signal.aborted) {
    try {
      await client.leave(session, signal);
      return;
    } catch (error) {
      if (isSessionGone(error) || isUnauthorized(error)) return;
      await backoff.wait(signal);
    }
  }
}
