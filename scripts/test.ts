/**
 * `npm test`: prepares the engines that tests need, runs Vitest, and closes with the slowest files, what was
 * skipped, and the counts. Arguments are handed to Vitest (`npm test -- packages/model`).
 * Which tests exist and how they run is left to `vitest.config.ts`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { prepareEngines } from './engines.ts';
import { repositoryRoot } from './repository.ts';
import { summarise, type VitestReport } from './test-summary.ts';

const warnMinutes = 15;
const failMinutes = 18;

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
try {
  const reportFile = join(folder, 'report.json');
  const began = performance.now();
  const vitest = spawnSync(
    process.execPath,
    [
      join(repositoryRoot, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
      ...process.argv.slice(2),
    ],
    { cwd: repositoryRoot, stdio: 'inherit' },
  );
  const minutes = (performance.now() - began) / 60_000;
  if (vitest.status !== 0) failed = true;
  if (existsSync(reportFile)) {
    const report = JSON.parse(readFileSync(reportFile, 'utf8')) as VitestReport;
    const summary = summarise(report);
    console.log('\nslowest test files');
    for (const { file, seconds } of summary.slowest) {
      console.log(`${seconds.toFixed(1).padStart(7)} s  ${relative(repositoryRoot, file)}`);
    }
    if (summary.skipped.length > 0) console.log('\nSKIPPED');
    for (const { file, tests } of summary.skipped) {
      console.log(`  ${relative(repositoryRoot, file)}: ${tests.length} tests, such as “${tests[0]}”`);
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
