/**
 * The thread that matches strips. One message in, one out; which pairs come when is left to `match-pool.ts`.
 */
import { parentPort } from 'node:worker_threads';
import type { RawStrip } from './edge-strip.ts';
import { FourierPlanes } from './fourier-plane.ts';
import { matchStrips, type MatchCandidate, type MatchPlan } from './match-strips.ts';

export interface MatchJob {
  readonly id: number;
  readonly first: RawStrip;
  readonly second: RawStrip;
  readonly plan: MatchPlan;
}

export type MatchAnswer =
  | { readonly id: number; readonly candidates: MatchCandidate[] }
  | { readonly id: number; readonly error: string };

const port = parentPort;
if (!port) throw new Error('match-worker.ts runs in a worker thread only');
const planes = await FourierPlanes.create();
port.on('message', ({ id, first, second, plan }: MatchJob) => {
  let answer: MatchAnswer;
  try {
    answer = { id, candidates: matchStrips(planes, first, second, plan) };
  } catch (error) {
    answer = { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  port.postMessage(answer);
});
