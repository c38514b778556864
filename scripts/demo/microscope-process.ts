/**
 * The virtual microscope as a process of its own, which ends with this one, even if this one is killed.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { GantryError } from '@gantry/model';
import { repositoryRoot } from '../repository.ts';

export interface MicroscopeProcess {
  stop(): Promise<void>;
}

interface MicroscopeOptions {
  readonly folder: string;
  /** How long all tiles take together. */
  readonly seconds: string;
  /** Told why it ended, if it did before it was done. */
  readonly told: (line: string) => void;
}

/** Takes the tiles that are not there yet. */
export function startMicroscope({ folder, seconds, told }: MicroscopeOptions): MicroscopeProcess {
  const { child, ended } = run([folder, '--seconds', seconds]);
  let stopping = false;
  void ended.then((problem) => {
    if (problem !== undefined && !stopping)
      told(`The acquisition ended before it was done: ${problem}\nThe next start goes on with it.`);
  });
  return {
    async stop() {
      stopping = true;
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Takes the blanks. @throws GantryError `acquisition-failed` */
export async function takeBlanks(folder: string, signal: AbortSignal): Promise<void> {
  const { child, ended } = run([folder, '--only-blanks']);
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  const problem = await ended.finally(() => signal.removeEventListener('abort', stop));
  signal.throwIfAborted();
  if (problem === undefined) return;
  throw new GantryError('acquisition-failed', `No tiles can be acquired into ${folder}: ${problem}`, {
    file: folder,
    mend: 'See that the folder can be written to, or name another one with --folder.',
  });
}

const lastCharacters = 2_000;

function run(args: readonly string[]) {
  const program = join(repositoryRoot, 'examples', 'microscope', 'acquire.ts');
  const child = spawn(process.execPath, [program, ...args, '--stop-with-stdin'], {
    stdio: ['pipe', 'ignore', 'pipe'],
    // A Ctrl-C meant for us must not reach it.
    detached: true,
  });
  child.stdin.on('error', () => {});
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-lastCharacters);
  });
  /** What went wrong; undefined where nothing did. */
  const ended = new Promise<string | undefined>((fulfil) => {
    child.once('error', (error) => fulfil(error.message));
    child.once('close', (code, signal) => {
      fulfil(code === 0 ? undefined : said.trim() || `ended with ${String(code ?? signal)}`);
    });
  });
  return { child, ended };
}
