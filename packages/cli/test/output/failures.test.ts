import type { LogLine, TaskSummary } from '@gantry/model';
import { describe, expect, it } from 'vitest';
import { groupFailures, readEnd } from '../../src/output/failures.ts';

const failed = (id: number, stage: string, message: string | null): TaskSummary => ({
  id,
  stage,
  place: { p: id },
  state: 'failed',
  stale: false,
  message,
  last: null,
});

describe('groupFailures', () => {
  it('puts messages together that differ in the numbers of files only, large groups first', () => {
    const groups = groupFailures([
      failed(1, 'fix', 'It ended with exit code 3.'),
      failed(2, 'fix', '/data/img_r001_c002.tif is cut short'),
      failed(3, 'fix', '/data/img_r001_c003.tif is cut short'),
      failed(4, 'fix', 'It ended with exit code 4.'),
      failed(5, 'blur', '/data/img_r001_c003.tif is cut short'),
    ]);
    expect(groups.map(({ tasks }) => tasks.map(({ id }) => id))).toEqual([[2, 3], [1], [4], [5]]);
    expect(groups[0]?.message).toBe('/data/img_r001_c002.tif is cut short');
  });

  it('says something about a task that says nothing', () => {
    expect(groupFailures([failed(1, 'fix', null)])[0]?.message).toContain('nothing');
  });
});

describe('readEnd', () => {
  it('gives the last lines of a log in pieces, however long it is', async () => {
    async function* log(): AsyncGenerator<LogLine> {
      for (let piece = 0; piece < 20_000; piece++) {
        yield {
          stream: 'stderr',
          time: '2026-01-01T00:00:00Z',
          text: `line ${piece >> 1}${piece % 2 ? '\n' : ' '}`,
        };
      }
    }
    const lines = await readEnd(log());
    expect(lines).toEqual([9995, 9996, 9997, 9998, 9999].map((line) => `line ${line} line ${line}`));
  });
});
