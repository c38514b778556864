/**
 * When `scripts/install.mjs` installs and what it says when it cannot, with a stand-in for npm on the PATH.
 * The real npm is tried by `scripts/install-variants.ts`.
 */
import { spawn } from 'node:child_process';
import { chmod, chown, copyFile, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../scripts/repository.ts';

const lockFile = (version: string) =>
  JSON.stringify({
    packages: {
      '': { name: 'sample' },
      'node_modules/sharp': { version, integrity: `sha512-${version}` },
      'node_modules/other-platform': { version: '1.0.0', optional: true },
    },
  });

/** Stands for `npm ci`: notes the call, takes a moment, and installs a Node that says `v24.0.0`. */
const workingNpm = `#!/bin/sh
echo "$*" >>npm-calls
sleep 0.3
rm -rf node_modules
mkdir -p node_modules/.bin
printf '#!/bin/sh\\necho v24.0.0\\n' >node_modules/.bin/node
chmod +x node_modules/.bin/node
cp package-lock.json node_modules/.package-lock.json
`;

let root = '';
let bin = '';

beforeEach(async () => {
  const base = await mkdtemp(join(tmpdir(), 'gantry install '));
  await chmod(base, 0o755);
  root = join(base, 'clone');
  bin = join(base, 'bin');
  await mkdir(join(root, 'scripts'), { recursive: true });
  await mkdir(bin);
  await copyFile(join(repositoryRoot, 'scripts', 'install.mjs'), join(root, 'scripts', 'install.mjs'));
  await writeFile(join(root, 'package-lock.json'), lockFile('1.0.0'));
  await setNpm(workingNpm);
});
afterEach(() => rm(dirname(root), { recursive: true, force: true }));

async function setNpm(script: string): Promise<void> {
  await writeFile(join(bin, 'npm'), script);
  await chmod(join(bin, 'npm'), 0o755);
}

interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

function install(options: { args?: string[]; uid?: number } = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'scripts', 'install.mjs'), ...(options.args ?? [])], {
      env: { ...process.env, PATH: `${bin}:/usr/bin:/bin` },
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

async function npmCalls(): Promise<number> {
  const calls = await readFile(join(root, 'npm-calls'), 'utf8').catch(() => '');
  return calls.split('\n').length - 1;
}

describe('install.mjs', () => {
  it('installs what is missing, says so, and does nothing the next time', async () => {
    const first = await install();
    expect(first).toMatchObject({ code: 0 });
    expect(first.output).toMatch(/the dependencies are not installed[^]*installed in .* with Node 24\.0\.0/);
    expect(await install()).toEqual({ code: 0, output: '' });
    expect(await npmCalls()).toBe(1);
  });

  it('installs again when the lock file changed, or when Node is gone', async () => {
    await install();
    await writeFile(join(root, 'package-lock.json'), lockFile('2.0.0'));
    expect((await install()).output).toContain('node_modules/sharp is not the one in package-lock.json');
    await rm(join(root, 'node_modules', '.bin', 'node'));
    expect((await install()).output).toContain('Node did not come with the dependencies');
    expect(await npmCalls()).toBe(3);
  });

  it('takes an install that was cut short for none', async () => {
    await install();
    await writeFile(join(root, 'node_modules', '.package-lock.json'), lockFile('1.0.0').slice(0, 40));
    expect((await install()).code).toBe(0);
    expect(await npmCalls()).toBe(2);
  });

  it('installs once when three start at the same time', async () => {
    const outcomes = await Promise.all([install(), install(), install()]);
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(await npmCalls()).toBe(1);
  });

  it('takes over the lock of an install that was killed', async () => {
    const lock = join(root, '.install-lock');
    await writeFile(lock, '1\n');
    const minuteAgo = new Date(Date.now() - 60_000);
    await utimes(lock, minuteAgo, minuteAgo);
    expect((await install()).code).toBe(0);
    expect(await npmCalls()).toBe(1);
    await expect(readFile(lock)).rejects.toThrow(/ENOENT/);
  });

  it('only says what is missing when asked to verify', async () => {
    const outcome = await install({ args: ['--verify'] });
    expect(outcome.code).toBe(1);
    expect(outcome.output).toContain(
      'the dependencies are not installed. Run `node scripts/install.mjs` first',
    );
    expect(await npmCalls()).toBe(0);
  });

  it.each([
    ['npm error code EAI_AGAIN', 'the npm registry cannot be reached'],
    ['npm error code ENOSPC', 'the disk is full'],
    ['npm error code EUSAGE', 'package.json and package-lock.json do not agree'],
    ['npm error something else', "see npm's messages above"],
  ])('explains npm’s failure “%s”, and can be started again', async (message, explanation) => {
    await setNpm(`#!/bin/sh\necho '${message}' >&2\nexit 7\n`);
    const outcome = await install();
    expect(outcome.code).toBe(1);
    expect(outcome.output).toContain(message);
    expect(outcome.output).toContain('`npm ci` failed with 7: ');
    expect(outcome.output).toContain(explanation);
    await setNpm(workingNpm);
    expect((await install()).code).toBe(0);
  });

  it('fails when npm leaves no Node behind, as it does with install scripts switched off', async () => {
    await setNpm(`${workingNpm}rm node_modules/.bin/node\n`);
    const outcome = await install();
    expect(outcome.code).toBe(1);
    expect(outcome.output).toContain('Node did not come with the dependencies');
    expect(outcome.output).toContain('ignore-scripts');
  });

  it('needs the lock file', async () => {
    await rm(join(root, 'package-lock.json'));
    expect(await install()).toMatchObject({ code: 1 });
    expect((await install()).output).toContain('package-lock.json cannot be read');
  });

  it.runIf(process.getuid?.() === 0)('names a folder that it may not write to', async () => {
    await chown(root, 0, 0);
    await chmod(root, 0o755);
    const outcome = await install({ uid: 65_534 });
    expect(outcome.code).toBe(1);
    expect(outcome.output).toContain(`${root} cannot be written to (EACCES)`);
    expect(await npmCalls()).toBe(0);
  });
});
