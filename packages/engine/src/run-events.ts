/** Writes what has happened to runs, in the transaction of the change that it tells of. */
import type { Transaction } from '@gantry/database';
import type { RunEventAbout } from '@gantry/model';

export interface RunEvent {
  readonly run: number;
  readonly about: RunEventAbout;
}

export async function writeRunEvents(transaction: Transaction, events: readonly RunEvent[]): Promise<void> {
  await transaction.query({
    name: 'write-run-events',
    text: `INSERT INTO run_event (run, about)
           SELECT run, about FROM unnest($1::int[], $2::jsonb[]) WITH ORDINALITY e(run, about, at) ORDER BY at`,
    values: [events.map(({ run }) => run), events.map(({ about }) => JSON.stringify(about))],
  });
}
