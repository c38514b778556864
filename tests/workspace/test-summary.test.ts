/** What `npm test` says at its end: counts that cannot hide a failure. */
import { describe, expect, it } from 'vitest';
import {
  failedFiles,
  mayBeUnsteady,
  summarise,
  withSecondTry,
  type VitestReport,
} from '../../scripts/test-summary.ts';

type FileReport = VitestReport['testResults'][number];

function fileReport(
  name: string,
  seconds: number,
  status: 'passed' | 'failed',
  ...tests: string[]
): FileReport {
  return {
    name,
    startTime: 1_000,
    endTime: 1_000 + seconds * 1_000,
    status,
    assertionResults: tests.map((test, index) => ({ fullName: `test ${index + 1}`, status: test })),
  };
}

describe('summarise', () => {
  it('counts tests, and lists files with skipped ones', () => {
    const summary = summarise({
      testResults: [
        fileReport('a.test.ts', 1, 'failed', 'passed', 'failed', 'failed'),
        fileReport('b.test.ts', 2, 'passed', 'passed', 'skipped', 'pending'),
      ],
    });
    expect(summary.counts).toEqual({ passed: 2, failed: 2, skipped: 2 });
    expect(summary.skipped).toEqual([{ file: 'b.test.ts', tests: ['test 2', 'test 3'] }]);
  });

  it('counts a file that does not load as a failure', () => {
    expect(summarise({ testResults: [fileReport('a.test.ts', 0, 'failed')] }).counts.failed).toBe(1);
  });

  it('names the ten slowest files, the slowest first', () => {
    const testResults = Array.from({ length: 12 }, (_, index) =>
      fileReport(`${index}`, index, 'passed', 'passed'),
    );
    expect(summarise({ testResults }).slowest.map(({ seconds }) => seconds)).toEqual([
      11, 10, 9, 8, 7, 6, 5, 4, 3, 2,
    ]);
  });
});

describe('withSecondTry', () => {
  const first = {
    testResults: [
      fileReport('a.test.ts', 1, 'passed', 'passed'),
      fileReport('b.test.ts', 1, 'failed', 'failed', 'passed'),
      fileReport('c.test.ts', 1, 'failed', 'failed', 'failed'),
      fileReport('d.test.ts', 1, 'failed'),
    ],
  };

  it('names tests that pass then, and keeps the others as failures', () => {
    expect(failedFiles(first)).toEqual(['b.test.ts', 'c.test.ts', 'd.test.ts']);
    const { report, unsteady } = withSecondTry(first, {
      testResults: [
        fileReport('b.test.ts', 1, 'passed', 'passed', 'passed'),
        fileReport('c.test.ts', 1, 'failed', 'passed', 'failed'),
        fileReport('d.test.ts', 1, 'passed', 'passed'),
      ],
    });
    expect(unsteady).toEqual([
      { file: 'b.test.ts', tests: ['test 1'] },
      { file: 'c.test.ts', tests: ['test 1'] },
      { file: 'd.test.ts', tests: ['(the file itself)'] },
    ]);
    expect(summarise(report).counts).toEqual({ passed: 5, failed: 1, skipped: 0 });
  });

  it('is not for a property that does not hold', () => {
    const result = (message: string): VitestReport => ({
      testResults: [
        {
          ...fileReport('a.test.ts', 1, 'failed'),
          assertionResults: [{ fullName: 'test', status: 'failed', failureMessages: [message] }],
        },
      ],
    });
    expect(mayBeUnsteady(result('Error: Test timed out in 30000ms.'))).toBe(true);
    expect(mayBeUnsteady(result('Error: Property failed after 3 tests'))).toBe(false);
  });

  it('counts a test that fails in the second run alone', () => {
    const { report, unsteady } = withSecondTry(first, {
      testResults: [fileReport('b.test.ts', 1, 'failed', 'failed', 'failed')],
    });
    expect(unsteady).toEqual([]);
    expect(summarise(report).counts.failed).toBe(5);
  });
});
