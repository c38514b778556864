/**
 * Has tasks that ran out of memory ask for more at their next try, where their tool says so (`retry.memory`). What a task
 * asks for stays with it: one that needed more needs it again. Which agents can hold it is the claim's to say.
 */
import type { Transaction } from '@gantry/database';
import type { PlacedAttempt } from './place-made-files.ts';

/** Before the stages are advanced, which queue the tasks by what they ask for. */
export async function raiseMemory(transaction: Transaction, ends: readonly PlacedAttempt[]): Promise<void> {
  const short = ends.filter(
    ({ end, stage }) => end === 'out-of-memory' && stage.compiled.tool.retry.memory !== undefined,
  );
  for (const [stage, attempts] of Map.groupBy(short, (end) => end.stage)) {
    const { retry, resources } = stage.compiled.tool;
    if (retry.memory === undefined) continue;
    await transaction.query({
      name: 'raise-memory',
      text: `INSERT INTO raised_memory AS m (task, stage, memory)
             SELECT task, stage, greatest($3::bigint, least($5::bigint, ($3::bigint * $4::float8)::bigint)) FROM step_verdict
             WHERE stage = $1 AND attempt = ANY ($2::bigint[]) AND verdict = 'failed'
             ON CONFLICT (task) DO UPDATE SET memory = greatest(m.memory, least($5::bigint, (m.memory * $4::float8)::bigint))`,
      values: [
        stage.id,
        attempts.map(({ attempt }) => attempt),
        resources.memory,
        retry.memory.factor,
        retry.memory.max,
      ],
    });
  }
}
