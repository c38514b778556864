/**
 * The agent's side of the agent protocol: one method per request, JSON in and out. When to ask again is left to
 * the agent. Answers are not checked against the schemas: the server made them with the same ones, a claim of
 * 1,000 assignments would cost milliseconds, and the agent shall stay small.
 */
import {
  agentApiPath,
  type ClaimAnswer,
  type ClaimRequest,
  type EnrolAnswer,
  type EnrolRequest,
  type HeartbeatAnswer,
  type HeartbeatRequest,
  type JoinAnswer,
  type JoinRequest,
  type ProbeAnswer,
  type ReportsAnswer,
  type ReportsRequest,
  type ReturnsRequest,
} from '@gantry/model';

export interface AgentClientOptions {
  /** Such as `http://127.0.0.1:18080`. */
  readonly server: string;
  readonly token: string;
}

/** The server answered, with an error. `code` is that of its problem details, or `http-STATUS`. */
export class AgentRequestError extends Error {
  readonly status: number;
  readonly code: string;
  /** What to do about it. */
  readonly mend: string | undefined;

  constructor(status: number, code: string, message: string, mend?: string) {
    super(message);
    this.mend = mend;
    this.name = 'AgentRequestError';
    this.status = status;
    this.code = code;
  }
}

/** Beyond what the server may hold a request for, in ms. */
const patience = 15_000;

/** All methods throw `AgentRequestError` if the server refuses, and what `fetch` throws if it is not there. */
export class AgentClient {
  readonly #base: string;
  readonly #token: string;

  constructor(options: AgentClientOptions) {
    this.#base = `${options.server.replace(/\/+$/, '')}${agentApiPath}`;
    this.#token = options.token;
  }

  /** Changes an invitation's token for the right to join. */
  async enrol(request: EnrolRequest, signal?: AbortSignal): Promise<EnrolAnswer> {
    return (await this.#send('POST', '/credentials', request, signal)) as EnrolAnswer;
  }

  /** Has the server put a file into its store, to be looked for. */
  async probe(version: string, signal?: AbortSignal): Promise<ProbeAnswer> {
    return (await this.#send('POST', '/storage-probes', { version }, signal)) as ProbeAnswer;
  }

  async join(request: JoinRequest, signal?: AbortSignal): Promise<JoinAnswer> {
    return (await this.#send('POST', '/sessions', request, signal)) as JoinAnswer;
  }

  /** Returns after `waitSeconds` at the latest, with nothing if there is nothing. */
  async claim(request: ClaimRequest, signal?: AbortSignal): Promise<ClaimAnswer> {
    return (await this.#send('POST', '/claims', request, signal, request.waitSeconds * 1000)) as ClaimAnswer;
  }

  async report(request: ReportsRequest, signal?: AbortSignal): Promise<ReportsAnswer> {
    return (await this.#send('POST', '/reports', request, signal)) as ReportsAnswer;
  }

  async heartbeat(request: HeartbeatRequest, signal?: AbortSignal): Promise<HeartbeatAnswer> {
    return (await this.#send('POST', '/heartbeat', request, signal)) as HeartbeatAnswer;
  }

  async giveBack(request: ReturnsRequest, signal?: AbortSignal): Promise<void> {
    await this.#send('POST', '/returns', request, signal);
  }

  async leave(session: string, signal?: AbortSignal): Promise<void> {
    await this.#send('DELETE', `/sessions/${encodeURIComponent(session)}`, undefined, signal);
  }

  async #send(
    method: 'POST' | 'DELETE',
    path: string,
    body: object | undefined,
    signal: AbortSignal | undefined,
    held = 0,
  ): Promise<unknown> {
    const limit = AbortSignal.timeout(held + patience);
    const response = await fetch(`${this.#base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    const text = await response.text();
    if (response.ok) return text === '' ? undefined : (JSON.parse(text) as unknown);
    throw readProblem(response.status, text);
  }
}

function readProblem(status: number, text: string): AgentRequestError {
  let code = `http-${status}`;
  let message = `the server answered with status ${status}`;
  let mend: string | undefined;
  try {
    const problem: unknown = JSON.parse(text);
    if (typeof problem === 'object' && problem !== null) {
      if ('code' in problem && typeof problem.code === 'string') code = problem.code;
      if ('mend' in problem && typeof problem.mend === 'string') mend = problem.mend;
      if ('detail' in problem && typeof problem.detail === 'string') message = problem.detail;
      else if ('title' in problem && typeof problem.title === 'string') message = problem.title;
    }
  } catch {
    // Not problem details: a proxy's page. The status is all there is to say.
  }
  return new AgentRequestError(status, code, message, mend);
}
