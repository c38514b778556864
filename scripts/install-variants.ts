/**
 * `npm run test:install`: does a fresh clone start with nothing but the machine's Node and npm, as an ordinary
 * user, as root, as root below a folder that nobody else may enter, and in a path with a space?
 * Clones the commit that is checked out, and runs in each clone what README tells a newcomer to run.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join, sep } from 'node:path';
import { repositoryRoot } from './repository.ts';

interface Step {
  readonly command: readonly [string, ...string[]];
  /** What standard output must contain. */
  readonly prints: RegExp;
}

/** What a newcomer runs, in this order. */
const steps: readonly Step[] = [
  { command: ['npm', 'start'], prints: /^Gantry\b/m },
  // The second start installs nothing.
  { command: ['npm', 'start'], prints: /^(?![^]*npm ci)[^]*^Gantry\b/m },
  { command: ['npx', 'node', '--version'], prints: /^v24\./m },
];

const stepMinutes = 5;

interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

interface Variant {
  readonly name: string;
  readonly needsRoot: boolean;
  /** The folder of the clone, inside the one given. */
  readonly place: (base: string) => string;
  /** Makes the account to run as; without it, whoever runs this. */
  readonly account?: (base: string) => Account;
}

const isRoot = process.getuid?.() === 0;
const userName = `gantry-${process.pid}`;

const variants: readonly Variant[] = [
  {
    name: 'ordinary user',
    needsRoot: false,
    place: (base) => join(base, 'clone'),
    ...(isRoot ? { account: addUser } : {}),
  },
  { name: 'path with a space', needsRoot: false, place: (base) => join(base, 'a folder', 'the clone') },
  { name: 'root', needsRoot: true, place: (base) => join(base, 'clone') },
  {
    name: 'root below a 0700 folder',
    needsRoot: true,
    place: (base) => {
      const closed = join(base, 'closed');
      mkdirSync(closed);
      chmodSync(closed, 0o700);
      return join(closed, 'clone');
    },
  },
];

function addUser(base: string): Account {
  const home = join(base, 'home');
  execFileSync('useradd', ['--create-home', '--home-dir', home, '--shell', '/bin/sh', userName]);
  const id = (flag: string) => Number(execFileSync('id', [flag, userName], { encoding: 'utf8' }));
  const account = { uid: id('-u'), gid: id('-g'), home };
  // Only to spare the download; npm verifies what it takes from there.
  const cache = join(homedir(), '.npm', '_cacache');
  if (existsSync(cache)) cpSync(cache, join(home, '.npm', '_cacache'), { recursive: true });
  execFileSync('chown', ['-R', `${account.uid}:${account.gid}`, home]);
  return account;
}

/** The environment of a terminal of one's own: nothing of the npm script that this runs in. */
function freshEnvironment(folder: string, account: Account | undefined): NodeJS.ProcessEnv {
  const ours = /^(npm_(?!config_(registry|cafile|proxy|https_proxy|noproxy)$)|GANTRY_|VITEST)/i;
  const names = ['DATABASE_URL', 'CI', 'INIT_CWD', 'NODE', 'NODE_OPTIONS', 'NODE_ENV'];
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!ours.test(name) && !names.includes(name)) env[name] = value;
  }
  env['PATH'] = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((part) => !part.includes(`node_modules${sep}.bin`) && !part.includes('node-gyp-bin'))
    .join(delimiter);
  if (account !== undefined) {
    env['HOME'] = account.home;
    env['USER'] = env['LOGNAME'] = userName;
    delete env['XDG_DATA_HOME'];
  } else {
    // Two variants run at a time, and neither touches the data of whoever runs this.
    env['XDG_DATA_HOME'] = join(dirname(folder), 'share');
  }
  return env;
}

/** Runs a step to its end. Throws with the whole output when it fails, or says nothing of what it should. */
function runStep(step: Step, folder: string, account: Account | undefined): Promise<void> {
  const [command, ...args] = step.command;
  const line = step.command.join(' ');
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: folder,
      env: freshEnvironment(folder, account),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
    });
    let printed = '';
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    let late = false;
    const limit = setTimeout(() => {
      late = true;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, stepMinutes * 60_000);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      const fail = (what: string) => reject(new Error(`\`${line}\` ${what}:\n${output.trimEnd()}`));
      if (late) fail(`was not done within ${stepMinutes} min`);
      else if (code !== 0)
        fail(code === null ? `was ended by ${signal ?? 'a signal'}` : `exited with ${code}`);
      else if (!step.prints.test(printed)) fail(`did not print ${String(step.prints)}`);
      else resolve();
    });
  });
}

async function tryVariant(variant: Variant, base: string): Promise<void> {
  mkdirSync(base);
  // Others must be able to pass through, whatever this process' umask is.
  chmodSync(base, 0o755);
  const account = variant.account?.(base);
  const folder = variant.place(base);
  execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${repositoryRoot}`, folder]);
  if (account !== undefined) execFileSync('chown', ['-R', `${account.uid}:${account.gid}`, folder]);
  for (const step of steps) await runStep(step, folder, account);
}

/** Below a 0700 folder, root's data lie elsewhere: those of the clones that were tried go with them. */
function removeRelocatedData(): void {
  const folder = '/var/lib/gantry';
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const marker = join(folder, name, 'gantry.json');
    if (!existsSync(marker)) continue;
    const { relocatedFrom } = JSON.parse(readFileSync(marker, 'utf8')) as { relocatedFrom?: string };
    if (relocatedFrom?.startsWith(base) === true)
      rmSync(join(folder, name), { recursive: true, force: true });
  }
}

const asked = process.argv.slice(2);
const waiting = variants.filter(({ name }) => asked.length === 0 || asked.includes(name));
if (waiting.length === 0) {
  console.error(`There are the variants ${variants.map(({ name }) => `“${name}”`).join(', ')}.`);
  process.exit(2);
}
if (execFileSync('git', ['status', '--porcelain'], { cwd: repositoryRoot, encoding: 'utf8' }) !== '') {
  console.log('gantry: what is not committed is not in the clones that are tried');
}

const base = mkdtempSync(join(tmpdir(), 'gantry-install-'));
chmodSync(base, 0o755);
let failures = 0;
try {
  const runLane = async (): Promise<void> => {
    for (let variant = waiting.shift(); variant !== undefined; variant = waiting.shift()) {
      if (variant.needsRoot && !isRoot) {
        console.log(`SKIPPED ${variant.name}: only root can try it`);
        continue;
      }
      const began = performance.now();
      const problem = await tryVariant(variant, join(base, variant.name.replaceAll(' ', '-'))).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      console.log(`${problem === undefined ? 'passes' : 'FAILS '} ${variant.name} ${seconds} s`);
      if (problem !== undefined) {
        failures += 1;
        console.log(problem);
      }
    }
  };
  await Promise.all([runLane(), runLane()]);
} finally {
  if (isRoot && existsSync(join(base, 'ordinary-user', 'home'))) {
    execFileSync('userdel', ['--force', userName], { stdio: 'ignore' });
  }
  removeRelocatedData();
  rmSync(base, { recursive: true, force: true });
}
process.exitCode = failures === 0 ? 0 : 1;
