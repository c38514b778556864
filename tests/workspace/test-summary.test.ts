/** What `npm test` says at its end: counts that cannot hide a failure. */
import { describe, expect, it } from 'vitest';
import { summarise, type VitestReport } from '../../scripts/test-summary.ts';

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
