/**
 * `npm start` as a newcomer meets it: it names an address, the page there answers and shows the demo's run, and a signal
 * to npm ends everything that it had started.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface StartOptions {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly account?: { readonly uid: number; readonly gid: number } | undefined;
  /** The port that the page must answer at. */
  readonly port: number;
  /** How long it may take until the address is named. */
  readonly mostMs: number;
}

export interface TriedStart {
  /** From the start to the address. */
  readonly ms: number;
  /** What it printed on its standard output. */
  readonly printed: string;
  /** The demo's run, and how many tiles it had. */
  readonly run: number;
  readonly tiles: number;
}

/** How long everything has to end. */
const endMs = 20_000;

/** @throws Error with all that was said, where anything is not as it should be */
export async function tryStart(options: StartOptions): Promise<TriedStart> {
  const { folder, env, account, port } = options;
  const began = performance.now();
  const child = spawn('npm', ['start'], {
    cwd: folder,
    env: { ...env, GANTRY_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
  });
  let [printed, output] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<string>((fulfil, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => fulfil(`ended with ${String(code ?? signal)}`));
  });
  try {
    const address = await Promise.race([
      untilAddress(child, () => printed),
      ended.then((how) => {
        throw new Error(how);
      }),
      late(options.mostMs, `named no address within ${options.mostMs / 1000} s`),
    ]);
    const ms = performance.now() - began;
    if (new URL(address).port !== String(port)) throw new Error(`is at ${address}, and not at port ${port}`);
    const shown = await look(address);
    child.kill('SIGTERM');
    const how = await Promise.race([ended, late(endMs, `did not end within ${endMs / 1000} s of a SIGTERM`)]);
    if (how !== 'ended with 0') throw new Error(how);
    const left = processesIn(folder);
    if (left.length > 0) throw new Error(`left processes behind:\n${left.join('\n')}`);
    return { ms, printed, ...shown };
  } catch (error) {
    kill(child);
    const what = error instanceof Error ? error.message : String(error);
    throw new Error(`\`npm start\` ${what}:\n${output.trimEnd()}`, { cause: error });
  }
}

/** The last line that it says. */
async function untilAddress(child: ChildProcess, printed: () => string): Promise<string> {
  for (;;) {
    const last = printed().trimEnd().split('\n').at(-1) ?? '';
    if (printed().endsWith('\n') && /^http:\/\/\S+$/.test(last)) return last;
    await new Promise((resolve) => child.stdout?.once('data', resolve));
  }
}

/** Signs in at the address as a browser does, and looks at the page and the demo's run. */
async function look(address: string): Promise<{ run: number; tiles: number }> {
  const signedIn = await fetch(address, { redirect: 'manual' });
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0];
  if (signedIn.status !== 303 || cookie === undefined) throw new Error(`does not sign in at ${address}`);
  const get = async (path: string): Promise<Response> => {
    const answer = await fetch(new URL(path, address), { headers: { cookie } });
    if (!answer.ok) throw new Error(`answers ${path} with ${answer.status}`);
    return answer;
  };
  const page = await (await get('/')).text();
  const [script] = /\/assets\/[\w.-]+\.js/.exec(page) ?? [];
  if (script === undefined) throw new Error(`has no page at / but:\n${page}`);
  await get(script);
  const [run] = (await (await get('/api/v1/runs')).json()) as { id: number; name: string }[];
  if (run?.name.startsWith('Demo') !== true) throw new Error('shows no run of the demo');
  const { sources } = (await (await get(`/api/v1/runs/${run.id}`)).json()) as {
    sources: { name: string; items: number }[];
  };
  return { run: run.id, tiles: sources.find(({ name }) => name === 'tiles')?.items ?? -1 };
}

function late(ms: number, what: string): Promise<never> {
  return new Promise((_, reject) => setTimeout(() => reject(new Error(what)), ms).unref());
}

function kill(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  process.kill(-child.pid, 'SIGKILL');
}

/** The command lines of processes that run something of the folder; where there is no /proc, none is known. */
function processesIn(folder: string): string[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        const line = readCommand(pid);
        return line?.includes(folder) === true ? [`${pid} ${line}`] : [];
      });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function readCommand(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
