/** What an answer that is not the wanted one means to the agent. */
import { AgentRequestError } from '@gantry/client';
import type { Refusal } from './reporter.ts';

/** The lease has ended: the server has given the session's attempts to others. */
export function isSessionGone(error: unknown): boolean {
  return error instanceof AgentRequestError && error.code === 'unknown-session';
}

/** The token is not, or no longer, good. */
export function isUnauthorized(error: unknown): boolean {
  return error instanceof AgentRequestError && error.status === 401;
}

/** The server knows this agent, and will not have it as it is: waiting does not help. */
export function isRefusedForGood(error: unknown): boolean {
  return (
    error instanceof AgentRequestError &&
    (error.code === 'version-mismatch' || error.code === 'agent-name-fixed' || error.code === 'bad-request')
  );
}

/** What it means to a block of reports. Only the server's own words are a refusal, not a proxy's. */
export function judgeRefusal(error: unknown): Refusal {
  if (isSessionGone(error) || isUnauthorized(error)) return 'over';
  if (!(error instanceof AgentRequestError)) return 'away';
  const { status } = error;
  if (status === 408 || status === 429) return 'away';
  if (status >= 500) return status === 500 ? 'fault' : 'away';
  return status >= 400 && (status === 413 || !error.code.startsWith('http-')) ? 'refused' : 'away';
}
