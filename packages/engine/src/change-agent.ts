/**
 * What the owner says of an agent, over what it says of itself: how much it may take, its labels and its pool. It holds
 * for claims at once; the agent hears of it at its next heartbeat, and ends nothing because of it.
 */
import { GantryError, type ChangeAgentBody } from '@gantry/model';
import type { Engine } from './engine.ts';

/** @throws GantryError `unknown-agent` */
export async function changeAgent(engine: Engine, agent: number, change: ChangeAgentBody): Promise<void> {
  const { capacity = {}, labels, pool } = change;
  await engine.work(async (transaction, news) => {
    const { rowCount } = await transaction.query(
      `UPDATE agent SET
         capacity = nullif(jsonb_strip_nulls(coalesce(capacity, '{}') || $2::jsonb), '{}'),
         labels = CASE WHEN $3 THEN $4::jsonb ELSE labels END,
         pool = CASE WHEN $5 THEN $6 ELSE pool END
       WHERE id = $1`,
      [
        agent,
        JSON.stringify(capacity),
        labels !== undefined,
        labels === undefined || labels === null ? null : JSON.stringify(labels),
        pool !== undefined,
        pool ?? null,
      ],
    );
    if (rowCount === 0) {
      throw new GantryError('unknown-agent', `There is no agent ${agent}.`, {
        mend: '`gantry agents` lists them.',
      });
    }
    // What it could not take before may be for it now.
    news.ready = true;
  });
}
