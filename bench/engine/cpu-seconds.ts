/**
 * User and system time of this process and of a PostgreSQL server: on a machine that others share, what a
 * measurement has cost is steadier than how long it took. Zero where there is no `/proc`.
 */
import { readdir, readFile } from 'node:fs/promises';

export interface CpuSeconds {
  readonly client: number;
  readonly server: number;
}

/** Ticks a second of the fields in `/proc/PID/stat`, on every Linux that Node runs on. */
const ticks = 100;

/** What `use` takes of both. @param postmaster the server's first process */
export async function cpuSecondsOf(postmaster: number, use: () => Promise<unknown>): Promise<CpuSeconds> {
  const before = await readCpuSeconds(postmaster);
  await use();
  const after = await readCpuSeconds(postmaster);
  return { client: after.client - before.client, server: after.server - before.server };
}

async function readCpuSeconds(postmaster: number): Promise<CpuSeconds> {
  const { user, system } = process.cpuUsage();
  const stats = await Promise.all(
    (await readdir('/proc').catch(() => []))
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')),
  );
  let server = 0;
  for (const stat of stats) {
    // The command's name, in brackets, may hold spaces.
    const pid = Number.parseInt(stat, 10);
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const parent = fields[1];
    if (pid !== postmaster && parent !== postmaster) continue;
    const own = (fields[11] ?? 0) + (fields[12] ?? 0);
    // What processes that have ended had used is counted to the first one.
    const ended = pid === postmaster ? (fields[13] ?? 0) + (fields[14] ?? 0) : 0;
    server += (own + ended) / ticks;
  }
  return { client: (user + system) / 1e6, server };
}
