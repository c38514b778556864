/**
 * `npm run check`: the checks that need no running program, two at a time, in under a minute on two cores.
 * A check that passes prints one line; one that fails prints what it has to say. `npm run check -- lint types`
 * runs only those. What the checks check is in the configuration file of each.
 */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from './repository.ts';

interface Check {
  readonly name: string;
  /** A module inside `node_modules` or the repository, and its arguments. */
  readonly run: readonly [string, ...string[]];
}

const cache = join(repositoryRoot, 'node_modules', '.cache', 'gantry');

/** Lint takes the longest by far, and so is done in two parts, one beside the other: the packages, and the pages with all that is beside the packages. */
const besides = ['packages/web', 'tests', 'bench', 'scripts', 'examples'];
const lint = ['node_modules/eslint/bin/eslint.js', '--max-warnings=0'] as const;

/** The longest first, so that the two lanes end at about the same time. */
const checks: readonly Check[] = [
  { name: 'lint', run: [...lint, '.', ...besides.map((folder) => `--ignore-pattern=${folder}/**`)] },
  { name: 'lint-more', run: [...lint, ...besides] },
  {
    name: 'types',
    run: ['node_modules/typescript/bin/tsc', '--incremental', '--tsBuildInfoFile', join(cache, 'tsc.json')],
  },
  {
    // The browser application knows a document, and nothing of Node.
    name: 'types-web',
    run: [
      'node_modules/typescript/bin/tsc',
      ...['--project', 'packages/web', '--incremental', '--tsBuildInfoFile', join(cache, 'tsc-web.json')],
    ],
  },
  {
    name: 'format',
    run: [
      'node_modules/prettier/bin/prettier.cjs',
      '--check',
      '--log-level=warn',
      '--cache',
      `--cache-location=${join(cache, 'prettier')}`,
      '.',
    ],
  },
  {
    name: 'imports',
    run: [
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      '--output-type=err',
      'packages',
      'tools',
      'tests',
      'bench',
      'scripts',
      'examples',
    ],
  },
  { name: 'unused', run: ['node_modules/knip/bin/knip.js', '--no-progress', '--no-config-hints'] },
  { name: 'api', run: ['scripts/generate-api.ts', '--check'] },
  { name: 'licences', run: ['scripts/check-licences.ts'] },
];

function runCheck(check: Check): Promise<{ passed: boolean; output: string; seconds: number }> {
  const began = performance.now();
  const [script, ...args] = check.run;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(repositoryRoot, script), ...args], {
      cwd: repositoryRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ passed: code === 0, output, seconds: (performance.now() - began) / 1000 }),
    );
  });
}

const names = process.argv.slice(2);
const unknown = names.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no check ${unknown.join(', ')}; there are ${checks.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}

mkdirSync(cache, { recursive: true });
const began = performance.now();
const waiting = checks.filter(({ name }) => names.length === 0 || names.includes(name));
const failed: string[] = [];
async function runLane(): Promise<void> {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    const { passed, output, seconds } = await runCheck(check);
    console.log(
      `${passed ? 'passes' : 'FAILS '} ${check.name.padEnd(9)} ${seconds.toFixed(1).padStart(5)} s`,
    );
    if (!passed) {
      failed.push(check.name);
      console.log(output.trimEnd());
    }
  }
}
await Promise.all(Array.from({ length: Math.max(1, Math.min(4, availableParallelism())) }, runLane));
const seconds = ((performance.now() - began) / 1000).toFixed(1);
if (failed.length > 0) {
  console.log(
    `check fails in ${failed.join(', ')} (${seconds} s); \`npm run fix\` mends formats and some of lint.`,
  );
  process.exitCode = 1;
}
