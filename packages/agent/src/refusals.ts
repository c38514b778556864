/** What an answer that is not the wanted one means to the agent. */
import { AgentRequestError } from '@gantry/client';

/** The lease has ended: the server has given the session's attempts to others. */
export function isSessionGone(error: unknown): boolean {
  return error instanceof AgentRequestError && error.code === 'unknown-session';
}

/** The token is not, or no longer, good. */
export function isUnauthorized(error: unknown): boolean {
  return error instanceof AgentRequestError && error.status === 401;
}
