/**
 * `npm test`: prepares the engines that tests need, runs Vitest, and closes with the slowest files, what was
 * skipped, and the counts. A few files that fail are tried once more by themselves: on a machine with other work, real
 * processes miss a deadline at times. What passes then is told as unsteady. Arguments are handed to Vitest (`npm test -- packages/model`).
 * Which tests exist and how they run is left to `vitest.config.ts`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { prepareEngines } from './engines.ts';
import { repositoryRoot } from './repository.ts';
import { failedFiles, mayBeUnsteady, summarise, withSecondTry, type VitestReport } from './test-summary.ts';

const warnMinutes = 15;
const failMinutes = 18;
/** More files than that fail for a reason. */
const mostFilesToTryAgain = 5;

const strict = process.env['CI'] === 'true';
let failed = false;

for (const prepared of prepareEngines()) {
  if (prepared.state === 'present') continue;
  const { engine, reason } = prepared;
  console.log(
    `gantry: ${strict ? 'MISSING' : 'SKIPPED'}: tests that ${engine.use}, as there is no ${engine.name}`,
  );
  console.log(`        ${reason}; Debian has it as ${engine.packages.join(', ')}`);
  if (strict) failed = true;
}
if (failed) {
  console.log('gantry: with CI=true a missing engine is a failure.');
  process.exit(1);
}
const sharedData = join(repositoryRoot, '..', 'shared', 'data');
if (!existsSync(sharedData)) {
  console.log(`gantry: SKIPPED: tests on real microscope images, as there is no ${sharedData}`);
}

const folder = mkdtempSync(join(tmpdir(), 'gantry-test-'));

/** Runs Vitest with these arguments. */
function runTests(name: string, args: readonly string[]): { ok: boolean; report: VitestReport | undefined } {
  const reportFile = join(folder, `${name}.json`);
  const words = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`, ...args];
  const { status } = spawnSync(
    process.execPath,
    [join(repositoryRoot, 'node_modules', 'vitest', 'vitest.mjs'), ...words],
    { cwd: repositoryRoot, stdio: 'inherit' },
  );
  const report = existsSync(reportFile)
    ? (JSON.parse(readFileSync(reportFile, 'utf8')) as VitestReport)
    : undefined;
  return { ok: status === 0, report };
}

try {
  const began = performance.now();
  let { ok, report } = runTests('first', process.argv.slice(2));
  let unsteady: ReturnType<typeof withSecondTry>['unsteady'] = [];
  const toTryAgain = report === undefined || !mayBeUnsteady(report) ? [] : failedFiles(report);
  if (report !== undefined && toTryAgain.length > 0 && toTryAgain.length <= mostFilesToTryAgain) {
    console.log(`\ngantry: ${toTryAgain.length} files failed; they are tried once more, by themselves.`);
    const second = runTests('second', ['--no-file-parallelism', ...toTryAgain]);
    if (second.report !== undefined) {
      ({ report, unsteady } = withSecondTry(report, second.report));
      ok = second.ok && failedFiles(report).length === 0;
    }
  }
  const minutes = (performance.now() - began) / 60_000;
  if (!ok) failed = true;
  if (report !== undefined) {
    const summary = summarise(report);
    console.log('\nslowest test files');
    for (const { file, seconds } of summary.slowest) {
      console.log(`${seconds.toFixed(1).padStart(7)} s  ${relative(repositoryRoot, file)}`);
    }
    if (summary.skipped.length > 0) console.log('\nSKIPPED');
    for (const { file, tests } of summary.skipped) {
      console.log(`  ${relative(repositoryRoot, file)}: ${tests.length} tests, such as “${tests[0]}”`);
    }
    if (unsteady.length > 0) console.log('\nUNSTEADY: failed, and passed when tried once more');
    for (const { file, tests } of unsteady) {
      for (const test of tests) console.log(`  ${relative(repositoryRoot, file)}: ${test}`);
    }
    console.log(`\ntests took ${minutes.toFixed(1)} min`);
    if (minutes > failMinutes) {
      console.log(`gantry: that is more than ${failMinutes} min, which is a failure; make something faster.`);
      failed = true;
    } else if (minutes > warnMinutes) {
      console.log(`gantry: that is more than the ${warnMinutes} min aimed at.`);
    }
    if (failed && summary.counts.failed === 0) {
      console.log('gantry: no test failed, and yet the run did; the reason is above.');
    }
    const { passed, failed: failures, skipped } = summary.counts;
    console.log(`${passed} passed, ${failures} failed, ${skipped} skipped`);
  } else {
    failed = true;
    console.log('gantry: Vitest ended without a report; its messages are above.');
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
