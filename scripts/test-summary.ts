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
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

type FileResult = VitestReport['testResults'][number];

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

/** Something that failed and may pass on a quieter machine: a property that does not hold is no such thing. */
export function mayBeUnsteady(report: VitestReport): boolean {
  return report.testResults.every(({ assertionResults }) =>
    assertionResults.every(({ failureMessages = [] }) =>
      failureMessages.every((message) => !message.includes('Property failed after')),
    ),
  );
}

/** Files in which something failed. */
export function failedFiles(report: VitestReport): string[] {
  return report.testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);
}

/**
 * What a second run of some files says takes the place of what the first one said of them.
 * @returns the report of both, and the tests that failed first and passed then; a file that did not load is named itself
 */
export function withSecondTry(
  first: VitestReport,
  second: VitestReport,
): { report: VitestReport; unsteady: { file: string; tests: string[] }[] } {
  const again = new Map(second.testResults.map((result) => [result.name, result]));
  const unsteady: { file: string; tests: string[] }[] = [];
  const testResults = first.testResults.map((before): FileResult => {
    const after = before.status === 'failed' ? again.get(before.name) : undefined;
    if (after === undefined) return before;
    const passes = new Set(
      after.assertionResults.filter(({ status }) => status === 'passed').map(({ fullName }) => fullName),
    );
    const failures = before.assertionResults.filter(({ status }) => status === 'failed');
    const tests = failures.map(({ fullName }) => fullName).filter((name) => passes.has(name));
    if (tests.length > 0) unsteady.push({ file: before.name, tests });
    else if (failures.length === 0 && after.status === 'passed')
      unsteady.push({ file: before.name, tests: ['(the file itself)'] });
    return after;
  });
  return { report: { testResults }, unsteady };
}
