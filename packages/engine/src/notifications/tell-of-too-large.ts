/**
 * Tells people of stages whose ready tasks no agent has room for: once for each, and again only after there was an agent
 * that had. By the clock, since it comes of agents that go as much as of tasks that become ready.
 */
import type { TooLarge } from '@gantry/model';
import { findTooLarge } from '../agent-room.ts';
import type { Engine } from '../engine.ts';

export async function tellOfTooLarge(engine: Engine): Promise<void> {
  const { rows: runs } = await engine.pool.query<{ id: number }>({
    name: 'runs-at-work',
    text: `SELECT id FROM run WHERE state IN ('active', 'paused') ORDER BY id`,
  });
  for (const { id } of runs) {
    const found = await findTooLarge(engine, id);
    const { rows } = await engine.pool.query<{ id: number; name: string; told: boolean }>({
      name: 'told-of-too-large',
      text: 'SELECT id, name, too_large_told AS told FROM stage WHERE run = $1 AND (too_large_told OR name = ANY ($2))',
      values: [id, found.map(({ stage }) => stage)],
    });
    const fresh = found.filter(({ stage }) => rows.some(({ name, told }) => name === stage && !told));
    const over = rows.filter(({ name, told }) => told && !found.some(({ stage }) => stage === name));
    if (fresh.length > 0 || over.length > 0)
      await note(
        engine,
        fresh,
        rows.filter(({ told }) => !told).map((row) => row.id),
        over.map((row) => row.id),
      );
  }
}

/** @param told stages that are told of now @param over stages for whose tasks there is room again, or that have none */
async function note(
  engine: Engine,
  fresh: readonly TooLarge[],
  told: readonly number[],
  over: readonly number[],
): Promise<void> {
  await engine.work(async (transaction, news) => {
    const { rows } = await transaction.query<{ name: string }>({
      name: 'note-too-large',
      text: 'UPDATE stage SET too_large_told = true WHERE id = ANY ($1) AND NOT too_large_told RETURNING name',
      values: [told],
    });
    await transaction.query({
      name: 'forget-too-large',
      text: 'UPDATE stage SET too_large_told = false WHERE id = ANY ($1)',
      values: [over],
    });
    // Another server may have told of some of them just now.
    for (const about of fresh)
      if (rows.some(({ name }) => name === about.stage))
        news.notices.push({ kind: 'tasks-too-large', about });
  });
}
