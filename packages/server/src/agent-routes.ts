/**
 * What agents call. The protocol is `agent-protocol.ts` of the model.
 */
import { join } from 'node:path';
import {
  agentApiPath,
  claimAnswerSchema,
  claimRequestSchema,
  GantryError,
  heartbeatAnswerSchema,
  heartbeatRequestSchema,
  isGantryError,
  joinAnswerSchema,
  joinRequestSchema,
  reportsAnswerSchema,
  reportsRequestSchema,
  returnsRequestSchema,
  type Assignment,
  type ClaimAnswer,
  type HeartbeatAnswer,
  type JoinAnswer,
  type Report,
  type ReportsAnswer,
} from '@gantry/model';
import {
  claimTasks,
  endSession,
  heldAttempts,
  isDraining,
  openSession,
  renewSession,
  requireSession,
  settleAttempts,
  type ClaimedTask,
  type EndedAttempt,
} from '@gantry/engine';
import { z } from 'zod';
import { nothing } from './answers.ts';
import { buildAssignment } from './build-assignment.ts';
import { heartbeatSeconds, leaseSeconds, type ServerContext } from './context.ts';
import { removeAttempts } from './remove-attempts.ts';
import { route, type Route } from './routes.ts';
import { waitForWork } from './wait-for-work.ts';

export function agentRoutes(context: ServerContext): Route[] {
  const { engine } = context;
  return [
    route({
      method: 'POST',
      path: `${agentApiPath}/sessions`,
      who: 'agent',
      operation: 'joinAgent',
      summary: 'Opens an agent’s session',
      schemas: { body: joinRequestSchema, answer: joinAnswerSchema },
      async handle({ body }): Promise<JoinAnswer> {
        const { session, lost } = await openSession(engine, { ...body, leaseSeconds });
        await removeAttempts(context, lost);
        return {
          session: String(session),
          leaseSeconds,
          heartbeatSeconds,
          storeFolder: context.data.store,
          logFolder: logFolder(context, body.name, session),
        };
      },
    }),
    route({
      method: 'POST',
      path: `${agentApiPath}/claims`,
      who: 'agent',
      operation: 'claimTasks',
      summary: 'Claims tasks; held while there are none',
      schemas: { body: claimRequestSchema, answer: claimAnswerSchema },
      async handle({ body, reply }): Promise<ClaimAnswer> {
        const session = sessionNumber(body.session);
        await requireSession(engine, session);
        const gone = new AbortController();
        reply.raw.once('close', () => {
          gone.abort();
        });
        const signal = AbortSignal.any([context.closing, gone.signal]);
        const claimed = await waitForWork(engine, body.waitSeconds, signal, () =>
          claimTasks(engine, session, Math.min(body.limit, 1000)),
        );
        if (gone.signal.aborted) {
          await giveBack(
            context,
            session,
            claimed.map(({ attempt }) => attempt),
          );
          return { assignments: [] };
        }
        return { assignments: await assign(context, session, claimed) };
      },
    }),
    route({
      method: 'POST',
      path: `${agentApiPath}/reports`,
      who: 'agent',
      operation: 'reportAttempts',
      summary: 'Reports how attempts ended',
      schemas: { body: reportsRequestSchema, answer: reportsAnswerSchema },
      async handle({ body }): Promise<ReportsAnswer> {
        const session = sessionNumber(body.session);
        const { refused, unused } = await settleAttempts(engine, session, body.reports.map(endedAttempt));
        for (const { attempt, outcome } of body.reports)
          if (!refused.includes(attempt)) context.metrics.countAttempt(outcome);
        await removeAttempts(context, unused);
        return { refused: [...refused] };
      },
    }),
    route({
      method: 'POST',
      path: `${agentApiPath}/heartbeat`,
      who: 'agent',
      operation: 'renewSession',
      summary: 'Renews a session’s lease',
      schemas: { body: heartbeatRequestSchema, answer: heartbeatAnswerSchema },
      async handle({ body }): Promise<HeartbeatAnswer> {
        const session = sessionNumber(body.session);
        const { load, running, waiting } = body;
        await renewSession(
          engine,
          session,
          leaseSeconds,
          load === undefined ? null : { ...load, running: running.length, waiting: waiting.length },
        );
        const held = await heldAttempts(engine, session);
        const known = new Set([...body.running, ...body.waiting]);
        if (body.settled) {
          // The answer of a claim that never arrived.
          const astray = held.filter(({ attempt }) => !known.has(attempt));
          await giveBack(
            context,
            session,
            astray.map(({ attempt }) => attempt),
          );
        }
        const holds = new Set(held.map(({ attempt }) => attempt));
        const gone = [...known].filter((attempt) => !holds.has(attempt));
        return {
          leaseSeconds,
          cancel: [...held.filter(({ cancel }) => cancel).map(({ attempt }) => attempt), ...gone],
          return: held.filter(({ unwanted }) => unwanted).map(({ attempt }) => attempt),
          drain: await isDraining(engine, session),
        };
      },
    }),
    route({
      method: 'POST',
      path: `${agentApiPath}/returns`,
      who: 'agent',
      operation: 'returnAttempts',
      summary: 'Gives back attempts that have not started',
      schemas: { body: returnsRequestSchema, answer: nothing },
      async handle({ body }): Promise<void> {
        await giveBack(context, sessionNumber(body.session), body.attempts);
      },
    }),
    route({
      method: 'DELETE',
      path: `${agentApiPath}/sessions/:session`,
      who: 'agent',
      operation: 'leaveAgent',
      summary: 'Ends a session; what it holds is ready again',
      schemas: { params: z.object({ session: z.string() }), answer: nothing },
      async handle({ params }): Promise<void> {
        await endSession(engine, sessionNumber(params.session), 'returned');
      },
    }),
  ];
}

/** Where an agent of that name writes the logs of a session. */
export function logFolder(context: ServerContext, agent: string, session: number): string {
  return join(context.data.logs, encodeURIComponent(agent).replaceAll('.', '%2E'), String(session));
}

function sessionNumber(text: string): number {
  const session = Number(text);
  if (Number.isInteger(session) && session > 0 && session <= 2_147_483_647) return session;
  throw new GantryError('unknown-session', `There is no session ${text}.`, { mend: 'Join again.' });
}

/** Assignments of the tasks; one whose templates cannot be filled fails at once, with the reason. */
async function assign(
  context: ServerContext,
  session: number,
  claimed: readonly ClaimedTask[],
): Promise<Assignment[]> {
  const assignments: Assignment[] = [];
  const failed: EndedAttempt[] = [];
  for (const task of claimed) {
    try {
      assignments.push(buildAssignment(task, context.data.store));
    } catch (error) {
      if (!isGantryError(error)) throw error;
      const message = error.mend === undefined ? error.message : `${error.message} ${error.mend}`;
      failed.push({ attempt: task.attempt, end: 'start-failed', made: [], message });
    }
  }
  if (failed.length > 0) await settleAttempts(context.engine, session, failed);
  return assignments;
}

function endedAttempt(report: Report): EndedAttempt {
  return {
    attempt: report.attempt,
    end: report.outcome,
    made: report.outputs,
    started: report.startedAt,
    ended: report.endedAt,
    exitCode: report.exitCode,
    signal: report.signal,
    message: report.message,
    resources: report.resources,
    results: report.results,
    log: report.log,
  };
}

async function giveBack(context: ServerContext, session: number, attempts: readonly number[]): Promise<void> {
  if (attempts.length === 0) return;
  await settleAttempts(
    context.engine,
    session,
    attempts.map((attempt) => ({ attempt, end: 'returned', made: [] })),
  );
}
