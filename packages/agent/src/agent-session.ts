/**
 * One session with the server, from joining to its end: claims, runs, reports, keeps the lease. Rejoining, and
 * the folder that outlives sessions, are left to the agent.
 */
import type { AgentClient } from '@gantry/client';
import {
  maxAgentBlock,
  type AgentCapacity,
  type Assignment,
  type JoinAnswer,
  type Report,
} from '@gantry/model';
import { removeFolder, type Runner } from '@gantry/runners';
import { AssignmentQueue } from './assignment-queue.ts';
import { Backoff, pause } from './backoff.ts';
import { ClaimLoop } from './claim-loop.ts';
import { ClaimSize } from './claim-size.ts';
import type { MachineLoad } from './machine-load.ts';
import { leaveServer, leaveServerUntilHeard } from './leave-server.ts';
import { Lease } from './lease.ts';
import { isSessionGone, isUnauthorized, judgeRefusal } from './refusals.ts';
import { Reporter } from './reporter.ts';

/**
 * - `stopped`: we were asked to stop, and the server knows it (or could not be told in time).
 * - `drained`: the server wants no more of this agent.
 * - `lost`: the lease has ended, or could not be kept; all that ran is killed.
 */
export type SessionEnd = 'stopped' | 'drained' | 'lost';

export interface SessionOptions {
  readonly client: AgentClient;
  readonly runner: Runner;
  readonly capacity: AgentCapacity;
  readonly joined: JoinAnswer;
  /** The tick at which the request to join was sent. */
  readonly joinedAt: number;
  readonly log: (line: string) => void;
  /** What the whole machine is doing. */
  readonly machine?: (() => MachineLoad | undefined) | undefined;
  /** What keeps attempts from going on, in words for people. */
  readonly trouble?: (() => string | undefined) | undefined;
}

const claimWaitSeconds = 10;
/** On an orderly stop: for what runs, for the last reports, and for the goodbye, in ms; under 10 s together. */
const stopGrace = 5_000;
const stopReports = 2_000;
const stopLeave = 2_000;

