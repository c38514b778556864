/** Runs one assignment in a process of its own, from its folder to its report. */
import type { Assignment, Report } from '@gantry/model';
import { prepareAttempt } from './attempt-folder.ts';
import { startClock } from './build-report.ts';
import { finishAttempt, finishUnstarted } from './finish-attempt.ts';
import { judgeExit } from './judge-exit.ts';
import type { RunContext } from './run-context.ts';
import { superviseProcess, type Supervised } from './supervise-process.ts';

/** The longest that a timer of Node can wait: 24.8 days. */
const longestTimer = 2_147_483_647;

/** Never rejects. Aborting kills it. */
export async function runOnce(
  context: RunContext,
  assignment: Assignment,
  cancelled: AbortSignal,
): Promise<Report> {
  const clock = startClock();
  let process: Supervised;
  try {
    const folder = await prepareAttempt(assignment);
    process = await superviseProcess(context, {
      command: assignment.command,
      env: assignment.env,
      folder,
      owner: String(assignment.attempt),
      memory: assignment.resources.memory,
      cancelled,
      onOutput: (stream, bytes) => context.log.append(assignment.attempt, stream, bytes),
    });
  } catch (error) {
    return finishUnstarted(context, assignment, clock, error);
  }
  const limit = setTimeout(
    () => process.kill('time', context.graceMilliseconds),
    Math.min(assignment.resources.time * 1000, longestTimer),
  );
  const end = await process.ended;
  clearTimeout(limit);
  return finishAttempt(
    context,
    assignment,
    clock,
    { ...end, judgement: judgeExit(assignment, end) },
    cancelled,
  );
}
