/**
 * Gives failures their causes as the database knows them: a text and the key that is made of it. Rows of `cause` are
 * written by themselves, before the transaction that needs them: two runs that learn of the same causes in another
 * order would otherwise wait for each other in a circle. One that nobody comes to need does no harm.
 */
import { createHash } from 'node:crypto';
import { causeOf, failureOutcomes, type FailureOutcome } from '@gantry/model';
import type { Engine } from '../engine.ts';
import type { EndedAttempt } from '../ended-attempt.ts';

export interface Cause {
  readonly key: number;
  readonly outcome: FailureOutcome;
  readonly text: string;
}

/** What every loss of an attempt has in common, however many there were and wherever. */
const lostText = 'The agents that held it went away, again and again.';

/** The cause of an attempt's end; undefined for one by which no task fails. */
export function identifyCause({ end, message }: Pick<EndedAttempt, 'end' | 'message'>): Cause | undefined {
  const outcome = failureOutcomes.find((each) => each === end);
  if (outcome === undefined) return undefined;
  const text = outcome === 'lost' ? lostText : causeOf(message);
  return { key: keyOf(outcome, text), outcome, text };
}

/** 52 bits of SHA-256, so that JavaScript holds it: of 100,000 causes two share a key once in a million databases. */
function keyOf(outcome: FailureOutcome, text: string): number {
  return Number.parseInt(createHash('sha256').update(`${outcome}\n${text}`).digest('hex').slice(0, 13), 16);
}

/** Keys that are known to be in the database, per engine. */
const known = new WeakMap<Engine, Set<number>>();
/** So many keys are remembered; behind that they are written once more. */
const mostKnown = 10_000;

/** Sees to it that the causes are in the database. */
export async function keepCauses(engine: Engine, causes: readonly Cause[]): Promise<void> {
  const kept = known.get(engine) ?? new Set<number>();
  known.set(engine, kept);
  const fresh = new Map(causes.filter(({ key }) => !kept.has(key)).map((cause) => [cause.key, cause]));
  if (fresh.size === 0) return;
  await engine.pool.query({
    name: 'keep-causes',
    // In one order, for the same reason.
    text: `INSERT INTO cause (key, outcome, text)
           SELECT key, outcome, text FROM jsonb_to_recordset($1::jsonb)
             AS c(key bigint, outcome attempt_outcome, text text) ORDER BY key
           ON CONFLICT DO NOTHING`,
    values: [JSON.stringify([...fresh.values()])],
  });
  if (kept.size + fresh.size > mostKnown) kept.clear();
  for (const key of fresh.keys()) kept.add(key);
}
