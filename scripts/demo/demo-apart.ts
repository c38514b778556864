/**
 * The demo of `npm start` for tests and pictures: as a process of its own, without npm, with a data directory and a
 * folder that go with it, and the microscope at any pace. What npm adds is shown by `npm run test:install`.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserClient } from '@gantry/client';
import { layOut, readServer } from '@gantry/storage';
import { repositoryRoot } from '../repository.ts';

export interface StartedDemo {
  readonly process: ChildProcess;
  /** The last thing that it said: where a browser can sign in. */
  readonly address: string;
  readonly client: UserClient;
  /** What it has said on its standard output. */
  said(): string;
  /** SIGKILL: it has no time to say or to write anything. */
  kill(): Promise<void>;
  /** SIGTERM. @returns the exit code, and what it has said on its error output */
  stop(): Promise<{ code: number | null; errors: string }>;
}

export interface DemoPlace {
  readonly data: string;
  /** Where the microscope writes. */
  readonly folder: string;
  /**
   * @param seconds how long the acquisition takes, if it is not over
   * @param port any free one, if none is named
   */
  start(seconds: number, port?: number): Promise<StartedDemo>;
  remove(): Promise<void>;
}

/** @param home where all of it lies, must not be there; if absent, a folder that nobody else has */
export async function makeDemoPlace(home?: string): Promise<DemoPlace> {
  if (home === undefined) return makePlace(await mkdtemp('/tmp/gantry-demo-'));
  await mkdir(home);
  return makePlace(home);
}

async function makePlace(home: string): Promise<DemoPlace> {
  // The database's user must be able to enter it where this runs as root.
  await chmod(home, 0o711);
  const [data, folder] = [join(home, 'data'), join(home, 'demo')];
  const running = new Set<ChildProcess>();
  return {
    data,
    folder,
    async start(seconds, port = 0) {
      const child = spawn(
        process.execPath,
        [
          join(repositoryRoot, 'scripts', 'start.ts'),
          ...['--data-dir', data, '--folder', folder, '--port', String(port), '--seconds', String(seconds)],
        ],
        { cwd: home, env: ownEnvironment(home), stdio: ['ignore', 'pipe', 'pipe'] },
      );
      running.add(child);
      const ended = new Promise<void>((fulfil) => {
        child.once('close', () => {
          running.delete(child);
          fulfil();
        });
      });
      return { process: child, ...(await listen(child, ended, data)) };
    },
    async remove() {
      for (const child of running) child.kill('SIGKILL');
      await rm(home, { recursive: true, force: true, maxRetries: 50, retryDelay: 100 });
    },
  };
}

async function listen(
  child: ChildProcess,
  ended: Promise<void>,
  data: string,
): Promise<Omit<StartedDemo, 'process'>> {
  let [said, errors] = ['', ''];
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const address = await new Promise<string>((fulfil, reject) => {
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const [, found] = /^(http:\S+\/sign-in\/\S+)\n/m.exec(said) ?? [];
      if (found !== undefined) fulfil(found);
    });
    void ended.then(() => reject(new Error(`It ended before it named an address:\n${said}${errors}`)));
  });
  const record = await readServer(layOut(data));
  if (record === undefined) throw new Error('It named an address, and there is no server.');
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  return {
    address,
    client: new UserClient({ server: record.url, token: record.token }),
    said: () => said,
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGTERM');
      return { code: child.exitCode, errors };
    },
  };
}

/** The tester's own settings do not count. */
function ownEnvironment(home: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(GANTRY_|npm_)/.test(name) && !['DATABASE_URL', 'XDG_DATA_HOME'].includes(name),
  );
  return { ...Object.fromEntries(own), HOME: home };
}

/** Waits until what is asked for is there. @throws Error with `what` after `seconds` */
export async function waitFor<T>(
  what: string,
  seconds: number,
  look: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`After ${seconds} s there is still not: ${what}.`);
    await new Promise((wake) => setTimeout(wake, 100));
  }
}
