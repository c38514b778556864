/**
 * Brings the dependencies, Node 24 among them, when they are missing or no longer those of the lock file.
 * Runs under the machine's own Node before `npm start`, `npm test` and `npm run bench`, so it is plain
 * JavaScript with no dependency. What tests need beyond npm packages is left to `scripts/engines.ts`.
 *
 * `--verify` only says whether an install is needed, and changes nothing.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const oldestNode = 20;
const runtimeNode = 24;
/** The owner of the lock touches it this often; one that nobody has touched for `abandonedMs` is taken over. */
const touchMs = 1_000;
const abandonedMs = 15_000;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const lock = join(root, '.install-lock');

/** A failure that is told in words, without a stack. */
class InstallFailure extends Error {}

/**
 * Why an install is needed, or undefined. npm writes `node_modules/.package-lock.json` as its last step, after
 * the install scripts, so an install that was cut short counts as missing.
 */
function reasonToInstall() {
  const wanted = readPackages(join(root, 'package-lock.json'));
  if (wanted === undefined) throw new InstallFailure(`${join(root, 'package-lock.json')} cannot be read.`);
  const present = readPackages(join(modules, '.package-lock.json'));
  if (present === undefined) return 'the dependencies are not installed';
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue;
    const found = present[path];
    if (found === undefined) {
      // Another platform's binary, or a package that npm found nothing to install for.
      if (entry.optional === true || entry.devOptional === true || entry.peer === true) continue;
      return `${path} is missing`;
    }
    if (entry.version !== found.version || entry.integrity !== found.integrity || entry.link !== found.link) {
      return `${path} is not the one in package-lock.json`;
    }
  }
  const node = installedNode();
  if (node === undefined) return 'Node did not come with the dependencies';
  if (majorOf(node) < runtimeNode)
    return `Node ${node} came with the dependencies, and ${runtimeNode} is needed`;
  return undefined;
}

/** The `packages` of a lock file; undefined when it is missing or cut short. */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** The version of the Node in `node_modules`; undefined when it is missing or does not start. */
function installedNode() {
  const binary = join(modules, '.bin', 'node');
  if (!existsSync(binary)) return undefined;
  const { status, stdout } = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().replace(/^v/, '') : undefined;
}

function majorOf(version) {
  return Number(version.split('.')[0]);
}

