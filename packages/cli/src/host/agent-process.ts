/**
 * The agent of a host: a process of its own, started again when it ends unasked, until it does so too often. It goes
 * with this process, even if that is killed, because its standard input ends then.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { GantryError } from '@gantry/model';

export interface AgentProcess {
  /** Fulfilled with the error when it has ended unasked too often. */
  readonly failed: Promise<GantryError>;
  /** Ends it in good order; what hangs is killed after a while. */
  stop(): Promise<void>;
  /** Ends it at once, without waiting. */
  kill(): void;
}

export interface AgentProcessOptions {
  readonly url: string;
  readonly token: string;
  /** The agent's own folder. */
  readonly folder: string;
  readonly slots: number;
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
}

/**
 * An agent that ended within `shortLifeMs` this many times in a row is given up. Between two lives there is twice the
 * time from one to the next, 8 s altogether: the agent of a host that was killed may need a while to end its tasks and
 * leave its folder.
 */
const mostShortLives = 6;
const shortLifeMs = 10_000;
const restartMs = 250;
/** How long the tasks have to end when the agent is stopped. */
const stopMs = 15_000;
const lastLineCount = 10;

export function startAgent(options: AgentProcessOptions): AgentProcess {
  const stopping = new AbortController();
  const failure = Promise.withResolvers<GantryError>();
  let child: ChildProcess | undefined;

  const live = async (): Promise<void> => {
    for (let shortLives = 0; ;) {
      const born = Date.now();
      const last: string[] = [];
      child = spawnAgent(options, last);
      const end = await ending(child);
      if (stopping.signal.aborted) return;
      if (end === drained) {
        options.log('The agent was drained and has left; the next start has one again.');
        return;
      }
      shortLives = Date.now() - born < shortLifeMs ? shortLives + 1 : 1;
      const words = last.length === 0 ? '' : `:\n${last.join('\n')}`;
      if (shortLives >= mostShortLives) {
        failure.resolve(
          new GantryError('agent-ended', `The agent ended ${shortLives} times, at last ${end}${words}`, {
            mend: 'See what it says above; start the command again, and it goes on where it was.',
          }),
        );
        return;
      }
      options.log(`The agent ended (${end}) and is started again${words}`);
      await delay(restartMs * 2 ** (shortLives - 1), undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
    }
  };
  const life = live();

  return {
    failed: failure.promise,
    async stop() {
      stopping.abort();
      child?.kill('SIGTERM');
      const limit = new AbortController();
      const late = delay(stopMs, true, { signal: limit.signal }).catch(() => false);
      const hangs = await Promise.race([life.then(() => false), late]);
      if (hangs) {
        options.log('The agent does not end and is killed.');
        child?.kill('SIGKILL');
      }
      limit.abort();
      await life;
    },
    kill() {
      stopping.abort();
      // It ends its tasks by itself when asked; killed, it could not.
      child?.kill('SIGTERM');
    },
  };
}

/** @param last gets the last lines that the agent writes */
function spawnAgent(options: AgentProcessOptions, last: string[]): ChildProcess {
  const program = join(dirname(fileURLToPath(import.meta.resolve('@gantry/agent'))), 'main.ts');
  const path = options.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin';
  const child = spawn(
    process.execPath,
    [
      program,
      ...['--server', options.url],
      ...['--data-dir', options.folder],
      ...['--slots', String(options.slots)],
      '--stop-with-stdin',
    ],
    {
      // `node` in a tool's command is this Node, whatever the machine's is.
      env: {
        ...options.env,
        PATH: `${dirname(process.execPath)}${delimiter}${path}`,
        GANTRY_AGENT_TOKEN: options.token,
        DATABASE_URL: undefined,
        GANTRY_WEBHOOKS: undefined,
        GANTRY_WEBHOOK_SECRET: undefined,
      },
      cwd: '/',
      // A session of its own: a Ctrl-C meant for us must not reach it.
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
    },
  );
  child.stdin?.on('error', () => {});
  let rest = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    last.push(...lines);
    last.splice(0, last.length - lastLineCount);
  });
  return child;
}

/** It ends by itself only when it was asked to leave. */
const drained = 'with exit code 0';

/** How it ended, in words. */
function ending(child: ChildProcess): Promise<string> {
  return new Promise((fulfil) => {
    child.once('error', (error) => fulfil(error.message));
    child.once('close', (code, signal) =>
      fulfil(signal === null ? `with exit code ${code ?? 'none'}` : `by ${signal}`),
    );
  });
}
