/**
 * `gantry up` as a process of its own, for tests in a browser that kill it: with its own database and agent, and the
 * tools of the laboratory.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { UserClient } from '@gantry/client';
import { layOut, readServer } from '@gantry/storage';
import { buildWeb } from '../../scripts/build-web.ts';
import { repositoryRoot } from '../../scripts/repository.ts';
import { gateOf, startRun, writeTools, type RunOptions } from './laboratory.ts';

export interface GantryUp {
  readonly url: string;
  /** The folder of the laboratory's tools. */
  readonly tools: string;
  /** Of the server that is at work now. */
  client(): UserClient;
  startRun(options: RunOptions): Promise<number>;
  /** Lets the tasks go that wait. */
  openGate(): Promise<void>;
  /** SIGKILL: it has no time to say or to write anything. */
  kill(): Promise<void>;
  /** Again, at the same port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function gantryUp(): Promise<GantryUp> {
  buildWeb();
  // The database's user must be able to enter it where this runs as root.
  const folder = await mkdtemp('/tmp/gantry-up-');
  await chmod(folder, 0o711);
  await writeTools(folder);
  const port = await freePort();
  let running: ChildProcess | undefined;
  let client: UserClient | undefined;

  const start = async (): Promise<void> => {
    const child = spawn(
      process.execPath,
      [
        join(repositoryRoot, 'packages', 'cli', 'bin', 'gantry.mjs'),
        ...['up', '--data-dir', join(folder, 'data'), '--port', String(port), '--slots', '3'],
      ],
      { cwd: folder, env: ownEnvironment(folder), stdio: ['ignore', 'pipe', 'pipe'] },
    );
    running = child;
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    for (;;) {
      if (child.exitCode !== null) throw new Error(`gantry up has ended with ${child.exitCode}:\n${said}`);
      const record = await readServer(layOut(join(folder, 'data')));
      if (record !== undefined && record.pid === child.pid) {
        client = new UserClient({ server: record.url, token: record.token });
        return;
      }
      await new Promise((wake) => setTimeout(wake, 50));
    }
  };
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running?.once('close', resolve));
    running.kill(signal);
    await ended;
  };
  const theClient = (): UserClient => {
    if (client === undefined) throw new Error('It has not started.');
    return client;
  };

  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    tools: join(folder, 'tools'),
    client: theClient,
    startRun: (options) => startRun(theClient(), folder, options),
    openGate: () => writeFile(gateOf(folder), ''),
    kill: () => end('SIGKILL'),
    start,
    async close() {
      await end('SIGTERM');
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

/** The tester's own settings do not count. */
function ownEnvironment(home: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('GANTRY_') && !['DATABASE_URL', 'XDG_DATA_HOME'].includes(name),
  );
  return { ...Object.fromEntries(own), HOME: home };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('There is no free port.');
  return address.port;
}
