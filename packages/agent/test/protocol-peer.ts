/**
 * A small server that speaks the agent protocol, for tests of the agent alone: it checks every body against the
 * schemas, hands out what it is given, and can go away, forget sessions and lose answers.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  agentApiPath,
  claimRequestSchema,
  heartbeatRequestSchema,
  joinRequestSchema,
  reportsRequestSchema,
  returnsRequestSchema,
  type Assignment,
  type HeartbeatRequest,
  type JoinAnswer,
  type JoinRequest,
  type Report,
} from '@gantry/model';

export interface PeerOptions {
  readonly storeFolder: string;
  readonly logFolder?: string;
  readonly leaseSeconds?: number;
  readonly heartbeatSeconds?: number;
}

export class ProtocolPeer {
  readonly token = 'the token of this test';
  readonly ready: Assignment[] = [];
  readonly reports = new Map<number, Report>();
  readonly reportTimes: number[] = [];
  readonly joins: JoinRequest[] = [];
  readonly left: string[] = [];
  readonly returned: number[] = [];
  readonly heartbeats: HeartbeatRequest[] = [];
  readonly claimLimits: number[] = [];
  readonly problems: string[] = [];
  readonly sessions = new Set<string>();
  readonly refuse = new Set<number>();
  readonly cancel = new Set<number>();
  readonly takeBack = new Set<number>();
  drain = false;
  /** Another agent of the name is alive. */
  nameInUse = false;
  /** The next claim that gives something is served, and its answer is lost. */
  loseNextClaim = false;
  /** Reports are kept, and their answers lost. */
  loseReportAnswers = false;
  readonly #options: PeerOptions;
  readonly #waiting = new Set<() => void>();
  #server: Server | undefined;
  #port = 0;
  #count = 0;

  constructor(options: PeerOptions) {
    this.#options = options;
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts, or starts again at the same port. */
  async up(): Promise<void> {
    const server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        this.problems.push(String(error));
        response.destroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async down(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    this.#wake();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  add(...assignments: Assignment[]): void {
    this.ready.push(...assignments);
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.authorization !== `Bearer ${this.token}`) {
      return send(response, 401, { code: 'unauthorized', detail: 'no such token' });
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const what = `${request.method ?? ''} ${(request.url ?? '').slice(agentApiPath.length)}`;
    switch (what) {
      case 'POST /sessions':
        return this.#join(joinRequestSchema.parse(body), response);
      case 'POST /claims': {
        const { session, limit, waitSeconds } = claimRequestSchema.parse(body);
        if (!this.#knows(session, response)) return;
        this.claimLimits.push(limit);
        return this.#claim(limit, waitSeconds, response);
      }
      case 'POST /reports': {
        const { session, reports } = reportsRequestSchema.parse(body);
        if (!this.#knows(session, response)) return;
        return this.#report(reports, response);
      }
      case 'POST /heartbeat': {
        const heartbeat = heartbeatRequestSchema.parse(body);
        if (!this.#knows(heartbeat.session, response)) return;
        this.heartbeats.push(heartbeat);
        const answer = { cancel: [...this.cancel], return: [...this.takeBack], drain: this.drain };
        return send(response, 200, { leaseSeconds: this.#options.leaseSeconds ?? 30, ...answer });
      }
      case 'POST /returns': {
        const { session, attempts } = returnsRequestSchema.parse(body);
        if (!this.#knows(session, response)) return;
        this.returned.push(...attempts);
        return send(response, 204, undefined);
      }
    }
    const session = /^DELETE \/sessions\/(.+)$/.exec(what)?.[1];
    if (session === undefined) throw new Error(`the agent asked for ${what}`);
    if (!this.#knows(session, response)) return;
    this.sessions.delete(session);
    this.left.push(session);
    send(response, 204, undefined);
  }

  #join(request: JoinRequest, response: ServerResponse): void {
    if (this.nameInUse) {
      const detail = `Another agent named "${request.name}" is at work, on the host there.`;
      send(response, 409, { code: 'agent-name-in-use', detail });
      return;
    }
    this.#count += 1;
    const session = `session-${this.#count}`;
    this.joins.push(request);
    this.sessions.add(session);
    const answer: JoinAnswer = {
      session,
      leaseSeconds: this.#options.leaseSeconds ?? 30,
      heartbeatSeconds: this.#options.heartbeatSeconds ?? 0.1,
      storeFolder: this.#options.storeFolder,
      ...(this.#options.logFolder === undefined ? {} : { logFolder: this.#options.logFolder }),
    };
    send(response, 200, answer);
  }

  async #claim(limit: number, waitSeconds: number, response: ServerResponse): Promise<void> {
    const end = Date.now() + waitSeconds * 1000;
    while (this.ready.length === 0 && Date.now() < end && this.#server !== undefined && !response.destroyed) {
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
        setTimeout(resolve, Math.min(500, end - Date.now()));
      });
    }
    if (response.destroyed) return;
    const assignments = this.ready.splice(0, limit);
    if (this.loseNextClaim && assignments.length > 0) {
      this.loseNextClaim = false;
      response.destroy();
      return;
    }
    send(response, 200, { assignments });
  }

  #report(reports: readonly Report[], response: ServerResponse): void {
    this.reportTimes.push(reports.length);
    const refused = reports.map(({ attempt }) => attempt).filter((attempt) => this.refuse.has(attempt));
    for (const report of reports) {
      const known = this.reports.get(report.attempt);
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(report)) {
        this.problems.push(`two different reports of ${report.attempt}`);
      }
      this.reports.set(report.attempt, report);
    }
    if (this.loseReportAnswers) response.destroy();
    else send(response, 200, { refused });
  }

  #knows(session: string, response: ServerResponse): boolean {
    if (this.sessions.has(session)) return true;
    send(response, 404, { code: 'unknown-session', detail: `there is no session ${session}` });
    return false;
  }
}

function send(response: ServerResponse, status: number, body: object | undefined): void {
  response.writeHead(status, {
    'content-type': status < 400 ? 'application/json' : 'application/problem+json',
  });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
