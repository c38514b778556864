/**
 * Finds processes by the marker in their environment, and kills them: those that left their process group
 * (setsid, double fork), and those that an agent left behind when it was killed. Linux only; elsewhere nothing
 * is found. A process that empties its environment and leaves its group escapes: only a container holds that.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { agentMarkerName, attemptMarkerName } from './process-environment.ts';

export interface MarkedProcess {
  readonly pid: number;
  /** What it was started for: an attempt's id or a worker's name. */
  readonly owner: string;
}

/**
 * All living processes that bear the marker, or one that begins with it and a dot (an agent's marker is followed by
 * that of its session). Costs about 15 µs per process of the host.
 */
export function findMarked(marker: string): MarkedProcess[] {
  const found: MarkedProcess[] = [];
  for (const pid of processIds()) {
    const entries = environmentOf(pid);
    const whole = `${agentMarkerName}=${marker}`;
    if (!entries.some((entry) => entry === whole || entry.startsWith(`${whole}.`))) continue;
    const owner = entries.find((entry) => entry.startsWith(`${attemptMarkerName}=`));
    found.push({ pid, owner: owner === undefined ? '' : owner.slice(attemptMarkerName.length + 1) });
  }
  return found;
}

/**
 * Kills (SIGKILL) all marked processes that `chosen` names, again and again until none is left, since they may
 * fork while we look. Returns how many were killed.
 */
export async function killMarked(marker: string, chosen: (owner: string) => boolean): Promise<number> {
  const killed = new Set<number>();
  for (let round = 0; round < 50; round += 1) {
    const left = findMarked(marker).filter((found) => found.pid !== process.pid && chosen(found.owner));
    if (left.length === 0) break;
    for (const { pid } of left) {
      if (signalProcess(pid, 'SIGKILL')) killed.add(pid);
    }
    await sleep(Math.min(10 * (round + 1), 100));
  }
  return killed.size;
}

/** Sends a signal to a process, or to a group if the id is negative; false if there is none. */
export function signalProcess(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false;
    // A group with members of another user (sudo in a tool): those that we may not kill are not ours to kill.
    if (hasCode(error, 'EPERM')) return true;
    throw error;
  }
}

/** The ids of all processes of the host, without our own; empty where there is no /proc. */
export function processIds(): number[] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
  const own = process.pid;
  return names
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== own);
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  } catch {
    return []; // It has ended, or is another user's: not ours in either case.
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
