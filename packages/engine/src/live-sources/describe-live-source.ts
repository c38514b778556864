/**
 * What a watched folder is at, as people's programs are told: counts, and the first names of each kind.
 */
import { listedNames, type LiveSourceState } from '@gantry/model';
import type { FolderWatch } from '@gantry/storage';
import { describeUnfinished, filesOverdue, isOverdue, type FileProblem } from './file-problems.ts';
import type { LiveSourceRow } from './live-source-rows.ts';

export interface DatedTrouble {
  readonly code: string;
  readonly message: string;
  readonly mend: string;
  readonly sinceMs: number;
}

export interface LiveSourceParts {
  readonly row: LiveSourceRow;
  readonly state: LiveSourceState['state'];
  readonly reason?: string | undefined;
  readonly trouble?: DatedTrouble | undefined;
  readonly watch?: FolderWatch | undefined;
  readonly taken: number;
  readonly lastTakenMs?: number | undefined;
  /** Files that are read or recorded. */
  readonly inWork?: number | undefined;
  readonly problems?: ReadonlyMap<string, FileProblem> | undefined;
  readonly late?: ReadonlySet<string> | undefined;
  readonly outside?: ReadonlySet<string> | undefined;
}

export function describeLiveSource(parts: LiveSourceParts): LiveSourceState {
  const { row, watch, problems = new Map<string, FileProblem>() } = parts;
  const seen = watch?.state();
  const unfinished = [...(watch?.unsettled() ?? [])].sort((a, b) => a.sinceMs - b.sinceMs);
  const now = Date.now();
  const overdue = unfinished.filter((file) => isOverdue(file, now));
  const trouble = parts.trouble ?? filesOverdue(overdue);
  const isHeldUp = overdue.length > 0 && (parts.state === 'watching' || parts.state === 'completing');
  return {
    dataset: row.dataset,
    folder: row.folder,
    pattern: row.pattern,
    options: row.options,
    since: row.since.toISOString(),
    state: isHeldUp ? 'waiting' : parts.state,
    reason: parts.reason ?? null,
    mode: seen?.mode ?? 'scan',
    trouble: trouble === undefined ? null : dated(trouble),
    scan:
      seen?.scan === undefined
        ? null
        : { ended: isoTime(seen.scan.endedMs), tookMs: seen.scan.tookMs, files: seen.scan.files },
    taken: parts.taken,
    lastTaken: parts.lastTakenMs === undefined ? null : isoTime(parts.lastTakenMs),
    pending: (parts.inWork ?? 0) + (seen?.pending ?? 0) - unfinished.length,
    unfinished: {
      count: unfinished.length,
      overdue: overdue.length,
      first: unfinished.slice(0, listedNames).map((file) => ({
        name: file.name,
        why: file.why,
        ...describeUnfinished(file),
        since: isoTime(file.sinceMs),
        overdue: isOverdue(file, now),
        size: file.size ?? null,
      })),
    },
    problems: {
      count: problems.size,
      first: [...problems].slice(0, listedNames).map(([name, problem]) => ({ name, ...dated(problem) })),
    },
    unmatched: listNames(watch?.unmatched() ?? []),
    vanished: listNames(watch?.vanished() ?? []),
    late: listNames(parts.late ?? []),
    outside: listNames(parts.outside ?? []),
  };
}

function dated({ code, message, mend, sinceMs }: DatedTrouble): LiveSourceState['trouble'] & object {
  return { code, message, mend, since: isoTime(sinceMs) };
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function listNames(names: Iterable<string>): { count: number; first: string[] } {
  let count = 0;
  const first: string[] = [];
  for (const name of names) if (count++ < listedNames) first.push(name);
  return { count, first };
}
