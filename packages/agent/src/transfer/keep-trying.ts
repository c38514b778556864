/**
 * Tries a transfer until it is done or makes no sense any more. A network or a server that is away, and a full disk at the
 * other end, are waited for: what was computed is not given up for them.
 */
import { AgentRequestError } from '@gantry/client';
import { isDiskFull, isGantryError } from '@gantry/model';
import { Backoff } from '../backoff.ts';

export interface Trying {
  readonly signal: AbortSignal;
  /** Told what is waited for, in words; undefined when it goes on. */
  readonly onTrouble: (trouble: string | undefined) => void;
}

/** @throws what tells that another try would end the same; what `signal` is aborted with */
export async function keepTrying<T>({ signal, onTrouble }: Trying, work: () => Promise<T>): Promise<T> {
  const backoff = new Backoff(5_000);
  let damaged = 0;
  try {
    for (;;) {
      signal.throwIfAborted();
      try {
        return await work();
      } catch (error) {
        signal.throwIfAborted();
        if (isDamaged(error) && damaged === 0) {
          damaged += 1;
          continue;
        }
        if (isHopeless(error)) throw error;
        onTrouble(describe(error));
        await backoff.wait(signal);
      }
    }
  } finally {
    onTrouble(undefined);
  }
}

function isDamaged(error: unknown): boolean {
  return isGantryError(error)
    ? error.code === 'download-damaged'
    : error instanceof AgentRequestError && error.code === 'upload-damaged';
}

function isHopeless(error: unknown): boolean {
  if (!(error instanceof AgentRequestError)) {
    // Our own words, and those of our own disk; all else is of the network.
    return isGantryError(error) || isDiskFull(error) || (error as NodeJS.ErrnoException).syscall === 'open';
  }
  const { status, code } = error;
  if (code === 'disk-full' || code === 'upload-offset' || code === 'unknown-session') return false;
  return status >= 400 && status < 500 && status !== 408 && status !== 429 && !code.startsWith('http-');
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AgentRequestError && error.code === 'disk-full')
    return `the server's disk is full, and what was made waits here: ${error.message}`;
  const { code } = error as NodeJS.ErrnoException;
  return `the server cannot be reached: ${error.message === '' ? (code ?? 'no answer') : error.message}`;
}
