/**
 * From how a process ended to how the attempt ended, and the sentence that people read. Pure: what killed it,
 * and whether its outputs are there, are found out elsewhere.
 */
import { logHint, type AttemptOutcome, type Assignment } from '@gantry/model';

/** Why we killed it ourselves. */
export type KilledFor = 'time' | 'memory' | 'cancel' | 'misbehaved';

export interface Ending {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly killedFor: KilledFor | undefined;
  /** Set if how it ended is not known: what happened instead. */
  readonly problem?: string | undefined;
  /** The kernel killed something for want of memory while it ran. */
  readonly kernelKilled: boolean;
}

export interface Judgement {
  readonly outcome: AttemptOutcome;
  readonly message: string | undefined;
}

export function judgeExit(assignment: Assignment, ending: Ending): Judgement {
  const tool = `${assignment.tool.name}@${assignment.tool.version}`;
  const on = assignment.about === undefined ? '' : ` on ${assignment.about}`;
  switch (ending.killedFor) {
    case 'time':
      return {
        outcome: 'timed-out',
        message: `${tool} was killed at its time limit of ${assignment.resources.time} s${on}; ${raise('time')}`,
      };
    case 'memory':
      return {
        outcome: 'out-of-memory',
        message: `${tool} was killed at its memory limit of ${inMebibytes(assignment.resources.memory)}${on}; ${raise('memory')}`,
      };
    case 'cancel':
      return { outcome: 'cancelled', message: `${tool} was cancelled while it ran` };
    case 'misbehaved':
      return { outcome: 'failed', message: `${tool} misbehaved and was ended${on}` };
    case undefined:
      break;
  }
  if (ending.problem !== undefined)
    return { outcome: 'failed', message: `${tool} was lost: ${ending.problem}` };
  if (ending.signal !== undefined) {
    if (ending.signal === 'SIGKILL' && ending.kernelKilled) {
      return {
        outcome: 'out-of-memory',
        message: `${tool} was killed by the kernel, which was out of memory${on}`,
      };
    }
    return { outcome: 'failed', message: `${tool} was ended by the signal ${ending.signal}${on}${logHint}` };
  }
  const exitCode = ending.exitCode ?? -1;
  if (assignment.success.exitCodes.includes(exitCode)) return { outcome: 'succeeded', message: undefined };
  return { outcome: 'failed', message: `${tool} ended with exit code ${exitCode}${on}${logHint}` };
}

/** What to do about a limit. */
export function raise(resource: 'time' | 'memory'): string {
  return `raise resources.${resource} of the tool or of its stage`;
}

function inMebibytes(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MiB`;
}
