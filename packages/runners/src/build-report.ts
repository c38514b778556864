/** Puts a report together: the one place that knows its shape and bounds. */
import type { Assignment, LogReference, Report, ReportedOutput } from '@gantry/model';
import type { Judgement } from './judge-exit.ts';
import type { Usage } from './process-usage.ts';

const maxMessage = 4000;

export interface ReportParts {
  readonly judgement: Judgement;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly clock: AttemptClock;
  readonly usage?: Usage | undefined;
  readonly outputs?: ReportedOutput[] | undefined;
  readonly results?: Report['results'];
  readonly log?: LogReference | undefined;
}

/** When an attempt started, by both clocks: the wall for people, the steady one for durations. */
export interface AttemptClock {
  readonly startedAt: Date;
  readonly startedTick: number;
}

export function startClock(): AttemptClock {
  return { startedAt: new Date(), startedTick: performance.now() };
}

export function buildReport(assignment: Assignment, parts: ReportParts): Report {
  const { judgement, exitCode, signal, clock, usage, log } = parts;
  const wallSeconds = Math.max(0, performance.now() - clock.startedTick) / 1000;
  return {
    attempt: assignment.attempt,
    outcome: judgement.outcome,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(signal === undefined ? {} : { signal }),
    ...(judgement.message === undefined ? {} : { message: shorten(judgement.message) }),
    startedAt: clock.startedAt.toISOString(),
    endedAt: new Date(clock.startedAt.getTime() + wallSeconds * 1000).toISOString(),
    resources: {
      wallSeconds,
      ...(usage?.cpuSeconds === undefined ? {} : { cpuSeconds: usage.cpuSeconds }),
      ...(usage?.maxRssBytes === undefined ? {} : { maxRssBytes: usage.maxRssBytes }),
    },
    outputs: parts.outputs ?? [],
    ...(parts.results === undefined ? {} : { results: parts.results }),
    ...(log === undefined ? {} : { log }),
  };
}

/** Tools print any bytes: PostgreSQL's text takes neither a zero byte nor half a surrogate pair. */
function shorten(message: string): string {
  const short = message.length <= maxMessage ? message : `${message.slice(0, maxMessage - 1)}…`;
  return short.replaceAll('\0', '\u2400').toWellFormed();
}
