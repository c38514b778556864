/**
 * What agents call. The protocol is `agent-protocol.ts` of the model.
 */
import {
  agentApiPath,
  claimAnswerSchema,
  claimRequestSchema,
  GantryError,
  heartbeatAnswerSchema,
  heartbeatRequestSchema,
  isGantryError,
  isInnerPath,
  joinAnswerSchema,
  joinRequestSchema,
  reportsAnswerSchema,
  reportsRequestSchema,
  returnsRequestSchema,
  type Assignment,
  type ClaimAnswer,
  type HeartbeatAnswer,
  type JoinAnswer,
  type JoinRequest,
  type RemoteStorage,
  type Report,
  type ReportsAnswer,
} from '@gantry/model';
import {
  claimWork,
  endSession,
  heldAttempts,
  openSession,
  readOrders,
  renewSession,
  requireSession,
  settleAttempts,
  type ClaimedTask,
  type EndedAttempt,
  type SessionOwner,
} from '@gantry/engine';
import { z } from 'zod';
import { nothing } from './answers.ts';
import { buildAssignment } from './build-assignment.ts';
import { heartbeatSeconds, leaseSeconds, type ServerContext } from './context.ts';
import type { AgentCaller } from './hosts/agent-keys.ts';
import { checkVersion } from './hosts/check-version.ts';
import { seeAll, seeFromAfar } from './hosts/storage-view.ts';
import { logFolder } from './log-folder.ts';
import { removeAttempts } from './remove-attempts.ts';
import { route, type Route } from './routes.ts';
import { waitForWork } from './wait-for-work.ts';

