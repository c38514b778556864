/**
 * What is known of a server process that may have outlived us: reads `postmaster.pid`, tells a live postmaster of
 * this cluster from a stranger with the same number, stops it, and ends back ends that lost theirs.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { GantryError } from '@gantry/model';

const run = promisify(execFile);

/** The lines of `postmaster.pid` that matter to us. */
export interface PostmasterFile {
  readonly pid: number;
  readonly socketFolder: string | undefined;
  /** True once it accepts connections: after recovery, and not while it shuts down. */
  readonly ready: boolean;
}

/** Reads the file; `undefined` if there is none or if it holds no process number. */
export async function readPostmasterFile(cluster: string): Promise<PostmasterFile | undefined> {
  let text;
  try {
    text = await readFile(join(cluster, 'postmaster.pid'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const socketFolder = lines[4]?.trim();
  return {
    pid,
    socketFolder: socketFolder === '' ? undefined : socketFolder,
    ready: lines[7]?.trim() === 'ready',
  };
}

/** True while a process of that number runs, whoever owns it. One that has ended and was not reaped does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  if (process.platform !== 'linux') return true;
  try {
    const state = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(state.slice(state.lastIndexOf(')') + 2));
  } catch {
    // It went between the two questions.
    return false;
  }
}

/**
 * The live postmaster of this cluster, if there is one. A `postmaster.pid` whose number now belongs to another
 * program (usual in containers, where numbers are small) is removed: PostgreSQL would refuse to start over it.
 * What it guards against besides, back ends of the dead server, PostgreSQL still sees by its shared memory.
 */
export async function findPostmaster(
  cluster: string,
  clusterName: string,
): Promise<PostmasterFile | undefined> {
  const file = await readPostmasterFile(cluster);
  if (file !== undefined && isAlive(file.pid)) {
    const processes = await findServerProcesses(cluster, clusterName);
    if (processes.includes(file.pid)) return file;
  }
  await rm(join(cluster, 'postmaster.pid'), { force: true });
  return undefined;
}

/**
 * Ends back ends whose postmaster was killed: they hold its shared memory, and a new one waits for them. They
 * notice by themselves unless they compute; then they are told.
 */
export async function stopOrphans(cluster: string, clusterName: string): Promise<void> {
  const until = Date.now() + 5_000;
  for (;;) {
    const orphans = await findServerProcesses(cluster, clusterName);
    if (orphans.length === 0) return;
    for (const pid of orphans) sendSignal(pid, Date.now() > until ? 'SIGKILL' : 'SIGQUIT');
    await delay(20);
  }
}

/**
 * The processes of this cluster's server: those of the cluster's owner that bear its name, the postmaster in its
 * arguments and the back ends in their titles. (Not by their working directory: a root without CAP_SYS_PTRACE, as
 * in a container, may not read that of another user's process.)
 */
async function findServerProcesses(cluster: string, clusterName: string): Promise<readonly number[]> {
  const { uid } = await stat(cluster);
  const processes = process.platform === 'linux' ? await readProcesses(uid) : await askProcesses(uid);
  return processes.filter(({ command }) => isServerCommand(command, clusterName)).map(({ pid }) => pid);
}

function isServerCommand(command: string, clusterName: string): boolean {
  return (
    command.startsWith(`postgres: ${clusterName}: `) || command.includes(` cluster_name=${clusterName} `)
  );
}

interface RunningProcess {
  readonly pid: number;
  readonly command: string;
}

async function readProcesses(uid: number): Promise<readonly RunningProcess[]> {
  const numbers = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const processes = await Promise.all(
    numbers.map(async (pid): Promise<readonly RunningProcess[]> => {
      try {
        if ((await stat(`/proc/${pid}`)).uid !== uid) return [];
        // Empty for a zombie.
        return [
          { pid, command: `${(await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ')} ` },
        ];
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT' || code === 'ESRCH') return [];
        throw error;
      }
    }),
  );
  return processes.flat();
}

async function askProcesses(uid: number): Promise<readonly RunningProcess[]> {
  const { stdout } = await run('ps', ['-axww', '-o', 'pid=,uid=,command='], { maxBuffer: 64 * 1024 * 1024 });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, owner, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return Number(owner) === uid && command !== undefined
      ? [{ pid: Number(pid), command: `${command} ` }]
      : [];
  });
}

/**
 * Stops a postmaster: asks for a fast shutdown (open transactions roll back, a checkpoint is written), then for an
 * immediate one, then kills it. Returns when it is gone.
 *
 * @throws GantryError `database-will-not-stop` if it is there after all that.
 */
export async function stopPostmaster(
  pid: number,
  hasExited: () => boolean,
  gentleMs = 30_000,
): Promise<void> {
  const steps: readonly (readonly [NodeJS.Signals, number])[] = [
    ['SIGINT', gentleMs],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ];
  for (const [signal, patience] of steps) {
    if (patience === 0) continue;
    sendSignal(pid, signal);
    for (const until = Date.now() + patience; Date.now() < until;) {
      if (hasExited()) return;
      await delay(5);
    }
  }
  throw new GantryError(
    'database-will-not-stop',
    `The PostgreSQL process ${pid} does not end, not even by SIGKILL.`,
    {
      mend: 'Its disk may hang; see `ps` and the system log.',
    },
  );
}

/** Sends the signal; a process that is gone already is no error. */
function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
