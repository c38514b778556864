/** Whether anybody still waits for an answer. */
import type { FastifyReply } from 'fastify';

/** Aborts when the connection is closed before the answer is out. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  if (reply.raw.destroyed) gone.abort();
  return gone.signal;
}
