/**
 * What agents of other machines call beyond the rest: changing an invitation for a credential, finding out what they see
 * of the store, and the bytes of inputs, outputs and logs.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  enrolAgent,
  findHeldAttempt,
  findUnwantedAttempt,
  requireSession,
  type LostAttempt,
} from '@gantry/engine';
import {
  agentApiPath,
  enrolAnswerSchema,
  enrolRequestSchema,
  GantryError,
  isInnerPath,
  probeAnswerSchema,
  probeRequestSchema,
  receivedRequestSchema,
  uploadStateSchema,
  type EnrolAnswer,
  type ProbeAnswer,
  type UploadState,
} from '@gantry/model';
import { attemptFolder } from '@gantry/storage';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { media, nothing } from '../answers.ts';
import type { ServerContext } from '../context.ts';
import { logFolder } from '../log-folder.ts';
import { removeAttempts } from '../remove-attempts.ts';
import { route, type Route } from '../routes.ts';
import type { AgentCaller } from './agent-keys.ts';
import { Appender } from './append-stream.ts';
import { checkVersion } from './check-version.ts';
import { folderListType, sendPiece } from './send-piece.ts';
import { placeProbe } from './storage-probes.ts';

const size = z.coerce.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const session = z.string().min(1).max(20);
const attemptParams = z.object({ attempt: z.coerce.number().int().positive() });
const fileQuery = z.object({
  session,
  path: z.string().min(1).max(4096),
  ticket: z.string().min(1).max(200),
  /** A file within a folder. */
  inner: z.string().min(1).max(4096).optional(),
});
const outputQuery = z.object({ session, path: z.string().min(1).max(4096) });
const logQuery = z.object({
  file: z.string().regex(/^segment-\d{8,12}\.(?:log|index)$/, 'must be the name of a segment of a log'),
  offset: size,
});

/** A segment has 64 MiB, and a last frame beyond. */
const mostSegmentBytes = 512 * 2 ** 20;

/** Which server this is, as tokens name it. */
export function serverName(context: ServerContext): string {
  return createHash('sha256').update(context.data.id).digest('hex').slice(0, 8);
}

