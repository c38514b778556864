/**
 * What running tools use, and the memory limit: one scan of /proc for all of them at an interval. A process
 * counts to a tool if it is in its group or descends from it. One that left its group counts as long as its parents
 * live; after a double fork nothing but the marker in its environment tells whose it is, and reading that of every
 * process of the host at every look (15 µs each) would cost more than it is worth: it is killed with its tool, but its
 * memory is not counted. Only a container holds that.
 *
 * Precision: a tool is first looked at about 100 ms after its start and then every 200 to 1,000 ms, so that the
 * processor time misses up to that much at the end, and short tools have no figures at all. The peak memory is
 * the kernel's own high-water mark for the first process, sampled for the others. The limit is held to the
 * proportional set size (shared pages divided), since plain sums would count those of a fork twice.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { processIds } from './marked-processes.ts';

export interface Usage {
  readonly cpuSeconds: number | undefined;
  readonly maxRssBytes: number | undefined;
}

export interface UsageWatch {
  /** What was seen so far. */
  usage(): Usage;
  /** From now on the peak counts anew, and this limit holds. */
  restart(memoryLimit: number | undefined, onOverMemory: (bytes: number) => void): void;
  end(): void;
}

interface Watched {
  readonly pid: number;
  since: number;
  memoryLimit: number | undefined;
  onOverMemory: (bytes: number) => void;
  cpuSeconds: number | undefined;
  maxRssBytes: number | undefined;
}

interface ProcessLine {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly cpuSeconds: number;
}

/** The unit of processor time in /proc; 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;
const firstLookMilliseconds = 100;

export class UsageSampler {
  readonly #watched = new Map<number, Watched>();
  #timer: NodeJS.Timeout | undefined;

  /** Watches the tool whose first process is `pid`; `memoryLimit` in bytes. */
  watch(pid: number, memoryLimit: number | undefined, onOverMemory: (bytes: number) => void): UsageWatch {
    const watched: Watched = {
      pid,
      since: performance.now(),
      memoryLimit,
      onOverMemory,
      cpuSeconds: undefined,
      maxRssBytes: undefined,
    };
    this.#watched.set(pid, watched);
    this.#arm();
    return {
      usage: () => ({ cpuSeconds: watched.cpuSeconds, maxRssBytes: watched.maxRssBytes }),
      restart: (limit, onOver) => {
        watched.since = performance.now();
        watched.memoryLimit = limit;
        watched.onOverMemory = onOver;
        watched.cpuSeconds = undefined;
        watched.maxRssBytes = undefined;
      },
      end: () => {
        if (this.#watched.get(pid) === watched) this.#watched.delete(pid);
      },
    };
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#watched.clear();
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#watched.size === 0) return;
    const now = performance.now();
    let youngest = Infinity;
    for (const { since } of this.#watched.values()) youngest = Math.min(youngest, now - since);
    const wait = youngest < 2_000 ? (youngest < firstLookMilliseconds ? firstLookMilliseconds : 200) : 1_000;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#look();
      this.#arm();
    }, wait);
    this.#timer.unref();
  }

  #look(): void {
    const now = performance.now();
    const due = [...this.#watched.values()].filter(({ since }) => now - since >= firstLookMilliseconds / 2);
    if (due.length === 0) return;
    const lines = readProcesses();
    for (const watched of due) {
      const members = membersOf(watched.pid, lines);
      if (members.length > 0) record(watched, members);
    }
  }
}

function record(watched: Watched, members: readonly ProcessLine[]): void {
  let cpuSeconds = 0;
  let rss = 0;
  let peak = 0;
  for (const member of members) {
    cpuSeconds += member.cpuSeconds;
    const memory = readMemory(member.pid);
    rss += memory.now;
    if (member.pid === watched.pid) peak = memory.peak;
  }
  watched.cpuSeconds = Math.max(watched.cpuSeconds ?? 0, cpuSeconds);
  watched.maxRssBytes = Math.max(watched.maxRssBytes ?? 0, rss, peak);
  const limit = watched.memoryLimit;
  if (limit === undefined || rss <= limit) return;
  const proportional = members.reduce((sum, { pid }) => sum + readProportionalMemory(pid), 0);
  if (proportional > limit) watched.onOverMemory(proportional);
}

/** Processor seconds of one process and of those that it has waited for; undefined if it has ended. */
export function readCpuSeconds(pid: number): number | undefined {
  return readProcess(pid)?.cpuSeconds;
}

/** From now on the kernel's high-water mark of the process's memory is that of what follows. */
export function resetPeakMemory(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // It has ended, or there is no /proc: then the mark is that of its life, or there is none.
  }
}

/** The kernel's high-water mark of one process, in bytes; undefined if it has ended. */
export function readPeakMemory(pid: number): number | undefined {
  const { peak } = readMemory(pid);
  return peak === 0 ? undefined : peak;
}

/** How many processes the kernel has killed for want of memory since it started; 0 if it does not say. */
export function readKernelKills(): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'latin1'))?.[1] ?? 0);
  } catch {
    return 0; // No /proc here: the kernel's kills are told as plain signals.
  }
}

let lastKernelKills = { at: -Infinity, count: 0 };

/** As `readKernelKills`, but up to a second old: reading it for every start would cost 50 µs. */
export function recentKernelKills(): number {
  const now = performance.now();
  if (now - lastKernelKills.at > 1_000) lastKernelKills = { at: now, count: readKernelKills() };
  return lastKernelKills.count;
}

function readProcesses(): Map<number, ProcessLine> {
  const lines = new Map<number, ProcessLine>();
  for (const pid of processIds()) {
    const line = readProcess(pid);
    if (line !== undefined) lines.set(pid, line);
  }
  return lines;
}

function readProcess(pid: number): ProcessLine | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined; // It has ended since we saw its id.
  }
  // The name, in parentheses, may hold anything; the fields after it are counted from the state, field 3.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const number = (field: number): number => Number(fields[field - 3]);
  return {
    pid,
    parent: number(4),
    group: number(5),
    cpuSeconds: (number(14) + number(15) + number(16) + number(17)) / ticksPerSecond,
  };
}

function membersOf(first: number, lines: ReadonlyMap<number, ProcessLine>): ProcessLine[] {
  return [...lines.values()].filter((line) => {
    for (let at: ProcessLine | undefined = line, depth = 0; at !== undefined && depth < 64; depth += 1) {
      if (at.pid === first || at.group === first) return true;
      at = lines.get(at.parent);
    }
    return false;
  });
}

function readMemory(pid: number): { now: number; peak: number } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return {
      now: kibibytes(/^VmRSS:\s+(\d+)/m.exec(status)),
      peak: kibibytes(/^VmHWM:\s+(\d+)/m.exec(status)),
    };
  } catch {
    return { now: 0, peak: 0 }; // It has ended since we saw its id.
  }
}

function readProportionalMemory(pid: number): number {
  try {
    return kibibytes(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')));
  } catch {
    return readMemory(pid).now; // An old kernel, or another user's process.
  }
}

function kibibytes(match: RegExpExecArray | null): number {
  return Number(match?.[1] ?? 0) * 1024;
}
