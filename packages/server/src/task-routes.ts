/**
 * Tasks: why one is in its state, and its log.
 */
import { Readable } from 'node:stream';
import { explainTask, findLog, findTask, type FoundLog } from '@gantry/engine';
import {
  foundTaskSchema,
  GantryError,
  logEndQuerySchema,
  logEndSchema,
  logLineSchema,
  taskExplanationSchema,
  userApiPath,
  type LogEnd,
  type LogLine,
  type TaskExplanation,
} from '@gantry/model';
import { followLog, readLog, readLogEnd, type LogRecord, type LogReference } from '@gantry/storage';
import { z } from 'zod';
import { logFolder } from './log-folder.ts';
import { media } from './answers.ts';
import type { ServerContext } from './context.ts';
import { lastLines } from './last-lines.ts';
import { readPlace } from './read-place.ts';
import { rowId, taskParams } from './path-params.ts';
import { route, type Route } from './routes.ts';

const placeQuery = z.object({
  run: rowId,
  stage: z.string().min(1),
  /** `row=1,col=2`; empty for a stage without axes. */
  place: z
    .string()
    .regex(/^(?:[^=,]+=-?\d+(?:,[^=,]+=-?\d+)*)?$/, 'must be written as row=1,col=2')
    .default(''),
});
const logQuery = z.object({
  attempt: z.coerce.number().int().positive().optional(),
  follow: z.enum(['true', 'false']).default('false'),
});

export function taskRoutes(context: ServerContext): Route[] {
  const { engine } = context;
  return [
    route({
      method: 'GET',
      path: `${userApiPath}/tasks`,
      who: 'owner',
      operation: 'findTask',
      summary: 'Finds the task of a stage at a place',
      schemas: { query: placeQuery, answer: foundTaskSchema },
      async handle({ query }): Promise<{ id: number }> {
        return { id: await findTask(engine, query.run, query.stage, readPlace(query.place)) };
      },
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/tasks/:id`,
      who: 'owner',
      operation: 'explainTask',
      summary: 'Says why a task is in its state',
      schemas: { params: taskParams, answer: taskExplanationSchema },
      handle: ({ params }): Promise<TaskExplanation> => explainTask(engine, params.id, context.data.store),
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/tasks/:id/log`,
      who: 'owner',
      operation: 'readLog',
      summary: 'Hands over the log of an attempt, a line of JSON per line',
      schemas: { params: taskParams, query: logQuery, answer: media('application/x-ndjson', logLineSchema) },
      async handle({ params, query, reply }): Promise<unknown> {
        const found = await requireLog(context, params.id, query.attempt);
        const folder = logFolder(context.data, found.agent, found.session);
        const gone = new AbortController();
        reply.raw.once('close', () => {
          gone.abort();
        });
        const records =
          query.follow === 'true' && found.running
            ? followWhileRunning(context, params.id, found.attempt, folder, gone.signal)
            : readLog(folder, found.attempt, found.reference as LogReference | undefined);
        return reply.type('application/x-ndjson').send(Readable.from(toLines(records)));
      },
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/tasks/:id/log/end`,
      who: 'owner',
      operation: 'readLogEnd',
      summary: 'Hands over the last lines of the log of an attempt',
      schemas: { params: taskParams, query: logEndQuerySchema, answer: logEndSchema },
      async handle({ params, query }): Promise<LogEnd> {
        const { agent, session, attempt, reference } = await requireLog(context, params.id, query.attempt);
        const { records, whole } = await readLogEnd(
          logFolder(context.data, agent, session),
          attempt,
          query.lines * usualLineBytes,
          (reference as LogReference | undefined) ?? undefined,
        );
        return { attempt, ...lastLines(records, whole, query.lines) };
      },
    }),
  ];
}

/** So many bytes of a log are looked at for every line that is wanted. */
const usualLineBytes = 500;

async function requireLog(
  context: ServerContext,
  task: number,
  attempt: number | undefined,
): Promise<FoundLog> {
  const found = await findLog(context.engine, task, attempt);
  if (found !== undefined) return found;
  const { state } = await explainTask(context.engine, task, context.data.store);
  throw new GantryError(
    'unknown-attempt',
    attempt === undefined
      ? `The task ${task} has not run yet: it is ${state}, and has no log.`
      : `The task ${task} has no attempt ${attempt}.`,
    { mend: `\`gantry explain ${task}\` says why, and lists its attempts.` },
  );
}

/** How often a followed attempt is looked at, in ms. */
const lookEveryMs = 1000;

/**
 * Follows an attempt's log to its end. An attempt whose agent went away leaves a log without one: it ends where the
 * attempt does, after what came last was read.
 */
async function* followWhileRunning(
  context: ServerContext,
  task: number,
  attempt: number,
  folder: string,
  gone: AbortSignal,
): AsyncGenerator<LogRecord> {
  const over = new AbortController();
  const look = setInterval(() => {
    findLog(context.engine, task, attempt)
      .then((found) => {
        if (found?.running !== true) over.abort();
      })
      .catch((error: unknown) => {
        context.log(`the attempt ${attempt} could not be looked at: ${String(error)}`);
      });
  }, lookEveryMs);
  try {
    const signal = AbortSignal.any([over.signal, gone, context.closing]);
    yield* followLog(folder, attempt, { signal, over: over.signal });
  } finally {
    clearInterval(look);
  }
}

async function* toLines(records: AsyncIterable<LogRecord>): AsyncGenerator<string> {
  for await (const record of records) {
    const line: LogLine = {
      stream: record.stream,
      time: new Date(record.time).toISOString(),
      text: Buffer.from(record.bytes).toString('utf8'),
    };
    yield `${JSON.stringify(line)}\n`;
  }
}