export function hostRoutes(context: ServerContext): Route[] {
  const { engine, uploads, agents } = context;
  const logs = new Appender();

  /** @throws GantryError `attempt-not-held` */
  const held = async (caller: AgentCaller, sessionText: string, attempt: number): Promise<string> => {
    const { id } = await agents.session(caller, sessionText);
    return folderOf(await requireHeld(context, id, attempt));
  };

  return [
    route({
      method: 'POST',
      path: `${agentApiPath}/credentials`,
      who: 'anyone',
      operation: 'enrolAgent',
      summary: 'Changes an invitation’s token, once, for the right to join',
      schemas: { body: enrolRequestSchema, answer: enrolAnswerSchema },
      async handle({ body }): Promise<EnrolAnswer> {
        checkVersion(body.version, context.version);
        const name = await enrolAgent(engine, serverName(context), body);
        context.log(`The machine ${body.host} has joined as the agent "${name}".`);
        return { name, server: serverName(context) };
      },
    }),
    route({
      method: 'POST',
      path: `${agentApiPath}/storage-probes`,
      who: 'agent',
      operation: 'probeStorage',
      summary: 'Puts a file into the store, by which an agent knows whether it sees it',
      schemas: { body: probeRequestSchema, answer: probeAnswerSchema },
      handle: ({ body }): Promise<ProbeAnswer> => {
        checkVersion(body.version, context.version);
        return placeProbe(context.data.store);
      },
    }),
    route({
      method: 'GET',
      path: `${agentApiPath}/files`,
      who: 'agent',
      operation: 'fetchFile',
      summary: 'Hands over a file that an assignment names, from any byte on, or the list of a folder',
      schemas: { query: fileQuery, answer: media(['application/octet-stream', folderListType]) },
      async handle({ query, caller, request, reply }): Promise<unknown> {
        const { id } = await agents.session(caller, query.session);
        await requireSession(engine, id);
        context.tickets.check(id, query.path, query.ticket);
        if (query.inner !== undefined && !isInnerPath(query.inner)) {
          throw new GantryError('forbidden', `"${query.inner}" leaves its folder.`, {
            mend: 'Ask for what the folder’s list names.',
          });
        }
        return sendPiece(
          request,
          reply,
          query.inner === undefined ? query.path : join(query.path, query.inner),
        );
      },
    }),
    route({
      method: 'GET',
      path: `${agentApiPath}/attempts/:attempt/outputs`,
      who: 'agent',
      operation: 'measureUpload',
      summary: 'Says how much of an output was sent',
      schemas: { params: attemptParams, query: outputQuery, answer: uploadStateSchema },
      async handle({ params, query, caller }): Promise<UploadState> {
        const folder = await held(caller, query.session, params.attempt);
        return { offset: await uploads.sizeOf(folder, query.path) };
      },
    }),
    route({
      method: 'PUT',
      path: `${agentApiPath}/attempts/:attempt/outputs`,
      who: 'agent',
      operation: 'sendOutput',
      summary: 'Takes bytes of an output, behind those that were sent',
      schemas: {
        params: attemptParams,
        query: outputQuery.extend({ offset: size, size }),
        answer: uploadStateSchema,
      },
      async handle({ params, query, caller, request, reply }): Promise<UploadState> {
        endUnlessRead(request, reply);
        const folder = await held(caller, query.session, params.attempt);
        try {
          const { path, offset, size: most } = query;
          return {
            offset: await uploads.append(folder, { path, offset, size: most, body: bodyOf(request) }),
          };
        } finally {
          // It may have been lost, and its folder removed, while the bytes came.
          await requireHeld(context, Number(query.session), params.attempt);
        }
      },
    }),
    route({
      method: 'POST',
      path: `${agentApiPath}/attempts/:attempt/received`,
      who: 'agent',
      operation: 'receiveOutputs',
      summary: 'Checks outputs that were sent, and puts them on the disk',
      schemas: { params: attemptParams, body: receivedRequestSchema, answer: nothing },
      async handle({ params, body, caller }): Promise<void> {
        const folder = await held(caller, body.session, params.attempt);
        await uploads.receive(folder, body.outputs, body.emptyFolders);
        await requireHeld(context, Number(body.session), params.attempt);
      },
    }),
    route({
      method: 'PUT',
      path: `${agentApiPath}/sessions/:session/logs`,
      who: 'agent',
      operation: 'sendLog',
      summary: 'Takes bytes of a segment of a session’s log, behind those that were sent',
      schemas: {
        params: z.object({ session }),
        query: logQuery,
        answer: uploadStateSchema,
      },
      async handle({ params, query, caller, request, reply }): Promise<UploadState> {
        endUnlessRead(request, reply);
        const { id, owner } = await agents.session(caller, params.session);
        const path = join(logFolder(context.data, owner.agent, id), query.file);
        const there = await logs.sizeOf(path);
        // What comes a second time, as an answer was lost, is passed over.
        if (there !== query.offset) return { offset: there };
        const body = bodyOf(request);
        return { offset: await logs.append({ path, offset: there, most: mostSegmentBytes, body }) };
      },
    }),
  ];
}

/** The attempt, which is refused and whose files are removed where the session does not hold it (any more). */
async function requireHeld(context: ServerContext, session: number, attempt: number): Promise<LostAttempt> {
  const found = await findHeldAttempt(context.engine, session, attempt);
  if (found !== undefined) return found;
  const unwanted = await findUnwantedAttempt(context.engine, session, attempt);
  if (unwanted !== undefined) await removeAttempts(context, [unwanted]);
  throw new GantryError('attempt-not-held', `The session ${session} does not hold the attempt ${attempt}.`, {
    mend: 'It was lost or cancelled: what it made is not wanted.',
  });
}

function folderOf({ run, stage, attempt }: LostAttempt): string {
  return attemptFolder({ run, stage, attempt });
}

/** A body that is not read to its end would be in the way of the connection's next request. */
function endUnlessRead(request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('connection', 'close');
  request.raw.once('end', () => {
    if (!reply.raw.headersSent) void reply.removeHeader('connection');
  });
}

function bodyOf(request: FastifyRequest): Readable {
  const { body } = request;
  if (typeof body === 'object' && body !== null && 'pipe' in body) return body as Readable;
  // An empty file.
  if (request.headers['content-length'] === '0') return Readable.from([]);
  throw new GantryError('bad-request', 'The bytes are missing.', {
    field: 'body',
    mend: 'Send them as application/octet-stream.',
  });
}