export function agentRoutes(context: ServerContext): Route[] {
  const { engine, agents } = context;
  return [
    route({
      method: 'POST',
      path: `${agentApiPath}/sessions`,
      who: 'agent',
      operation: 'joinAgent',
      summary: 'Opens an agent’s session',
      schemas: { body: joinRequestSchema, answer: joinAnswerSchema },
      async handle({ body, caller }): Promise<JoinAnswer> {
        const storage = checkJoin(context, caller, body);
        const credential = caller === 'host' ? null : caller.credential;
        const { session, lost } = await openSession(engine, { ...body, credential, storage, leaseSeconds });
        await removeAttempts(context, lost);
        return {
          session: String(session),
          leaseSeconds,
          heartbeatSeconds,
          storeFolder: storage?.store ?? context.data.store,
          // Another machine writes its logs at home, and sends them.
          ...(storage === null ? { logFolder: logFolder(context.data, body.name, session) } : {}),
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
      async handle({ body, reply, caller }): Promise<ClaimAnswer> {
        const { id: session, owner } = await agents.session(caller, body.session);
        await requireSession(engine, session);
        const gone = new AbortController();
        reply.raw.once('close', () => {
          gone.abort();
        });
        const signal = AbortSignal.any([context.closing, gone.signal]);
        const claimed = await waitForWork(engine, body.waitSeconds, signal, () =>
          claimWork(engine, session, Math.min(body.limit, 1000), context.data.store),
        );
        if (gone.signal.aborted) {
          await giveBack(
            context,
            session,
            claimed.map(({ attempt }) => attempt),
          );
          return { assignments: [] };
        }
        return { assignments: await assign(context, session, owner, claimed) };
      },
    }),
    route({
      method: 'POST',
      path: `${agentApiPath}/reports`,
      who: 'agent',
      operation: 'reportAttempts',
      summary: 'Reports how attempts ended',
      schemas: { body: reportsRequestSchema, answer: reportsAnswerSchema },
      async handle({ body, caller }): Promise<ReportsAnswer> {
        const { id: session, owner } = await agents.session(caller, body.session);
        const reports =
          owner.storage === null ? body.reports : await checkMade(context, owner.storage, body.reports);
        const { refused, unused } = await settleAttempts(engine, session, reports.map(endedAttempt));
        for (const { attempt, outcome } of reports)
          if (!refused.includes(attempt)) context.metrics.countAttempt(outcome);
        await removeAttempts(context, unused);
        if (owner.storage?.kind === 'transfer') await forgetReceipts(context, reports, refused);
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
      async handle({ body, caller }): Promise<HeartbeatAnswer> {
        const { id: session, owner } = await agents.session(caller, body.session);
        const { load, running, waiting, trouble } = body;
        if (body.machine !== undefined) context.machines.note(owner.agent, body.machine);
        await renewSession(
          engine,
          session,
          leaseSeconds,
          load === undefined ? null : { ...load, running: running.length, waiting: waiting.length, trouble },
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
        const { drain, capacity } = await readOrders(engine, session);
        return {
          leaseSeconds,
          cancel: [...held.filter(({ cancel }) => cancel).map(({ attempt }) => attempt), ...gone],
          return: held.filter(({ unwanted }) => unwanted).map(({ attempt }) => attempt),
          drain,
          capacity,
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
      async handle({ body, caller }): Promise<void> {
        const { id: session } = await agents.session(caller, body.session);
        await giveBack(context, session, body.attempts);
      },
    }),
    route({
      method: 'DELETE',
      path: `${agentApiPath}/sessions/:session`,
      who: 'agent',
      operation: 'leaveAgent',
      summary: 'Ends a session; what it holds is ready again',
      schemas: { params: z.object({ session: z.string() }), answer: nothing },
      async handle({ params, caller }): Promise<void> {
        const { id: session } = await agents.session(caller, params.session);
        await removeAttempts(context, await endSession(engine, session, 'returned'));
      },
    }),
  ];
}

/**
 * How the agent reaches the bytes: null for that of the server's host.
 * @throws GantryError `version-mismatch`, `agent-name-fixed`, `agent-name-in-use`
 */
function checkJoin(context: ServerContext, caller: AgentCaller, request: JoinRequest): RemoteStorage | null {
  if (caller === 'host') return request.storage ?? null;
  checkVersion(request.version, context.version);
  if (request.name !== caller.name) {
    throw new GantryError(
      'agent-name-fixed',
      `The agent was invited as "${caller.name}", and is not "${request.name}".`,
      { field: 'name', mend: `Leave --name out, or give --name ${caller.name}.` },
    );
  }
  if (request.storage !== undefined) return request.storage;
  throw new GantryError(
    'bad-request',
    'body.storage: an agent of another machine says how it reaches the bytes',
    {
      field: 'body.storage',
      mend: 'Start it with `gantry agent`.',
    },
  );
}

/**
 * Reports of another machine: one of outputs that lie elsewhere than in the attempt's own folder, or that were to be sent
 * and have not arrived, is of a failure.
 */
async function checkMade(
  context: ServerContext,
  storage: RemoteStorage,
  reports: readonly Report[],
): Promise<Report[]> {
  return Promise.all(
    reports.map(async (report): Promise<Report> => {
      const folder = sentFolder(report);
      if (folder === undefined) return report;
      const isOwn = folder !== '' && report.outputs.every(({ path }) => isWithin(path, folder));
      const isThere = storage.kind === 'shared' || (await context.uploads.has(folder, report.outputs));
      if (isOwn && isThere) return report;
      return {
        ...report,
        outcome: 'failed',
        outputs: [],
        message: isOwn
          ? 'its outputs did not arrive at the server as the agent reports them'
          : 'the agent reports outputs that do not lie in the attempt’s own folder',
      };
    }),
  );
}

function isWithin(path: string, folder: string): boolean {
  return isInnerPath(path) && path.startsWith(`${folder}/`);
}

async function forgetReceipts(
  context: ServerContext,
  reports: readonly Report[],
  refused: readonly number[],
): Promise<void> {
  for (const report of reports) {
    const folder = sentFolder(report);
    if (folder === undefined || refused.includes(report.attempt)) continue;
    await context.uploads.forget(folder);
  }
}

/** The attempt's folder, relative to the store: run, stage, shard, attempt. Undefined where nothing is to be there. */
function sentFolder({ attempt, outcome, outputs: [first] }: Report): string | undefined {
  if (outcome !== 'succeeded' || first === undefined) return undefined;
  const parts = first.path.split('/').slice(0, 4);
  return isInnerPath(first.path) && parts[3] === String(attempt) ? parts.join('/') : '';
}

/** Assignments of the tasks; one whose templates cannot be filled fails at once, with the reason. */
async function assign(
  context: ServerContext,
  session: number,
  { storage }: SessionOwner,
  claimed: readonly ClaimedTask[],
): Promise<Assignment[]> {
  const { store } = context.data;
  const view =
    storage === null
      ? seeAll(store)
      : seeFromAfar({
          storage,
          store,
          standardTools: context.standardTools,
          ticket: (path) => context.tickets.issue(session, path),
        });
  const assignments: Assignment[] = [];
  const failed: EndedAttempt[] = [];
  for (const task of claimed) {
    try {
      assignments.push(buildAssignment(task, store, view));
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
