/** What watchers of machines ask: metrics, whether the server lives, and whether it can do its work. */
import { healthSchema, type Health } from '@gantry/model';
import { media } from '../answers.ts';
import type { ServerContext } from '../context.ts';
import { route, type Route } from '../routes.ts';

/** The database has so long to answer, in ms. */
const patienceMs = 2_000;

export function metricRoutes({ engine, closing, metrics }: ServerContext): Route[] {
  return [
    route({
      method: 'GET',
      path: '/metrics',
      who: 'owner',
      operation: 'readMetrics',
      summary: 'Tells metrics in the text format of Prometheus',
      schemas: { answer: media('text/plain') },
      async handle({ reply }) {
        return reply.type(metrics.contentType).send(await metrics.read());
      },
    }),
    route({
      method: 'GET',
      path: '/health/live',
      who: 'anyone',
      operation: 'readLiveness',
      summary: 'Answers as long as the server lives',
      schemas: { answer: healthSchema },
      handle: (): Promise<Health> => Promise.resolve({ status: 'ok' }),
    }),
    route({
      method: 'GET',
      path: '/health/ready',
      who: 'anyone',
      operation: 'readReadiness',
      summary:
        'Tells whether the server can do its work: 503 where it is closing or its database does not answer',
      schemas: { answer: healthSchema },
      async handle({ reply }): Promise<Health> {
        const status = await findTrouble(engine.pool, closing);
        if (status !== 'ok') reply.code(503);
        return { status };
      },
    }),
  ];
}

async function findTrouble(
  pool: ServerContext['engine']['pool'],
  closing: AbortSignal,
): Promise<Health['status']> {
  if (closing.aborted) return 'closing';
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), patienceMs);
  });
  try {
    const answer = await Promise.race([pool.query('SELECT 1'), late]);
    return answer === 'late' ? 'database-away' : 'ok';
  } catch {
    // Why is in the log of whoever needed it for work.
    return 'database-away';
  } finally {
    clearTimeout(timer);
  }
}
