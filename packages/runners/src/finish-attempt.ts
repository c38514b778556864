/**
 * The end of every attempt, whichever way it ran: outputs looked for and made durable, the log ended, the
 * folder cleared, the report built. Only when all of that is done does anybody hear of its success.
 */
import type { Assignment, LogReference, Report, ReportedOutput } from '@gantry/model';
import { clearAttempt } from './attempt-folder.ts';
import { appendLogFile } from './append-log-file.ts';
import { buildReport, type AttemptClock } from './build-report.ts';
import { collectOutputs } from './collect-outputs.ts';
import { explain, explainFullDisk } from './explain-error.ts';
import { raise, type Judgement } from './judge-exit.ts';
import type { Usage } from './process-usage.ts';
import { readResults } from './read-results.ts';
import type { RunContext } from './run-context.ts';

export interface AttemptEnd {
  readonly judgement: Judgement;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly usage?: Usage | undefined;
  /** What a persistent tool's answer has as its results. */
  readonly results?: unknown;
  /** A fault of the log while it ran, such as a full disk. */
  readonly logProblem?: string | undefined;
}

/** What of its time the tool has left is for its outputs too, but at least this, in ms. */
const leastToMeasure = 2_000;
const longestTimer = 2_147_483_647;

/**
 * Never rejects: a fault of ours fails the attempt, with a message.
 * @param cancelled ends the measuring of outputs
 */
export async function finishAttempt(
  context: RunContext,
  assignment: Assignment,
  clock: AttemptClock,
  end: AttemptEnd,
  cancelled?: AbortSignal,
): Promise<Report> {
  const problems: string[] = end.logProblem === undefined ? [] : [end.logProblem];
  let judgement = end.judgement;
  let outputs: ReportedOutput[] = [];
  let log: LogReference | undefined;
  const measured = buildReport(assignment, { judgement, clock, usage: end.usage });
  if (judgement.outcome === 'succeeded') {
    const overTime = new AbortController();
    const spent = performance.now() - clock.startedTick;
    const left = Math.max(assignment.resources.time * 1000 - spent, leastToMeasure);
    const limit = setTimeout(() => overTime.abort(), Math.min(left, longestTimer));
    const signal = cancelled === undefined ? overTime.signal : AbortSignal.any([overTime.signal, cancelled]);
    try {
      const collected = await collectOutputs(assignment.outputs, context.store, signal);
      if (collected.kind === 'complete') outputs = collected.outputs;
      else judgement = { outcome: 'failed', message: collected.message };
    } catch (error) {
      judgement = judgeMeasuring(assignment, error, cancelled?.aborted === true, overTime.signal.aborted);
    } finally {
      clearTimeout(limit);
    }
  }
  if (judgement.outcome === 'failed' && judgement.message?.includes(' is full') !== true) {
    // Before the folder is cleared, which makes room.
    const full = await explainFullDisk(assignment.folder);
    if (full !== undefined) problems.unshift(full);
  }
  const told = judgement.outcome === 'succeeded' ? await readResults(assignment, end.results) : {};
  if (told.problem !== undefined) problems.push(told.problem);
  try {
    await appendLogFile(context.log, assignment);
    log = await context.log.finish(assignment.attempt);
  } catch (error) {
    problems.push(`its log is incomplete: ${explain(error)}`);
  }
  try {
    await clearAttempt(assignment, judgement.outcome === 'succeeded' && outputs.length > 0);
  } catch (error) {
    problems.push(`${assignment.folder} could not be cleared: ${explain(error)}`);
  }
  const message = [judgement.message, ...problems].filter((part) => part !== undefined).join('; ');
  return {
    ...buildReport(assignment, {
      exitCode: end.exitCode,
      signal: end.signal,
      usage: end.usage,
      judgement: { outcome: judgement.outcome, message: message === '' ? undefined : message },
      clock,
      outputs,
      results: told.results,
      log,
    }),
    // What the tool used, without the time that we took to look at its outputs.
    endedAt: measured.endedAt,
    resources: measured.resources,
  };
}

function judgeMeasuring(
  assignment: Assignment,
  error: unknown,
  cancelled: boolean,
  overTime: boolean,
): Judgement {
  const tool = `${assignment.tool.name}@${assignment.tool.version}`;
  if (cancelled)
    return { outcome: 'cancelled', message: `${tool} was cancelled while its outputs were measured` };
  if (overTime) {
    return {
      outcome: 'timed-out',
      message: `the outputs of ${tool} were still being measured at its time limit of ${assignment.resources.time} s; ${raise('time')}`,
    };
  }
  return {
    outcome: 'failed',
    message: `the outputs could not be read: ${explain(error, assignment.folder)}`,
  };
}

/** The report of an attempt whose tool could not be started. */
export function finishUnstarted(
  context: RunContext,
  assignment: Assignment,
  clock: AttemptClock,
  error: unknown,
): Promise<Report> {
  const tool = `${assignment.tool.name}@${assignment.tool.version}`;
  const message = `${tool} could not be started: ${explain(error, assignment.folder)}`;
  return finishAttempt(context, assignment, clock, { judgement: { outcome: 'start-failed', message } });
}
