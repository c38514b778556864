/**
 * `npm run test:install`: does a fresh clone start with nothing but the machine's Node and npm, as an ordinary
 * user, as root, as root below a folder that nobody else may enter, and in a path with a space?
 * Clones the commit that is checked out, and in each clone starts and stops what README tells a newcomer to start.
 */
import { execFileSync } from 'node:child_process';
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
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join, sep } from 'node:path';
import { tryStart, type TriedStart } from './install/try-start.ts';
import { repositoryRoot } from './repository.ts';

/** How long a start may take until it names an address, with a warm cache of npm's: the first, and any later one. */
const firstStartMs = 60_000;
const laterStartMs = 5_000;
/** Two variants share the machine; a start alone takes half of that. */
const shared = 2;
const commandMs = 60_000;

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

/** Runs `npx node --version` to its end: what Node a newcomer's commands get. */
function readNodeVersion(folder: string, env: NodeJS.ProcessEnv, account: Account | undefined): string {
  return execFileSync('npx', ['node', '--version'], {
    cwd: folder,
    env,
    encoding: 'utf8',
    timeout: commandMs,
    ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
  }).trim();
}

/** @returns what is worth telling */
async function tryVariant(variant: Variant, base: string): Promise<string> {
  mkdirSync(base);
  // Others must be able to pass through, whatever this process' umask is.
  chmodSync(base, 0o755);
  const account = variant.account?.(base);
  const folder = variant.place(base);
  execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${repositoryRoot}`, folder]);
  if (account !== undefined) execFileSync('chown', ['-R', `${account.uid}:${account.gid}`, folder]);
  const env = freshEnvironment(folder, account);
  const port = await freePort();
  const start = (mostMs: number): Promise<TriedStart> =>
    tryStart({ folder, env, account, port, mostMs: shared * mostMs });
  const first = await start(firstStartMs);
  const second = await start(laterStartMs);
  if (second.printed.includes('npm ci'))
    throw new Error(`The second start installs again:\n${second.printed}`);
  if (second.run !== first.run || second.tiles < first.tiles)
    throw new Error(
      `The first start had run ${first.run} with ${first.tiles} tiles, the second run ${second.run} with ${second.tiles}.`,
    );
  const node = readNodeVersion(folder, env, account);
  if (!node.startsWith('v24.')) throw new Error(`\`npx node\` is ${node}.`);
  return `first start ${seconds(first.ms)}, second ${seconds(second.ms)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('There is no free port.');
  return address.port;
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
      try {
        console.log(
          `passes ${variant.name}: ${await tryVariant(variant, join(base, variant.name.replaceAll(' ', '-')))}`,
        );
      } catch (error) {
        failures += 1;
        console.log(`FAILS  ${variant.name}\n${error instanceof Error ? error.message : String(error)}`);
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
