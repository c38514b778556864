/**
 * Counts and lists from Vitest's JSON report. Printing them and judging the time is left to `test.ts`.
 */

/** The parts of Vitest's JSON report that are used. Times are in ms since 1970. */
export interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly status: 'passed' | 'failed';
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

export interface TestSummary {
  readonly counts: { readonly passed: number; readonly failed: number; readonly skipped: number };
  /** At most ten, the slowest first. */
  readonly slowest: readonly { readonly file: string; readonly seconds: number }[];
  readonly skipped: readonly { readonly file: string; readonly tests: readonly string[] }[];
}

/** A file that fails without a failed test (it does not load, a hook throws) counts as one failed test. */
export function summarise(report: VitestReport): TestSummary {
  let passed = 0;
  let failed = 0;
  let skippedCount = 0;
  const skipped: { file: string; tests: string[] }[] = [];
  for (const result of report.testResults) {
    const withStatus = (...wanted: string[]) =>
      result.assertionResults.filter(({ status }) => wanted.includes(status));
    const failures = withStatus('failed').length;
    const skips = withStatus('skipped', 'pending', 'todo', 'disabled').map(({ fullName }) => fullName);
    passed += withStatus('passed').length;
    failed += failures === 0 && result.status === 'failed' ? 1 : failures;
    skippedCount += skips.length;
    if (skips.length > 0) skipped.push({ file: result.name, tests: skips });
  }
  const slowest = report.testResults
    .map(({ name, startTime, endTime }) => ({ file: name, seconds: (endTime - startTime) / 1000 }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, 10);
  return { counts: { passed, failed, skipped: skippedCount }, slowest, skipped };
}