export class AgentSession {
  readonly #options: SessionOptions;
  readonly #client: AgentClient;
  readonly #runner: Runner;
  readonly #session: string;
  readonly #queue: AssignmentQueue;
  readonly #claimSize = new ClaimSize();
  readonly #lease: Lease;
  readonly #reporter: Reporter;
  readonly #claims: ClaimLoop;
  /** All that is ours: waiting, running, or not yet acknowledged. */
  readonly #held = new Map<number, Assignment>();
  readonly #running = new Set<number>();
  /** Killed because the session ends: not reported, the server makes them ready again. */
  readonly #abandoned = new Set<number>();
  /** Aborted when nothing more is to be claimed. */
  readonly #closing = new AbortController();
  /** Aborted when the session is over. */
  readonly #over = new AbortController();
  readonly #outcome = Promise.withResolvers<SessionEnd>();
  #capacity: AgentCapacity;
  #ending: SessionEnd | undefined;
  #room = Promise.withResolvers<void>();

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#runner = options.runner;
    this.#session = options.joined.session;
    this.#capacity = options.capacity;
    this.#queue = new AssignmentQueue(options.capacity);
    this.#lease = new Lease(
      () => void this.#end('lost', 'the server could not be reached before the lease ended'),
    );
    this.#claims = new ClaimLoop({
      wanted: () => this.#claimSize.wanted(this.#queue.freeSlots, this.#queue.waitingCount),
      hasRoom: () => this.#room.promise,
      settle: () => this.#beat(),
      claim: async (limit, signal) => {
        const request = { session: this.#session, limit, waitSeconds: claimWaitSeconds };
        return (await this.#client.claim(request, signal)).assignments;
      },
      take: (assignments) => this.#take(assignments),
      onFailed: (error) => this.#fail(error),
    });
    this.#reporter = new Reporter({
      send: async (reports) =>
        (await this.#client.report({ session: this.#session, reports }, this.#over.signal)).refused,
      onAnswered: (attempt, refused) => this.#settle(attempt, refused),
      judge: judgeRefusal,
      onFailed: (error) => this.#fail(error),
    });
  }

  /** The attempts that are ours. */
  get held(): ReadonlySet<number> {
    return new Set(this.#held.keys());
  }

  /** Resolves when the session is over and nothing of it runs. Throws if the token is refused. */
  async run(stop: AbortSignal): Promise<SessionEnd> {
    const unsubscribe = this.#runner.onFinished((report) => this.#onFinished(report));
    const onStop = (): void => void this.#end('stopped', 'asked to stop');
    stop.addEventListener('abort', onStop, { once: true });
    if (stop.aborted) onStop();
    this.#lease.renew(this.#options.joinedAt, this.#options.joined.leaseSeconds);
    void this.#keepHeartbeat();
    void this.#claims.run(this.#closing.signal);
    try {
      return await this.#outcome.promise;
    } finally {
      stop.removeEventListener('abort', onStop);
      unsubscribe();
      this.#over.abort();
      this.#closing.abort();
      this.#reporter.close();
      this.#lease.close();
      await this.#runner.cancel([...this.#running], 0);
      // What was never reported nobody will read. What was reported the server may have kept although its answer
      // did not reach us: those outputs are left to the server's own sweep.
      const reported = new Set(this.#reporter.pending);
      for (const { attempt, folder } of this.#held.values()) {
        if (!reported.has(attempt)) await this.#remove(folder);
      }
    }
  }

  // ---- Claiming and starting ----

  #take(assignments: readonly Assignment[]): void {
    for (const assignment of assignments) {
      this.#held.set(assignment.attempt, assignment);
      this.#claimSize.noteBatch(assignment.batch ?? 1);
    }
    const fitting = assignments.filter((assignment) => !this.#queue.exceeds(assignment));
    // The server hands out nothing that this agent, as it joined, has no room for.
    for (const assignment of assignments) if (this.#queue.exceeds(assignment)) this.#refuse(assignment);
    this.#queue.add(fitting);
    if (this.#closing.signal.aborted) void this.#giveBack(this.#queue.waiting);
    else this.#startWhatFits();
  }

  #refuse({ attempt, resources }: Assignment): void {
    const now = new Date().toISOString();
    const message = `It asks for ${resources.cpu} cores and ${resources.memory} bytes of memory, which this agent does not have.`;
    this.#reporter.add(
      {
        ...{ attempt, outcome: 'start-failed', message, startedAt: now, endedAt: now },
        ...{ resources: { wallSeconds: 0 }, outputs: [] },
      },
      this.#running.size > 0,
    );
  }

  #startWhatFits(): void {
    for (let unit = this.#queue.next(); unit !== undefined; unit = this.#queue.next()) {
      const attempts = unit.map(({ attempt }) => attempt);
      for (const attempt of attempts) this.#running.add(attempt);
      this.#runner.submit(unit).catch((error: unknown) => {
        this.#options.log(`could not be submitted: ${attempts.join(', ')}: ${String(error)}`);
        for (const attempt of attempts) {
          this.#running.delete(attempt);
          this.#queue.release(attempt);
        }
        void this.#giveBack(attempts);
      });
    }
    this.#noteRoom();
  }

  #noteRoom(): void {
    const room = this.#room;
    this.#room = Promise.withResolvers<void>();
    room.resolve();
  }

  #onFinished(report: Report): void {
    const { attempt } = report;
    if (!this.#running.delete(attempt)) return;
    void this.#runner.release([attempt]);
    this.#queue.release(attempt);
    this.#claimSize.noteEnded();
    // One that ended well before the killing reached it is still told.
    if (this.#ending === undefined) this.#startWhatFits();
    const told = !this.#abandoned.has(attempt) || report.outcome === 'succeeded';
    if (told) this.#reporter.add(report, this.#running.size > 0);
    if (this.#ending === 'drained') void this.#finishDrain();
  }

  /** The server has answered for this attempt: it is no longer ours. */
  #settle(attempt: number, refused: boolean): void {
    const assignment = this.#held.get(attempt);
    this.#held.delete(attempt);
    if (refused && assignment !== undefined) void this.#remove(assignment.folder);
    if (this.#ending === 'drained') void this.#finishDrain();
  }

  /** One that cannot be removed takes room, and no more: the agent goes on. */
  async #remove(folder: string): Promise<void> {
    try {
      await removeFolder(folder);
    } catch (error) {
      this.#options.log(`${folder} could not be removed: ${String(error)}`);
    }
  }

  /** If it fails, the next settled heartbeat tells the server the same. */
  async #giveBack(attempts: readonly number[]): Promise<void> {
    this.#queue.remove(attempts);
    for (const attempt of attempts) this.#held.delete(attempt);
    this.#noteRoom();
    for (let at = 0; at < attempts.length; at += maxAgentBlock) {
      const block = attempts.slice(at, at + maxAgentBlock);
      try {
        await this.#client.giveBack({ session: this.#session, attempts: block }, this.#over.signal);
      } catch (error) {
        if (isSessionGone(error) || isUnauthorized(error)) return this.#fail(error);
        this.#claims.unsettle();
      }
    }
  }

  // ---- The lease ----

  async #keepHeartbeat(): Promise<void> {
    const { signal } = this.#over;
    const backoff = new Backoff(2_000);
    while (!signal.aborted) {
      await pause(this.#options.joined.heartbeatSeconds * 1000, signal);
      while (!signal.aborted) {
        try {
          await this.#beat();
          backoff.reset();
          break;
        } catch (error) {
          if (signal.aborted) return;
          if (isSessionGone(error) || isUnauthorized(error)) return this.#fail(error);
          await backoff.wait(signal);
        }
      }
    }
  }

  #beat(): Promise<void> {
    return this.#claims.settleWhile((settled) => this.#sendHeartbeat(settled));
  }

  async #sendHeartbeat(settled: boolean): Promise<void> {
    const sentAt = performance.now();
    const limit = AbortSignal.timeout(Math.max(1_000, Math.min(10_000, this.#lease.left)));
    const waiting = this.#queue.waiting;
    const started = new Set(this.#held.keys());
    for (const attempt of waiting) started.delete(attempt);
    const answer = await this.#client.heartbeat(
      {
        session: this.#session,
        running: [...started],
        waiting,
        settled,
        load: this.#queue.taken,
        machine: this.#options.machine?.(),
        trouble: this.#options.trouble?.()?.slice(0, 1000),
      },
      AbortSignal.any([this.#over.signal, limit]),
    );
    if (this.#ending === 'lost') return;
    this.#lease.renew(sentAt, answer.leaseSeconds);
    this.#cancel(answer.cancel);
    if (answer.capacity !== undefined) this.#resize(answer.capacity);
    const unstarted = new Set(this.#queue.waiting);
    const wanted = answer.return.filter((attempt) => unstarted.has(attempt));
    if (wanted.length > 0) await this.#giveBack(wanted);
    if (answer.drain && this.#ending === undefined) this.#drain();
  }

  #resize(capacity: AgentCapacity): void {
    if (isSameCapacity(capacity, this.#capacity)) return;
    this.#capacity = capacity;
    this.#options.log(
      `takes ${capacity.slots} tasks, ${capacity.cpu} cores and ${Math.round(capacity.memory / 2 ** 20)} MiB from now on`,
    );
    this.#queue.resize(capacity);
    if (this.#ending === undefined) this.#startWhatFits();
  }

  #cancel(attempts: readonly number[]): void {
    const now = new Date().toISOString();
    for (const { attempt } of this.#queue.remove(attempts)) {
      const report: Report = {
        attempt,
        outcome: 'cancelled',
        message: 'it was cancelled before it started',
        startedAt: now,
        endedAt: now,
        resources: { wallSeconds: 0 },
        outputs: [],
      };
      this.#reporter.add(report, this.#running.size > 0);
    }
    this.#noteRoom();
    void this.#runner.cancel(attempts.filter((attempt) => this.#running.has(attempt)));
  }

  // ---- The ways to end ----

  #drain(): void {
    this.#options.log('draining: nothing more is claimed');
    this.#ending = 'drained';
    this.#closing.abort();
    this.#startWhatFits();
    void this.#giveBack(this.#queue.waiting).then(() => this.#finishDrain());
  }

  async #finishDrain(): Promise<void> {
    if (this.#running.size > 0 || this.#reporter.pending.length > 0 || this.#over.signal.aborted) return;
    await leaveServer(this.#client, this.#session, AbortSignal.timeout(stopLeave), this.#options.log);
    this.#outcome.resolve('drained');
  }

  #fail(error: unknown): void {
    if (isUnauthorized(error)) {
      this.#closing.abort();
      this.#outcome.reject(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    // The session is gone already: there is nobody to report to.
    this.#options.log('the server does not know this session any more');
    this.#ending = 'lost';
    this.#abandonAll();
    this.#outcome.resolve('lost');
  }

  async #end(how: 'stopped' | 'lost', why: string): Promise<void> {
    if (this.#ending === 'stopped' || this.#ending === 'lost') return;
    this.#ending = how;
    this.#options.log(`${why}: killing what runs (${this.#running.size})`);
    const grace = how === 'stopped' ? stopGrace : Lease.margin(this.#options.joined.leaseSeconds) / 2;
    const killing = this.#runner.cancel(this.#abandonAll(), grace);
    if (how === 'stopped') {
      await killing;
      await Promise.race([this.#reporter.whenIdle(), pause(stopReports, this.#over.signal)]);
      await leaveServer(this.#client, this.#session, AbortSignal.timeout(stopLeave), this.#options.log);
      this.#outcome.resolve('stopped');
      return;
    }
    await killing;
    // After a time without a server every session has a full lease, so that what ended before may still be told;
    // if this one is gone, the reporter hears of it, and it ends in #fail.
    await this.#reporter.whenIdle();
    await leaveServerUntilHeard(this.#client, this.#session, this.#over.signal);
    this.#outcome.resolve('lost');
  }

  /** Nothing more is claimed or started; what runs is not reported. Returns what runs. */
  #abandonAll(): number[] {
    this.#closing.abort();
    this.#noteRoom();
    for (const { attempt } of this.#queue.remove(this.#queue.waiting)) this.#held.delete(attempt);
    for (const attempt of this.#running) this.#abandoned.add(attempt);
    return [...this.#running];
  }
}

function isSameCapacity(one: AgentCapacity, other: AgentCapacity): boolean {
  return (
    one.cpu === other.cpu &&
    one.memory === other.memory &&
    one.slots === other.slots &&
    (one.gpu ?? 0) === (other.gpu ?? 0)
  );
}
