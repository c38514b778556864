/**
 * Tasks that fail because attempt after attempt of them was lost: their last attempt says so, and names the agents.
 * Whether that is so is judged by the statement that advances the stage; this finds words for it.
 */
import type { Transaction, VerdictRow } from '@gantry/database';
import type { RunPlan } from '../run-plan.ts';
import { identifyCause } from './identify-cause.ts';

/** `verdicts` are those that this transaction has left, before its stages are advanced. */
export async function explainLosses(
  transaction: Transaction,
  plan: RunPlan,
  verdicts: readonly VerdictRow[],
): Promise<void> {
  const limits = new Map(plan.stages.map(({ shape }) => [shape.id, shape.losses]));
  const last = verdicts.flatMap(({ attempts, stage, verdict, lost }) => {
    const limit = limits.get(stage);
    return verdict === 'lost' && limit !== undefined && lost + 1 >= limit
      ? attempts.map((attempt) => ({ attempt, losses: lost + 1 }))
      : [];
  });
  if (last.length === 0) return;
  const { rows } = await transaction.query<{ attempt: number; losses: number; agents: string[] }>(
    `SELECT l.attempt, l.losses, array_agg(g.name ORDER BY p.id) AS agents
     FROM jsonb_to_recordset($1::jsonb) AS l(attempt bigint, losses int)
       JOIN attempt own ON own.id = l.attempt
       CROSS JOIN LATERAL (
         SELECT p.id, p.session FROM attempt p WHERE p.task = own.task AND p.outcome = 'lost'
         ORDER BY p.id DESC LIMIT l.losses
       ) p
       JOIN session s ON s.id = p.session JOIN agent g ON g.id = s.agent
     GROUP BY l.attempt, l.losses`,
    [JSON.stringify(last)],
  );
  await transaction.query(
    `UPDATE attempt a SET message = e.message, cause = e.cause
     FROM jsonb_to_recordset($1::jsonb) AS e(attempt bigint, message text, cause bigint) WHERE a.id = e.attempt`,
    [
      JSON.stringify(
        rows.map(({ attempt, losses, agents }) => ({
          attempt,
          message: describeLosses(losses, agents),
          cause: identifyCause({ end: 'lost' })?.key,
        })),
      ),
    ],
  );
}

/** @param agents the name of each attempt's agent, in the order of the attempts */
function describeLosses(losses: number, agents: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const agent of agents) counts.set(agent, (counts.get(agent) ?? 0) + 1);
  const named = [...counts].map(([agent, count]) => (count === 1 ? agent : `${agent} (${count} times)`));
  const times = losses === 1 ? '' : ` ${losses} times in a row`;
  return (
    `The agent that held it went away${times}: ${named.join(', ')}. ` +
    'Either the task takes the agent down with it (look at the memory of its host), or the agent was ended from outside; ' +
    'try it again when that is mended. `retry: { lost: N }` of the tool or its stage allows more.'
  );
}