/** Creates the lock; false when somebody else holds it. */
function takeLock() {
  try {
    writeFileSync(lock, `${process.pid}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    if (['EACCES', 'EPERM', 'EROFS'].includes(error.code)) {
      throw new InstallFailure(
        `${root} cannot be written to (${error.code}). Dependencies are installed inside it: ` +
          'copy it to a folder of your own, or run `npm ci` there as its owner.',
      );
    }
    throw error;
  }
}

/** False once another process has taken the lock over, which it does when this one was stopped for long. */
function isLockOurs() {
  try {
    return readFileSync(lock, 'utf8') === `${process.pid}\n`;
  } catch {
    return false;
  }
}

/**
 * Milliseconds since the lock's owner last touched it; undefined when the lock is gone. Its age is judged on the
 * clock of the file system, which may be another machine's.
 */
function lockAge() {
  try {
    return Date.now() - statSync(lock).mtimeMs;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Waits until this process holds the lock. */
async function waitForLock() {
  let told = false;
  while (!takeLock()) {
    const age = lockAge();
    if (age !== undefined && age > abandonedMs) {
      // Two waiters could do this within the same 0.1 ms and both install; that needs a killed install first.
      rmSync(lock, { force: true });
      continue;
    }
    if (!told) console.log('gantry: another install is at work in this folder; waiting for it …');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** npm itself must not run on the Node that it is about to replace. */
function pathWithoutOurModules() {
  const parts = (process.env.PATH ?? '').split(delimiter);
  return parts.filter((part) => !part.includes(`${sep}node_modules${sep}.bin`)).join(delimiter);
}

/** Runs `npm ci`; its messages are passed on, and looked through for the cause of a failure. */
function runNpm() {
  const args = ['ci', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  return new Promise((resolve, reject) => {
    // What `npm --prefix` or `npm -w` set for the calling command is not meant for this one.
    const foreign = /^npm_config_(local_)?(prefix|workspaces?|include_workspace_root)$/i;
    const inherited = Object.entries(process.env).filter(([name]) => !foreign.test(name));
    const env = { ...Object.fromEntries(inherited), PATH: pathWithoutOurModules() };
    const npm = spawn('npm', args, { cwd: root, env, stdio: ['ignore', 'inherit', 'pipe'] });
    let said = '';
    npm.stderr.on('data', (chunk) => {
      process.stderr.write(chunk);
      said = (said + chunk).slice(-20_000);
    });
    npm.on('error', (error) => {
      reject(
        new InstallFailure(`npm could not be started (${error.code ?? error.message}). Is it on the PATH?`),
      );
    });
    npm.on('close', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new InstallFailure(explain(said, code === null ? `was ended by ${signal}` : `failed with ${code}`)),
        );
    });
  });
}

function explain(said, outcome) {
  const begin = `\`npm ci\` ${outcome}: `;
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|network/i.test(said)) {
    return `${begin}the npm registry cannot be reached. The first start needs it (or npm's cache); check the network and npm's proxy settings.`;
  }
  if (/EACCES|EPERM|EROFS/.test(said)) {
    return `${begin}a file or folder cannot be written. Run it as the owner of ${root}, and see that npm's cache folder is yours.`;
  }
  if (/ENOSPC/.test(said)) return `${begin}the disk is full. About 700 MB are needed.`;
  if (/EUSAGE/.test(said)) {
    return `${begin}package.json and package-lock.json do not agree. Run \`npm install\` and commit the lock file.`;
  }
  return `${begin}see npm's messages above.`;
}

async function install() {
  const touching = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(lock, now, now);
    } catch {
      // It is gone only if somebody removed it by hand; the install goes on.
    }
  }, touchMs);
  const release = () => {
    clearInterval(touching);
    if (isLockOurs()) rmSync(lock, { force: true });
  };
  process.once('exit', release);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
  try {
    // Another install may have ended while this one waited.
    const reason = reasonToInstall();
    if (reason === undefined) return;
    const began = Date.now();
    console.log(`gantry: installing (${reason}) with \`npm ci\` …`);
    await runNpm();
    const left = reasonToInstall();
    if (left !== undefined) {
      throw new InstallFailure(
        `\`npm ci\` ended well, but ${left}. If npm's install scripts are switched off ` +
          '(`npm config get ignore-scripts`), allow them: they put Node and PostgreSQL in place.',
      );
    }
    console.log(
      `gantry: installed in ${((Date.now() - began) / 1000).toFixed(1)} s, with Node ${installedNode()}.`,
    );
  } finally {
    release();
  }
}

async function main() {
  if (majorOf(process.versions.node) < oldestNode) {
    throw new InstallFailure(
      `this is Node ${process.versions.node}; ${oldestNode} or later is needed to begin with ` +
        `(Node ${runtimeNode}, which Gantry runs on, is then installed inside this folder).`,
    );
  }
  if (process.platform === 'win32') {
    throw new InstallFailure('Gantry runs on Linux and macOS; on Windows, run it inside WSL.');
  }
  if (process.argv.includes('--verify')) {
    const reason = reasonToInstall();
    if (reason !== undefined) throw new InstallFailure(`${reason}. Run \`node scripts/install.mjs\` first.`);
    return;
  }
  // The quick way for every start but the first.
  if (!existsSync(lock) && reasonToInstall() === undefined) return;
  await waitForLock();
  await install();
}

main().catch((error) => {
  if (!(error instanceof InstallFailure)) throw error;
  console.error(`gantry: ${error.message}`);
  process.exitCode = 1;
});
