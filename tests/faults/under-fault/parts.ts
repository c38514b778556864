/** The processes of an installation whose parts are killed: each is started again whenever it ends, as a service is. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface KeptProcess {
  /** How often it was started. */
  readonly starts: number;
  /** SIGKILL; it starts again. False where it was not running. */
  kill(): boolean;
  /** SIGTERM, and no further start. */
  stop(): Promise<void>;
  /** What it wrote in its lives, the last of it. */
  said(): string;
}

const restartMs = 100;
const keptCharacters = 20_000;

export function keepAlive(args: readonly string[], env: NodeJS.ProcessEnv): KeptProcess {
  let child: ChildProcess | undefined;
  let said = '';
  let starts = 0;
  let stopping = false;
  const live = async (): Promise<void> => {
    while (!stopping) {
      starts++;
      const started = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      child = started;
      for (const stream of [started.stdout, started.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          said = (said + text).slice(-keptCharacters);
        });
      await new Promise((ended) => started.once('exit', ended));
      if (!stopping) await sleep(restartMs);
    }
  };
  const life = live();
  return {
    get starts() {
      return starts;
    },
    kill: () => child?.kill('SIGKILL') ?? false,
    async stop() {
      stopping = true;
      child?.kill('SIGTERM');
      await life;
    },
    said: () => said,
  };
}

/** The tester's own settings do not count. */
export function ownEnvironment(home: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('GANTRY_') && !['DATABASE_URL', 'XDG_DATA_HOME'].includes(name),
  );
  return { ...Object.fromEntries(own), HOME: home };
}

/** PostgreSQL's first process. */
export async function findPostmaster(postgresFolder: string): Promise<number | undefined> {
  const text = await readFile(join(postgresFolder, 'cluster', 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(text.split('\n')[0]);
  return pid > 0 && commandOf(pid).includes('postgres') ? pid : undefined;
}

/** The process that serves the connection that was opened last. */
export async function findConnection(postgresFolder: string): Promise<number | undefined> {
  const postmaster = await findPostmaster(postgresFolder);
  if (postmaster === undefined) return undefined;
  const children = await readFile(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8').catch(() => '');
  return children
    .split(' ')
    .filter(Boolean)
    .map(Number)
    .findLast((pid) => commandOf(pid).includes('[local]'));
}

/** Processes whose command line has this text, with it. */
export function findProcesses(text: string): { readonly pid: number; readonly command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => ({ pid: Number(name), command: commandOf(Number(name)) }))
    .filter(({ command }) => command.includes(text));
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It has ended since.
    return '';
  }
}

/** False where it had ended. */
export function killHard(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return false;
  }
}
