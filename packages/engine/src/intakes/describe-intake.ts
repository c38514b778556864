/** How far a folder is read, as people's programs are told. */
import { listedNames, type IntakeProblem, type IntakeState } from '@gantry/model';
import type { IntakeProgress } from './intake-progress.ts';
import type { IntakeRow } from './intake-rows.ts';

export interface IntakeParts {
  readonly state: IntakeState['state'];
  readonly progress: IntakeProgress;
  readonly problems: readonly IntakeProblem[];
}

/** @param parts absent where it is not at work */
export function describeIntake(row: IntakeRow, parts?: IntakeParts): IntakeState {
  const { dataset, folder, pattern, since, starts, started, ended } = row;
  const problems = parts?.problems ?? [];
  const leftOut = row.leftOut ?? { count: 0, first: [] };
  return {
    dataset,
    folder,
    pattern,
    state: ended !== null ? 'ended' : (parts?.state ?? 'waiting'),
    since: since.toISOString(),
    ended: ended?.toISOString() ?? null,
    resumed: starts > 1 ? (started?.toISOString() ?? null) : null,
    files: row.files ?? parts?.progress.files ?? 0,
    filesRead: row.files ?? parts?.progress.filesRead ?? 0,
    bytes: row.bytes ?? parts?.progress.bytes ?? 0,
    bytesRead: row.bytes ?? parts?.progress.bytesRead ?? 0,
    bytesPerSecond: parts?.progress.bytesPerSecond ?? null,
    secondsLeft: parts?.progress.secondsLeft ?? null,
    problems: { count: problems.length, first: problems.slice(0, listedNames) },
    leftOut: { count: leftOut.count, first: [...leftOut.first] },
  };
}
