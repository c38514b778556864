/**
 * `npm start` in a fresh clone of the commit that is checked out, until a page answers; and again. npm takes packages
 * from its cache where they are there.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, join, sep } from 'node:path';
import { repositoryRoot } from '../../scripts/repository.ts';
import { round } from '../server/times.ts';

export interface Starts {
  /** Seconds from the command to the page. */
  readonly first: number;
  readonly later: readonly number[];
}

const patienceMs = 10 * 60_000;

/** @param folder empty, and open to the database's user */
export async function measureStarts(
  folder: string,
  times: number,
  progress: (line: string) => void,
): Promise<Starts> {
  const clone = join(folder, 'clone');
  execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${repositoryRoot}`, clone]);
  const env = freshEnvironment(folder, String(await freePort()));
  await mkdir(join(folder, 'share'));
  progress('npm start in a fresh clone');
  const first = await startOnce(clone, env);
  const later: number[] = [];
  for (let time = 1; time <= times; time++) {
    progress(`npm start again, ${time} of ${times}`);
    later.push(await startOnce(clone, env));
  }
  return { first, later };
}

/** The environment of a terminal of one's own: nothing of the npm script that this runs in. */
function freshEnvironment(folder: string, port: string): NodeJS.ProcessEnv {
  const ours = /^(npm_(?!config_(registry|cafile|proxy|https_proxy|noproxy|cache)$)|GANTRY_)/i;
  const names = ['DATABASE_URL', 'CI', 'INIT_CWD', 'NODE', 'NODE_OPTIONS', 'NODE_ENV'];
  const own = Object.entries(process.env).filter(([name]) => !ours.test(name) && !names.includes(name));
  const path = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((part) => !part.includes(`node_modules${sep}.bin`) && !part.includes('node-gyp-bin'));
  return {
    ...Object.fromEntries(own),
    PATH: path.join(delimiter),
    XDG_DATA_HOME: join(folder, 'share'),
    GANTRY_PORT: port,
  };
}

/** @returns seconds until the page answered */
async function startOnce(clone: string, env: NodeJS.ProcessEnv): Promise<number> {
  const began = performance.now();
  const child = spawn('npm', ['start'], {
    cwd: clone,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  let code: number | string | null | undefined;
  const ended = new Promise<void>((resolve) => {
    child.once('close', (exit, signal) => {
      code = exit ?? signal;
      resolve();
    });
  });
  try {
    while (!(await answersWithPage(`http://127.0.0.1:${env['GANTRY_PORT'] ?? ''}/`))) {
      if (code !== undefined)
        throw new Error(`npm start has ended with ${String(code)} before a page answered:\n${said}`);
      if (performance.now() - began > patienceMs) throw new Error(`No page answers:\n${said}`);
      await new Promise((wake) => setTimeout(wake, 20));
    }
    return round((performance.now() - began) / 1000);
  } finally {
    if (code === undefined && child.pid !== undefined) {
      process.kill(-child.pid, 'SIGINT');
      await ended;
    }
  }
}

async function answersWithPage(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    const text = await response.text();
    return response.ok && text.includes('<script type="module"');
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('There is no free port.');
  return address.port;
}
