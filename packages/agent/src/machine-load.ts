/** What the whole machine is doing, whoever does it: busy cores since the last look, and memory that is in use. */
import { readFileSync } from 'node:fs';
import { cpus, freemem, totalmem } from 'node:os';

export interface MachineLoad {
  /** Busy cores, a fraction. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
}

/** Each call says what was since the one before; the first says nothing. */
export function watchMachine(): () => MachineLoad | undefined {
  let before = readTimes();
  return () => {
    const now = readTimes();
    const all = now.all - before.all;
    if (all <= 0) return undefined;
    const busy = (now.busy - before.busy) / all;
    before = now;
    return { cpu: Math.round(Math.max(0, busy) * cpus().length * 100) / 100, memory: usedMemory() };
  };
}

function readTimes(): { busy: number; all: number } {
  let [busy, all] = [0, 0];
  for (const { times } of cpus()) {
    const sum = times.user + times.nice + times.sys + times.idle + times.irq;
    all += sum;
    busy += sum - times.idle;
  }
  return { busy, all };
}

/** Without what the kernel only keeps for want of a better use. */
function usedMemory(): number {
  try {
    const available = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1];
    if (available !== undefined) return totalmem() - Number(available) * 1024;
  } catch {
    // No Linux: what the system says is all there is.
  }
  return totalmem() - freemem();
}
