import { AgentRequestError } from '@gantry/client';
import { reportsRequestSchema, type Report } from '@gantry/model';
import { afterEach, describe, expect, it } from 'vitest';
import { judgeRefusal } from '../src/refusals.ts';
import { Reporter } from '../src/reporter.ts';
import { until } from './agent-bench.ts';

const time = new Date(0).toISOString();
const report = (attempt: number, change: Partial<Report> = {}): Report => ({
  attempt,
  outcome: 'succeeded',
  startedAt: time,
  endedAt: time,
  resources: { wallSeconds: 1 },
  outputs: [],
  ...change,
});

describe('the reporter', () => {
  const blocks: number[] = [];
  const taken = new Map<number, Report>();
  const answered = new Map<number, boolean>();
  let reporter: Reporter | undefined;
  afterEach(() => {
    reporter?.close();
    blocks.length = 0;
    taken.clear();
    answered.clear();
  });

  /** A server that takes no block with a report that is `bad`. */
  const open = (bad: (report: Report) => AgentRequestError | undefined): Reporter => {
    const failures: unknown[] = [];
    reporter = new Reporter({
      send: (reports) => {
        blocks.push(reports.length);
        for (const each of reports) {
          const error = bad(each);
          if (error !== undefined) return Promise.reject(error);
        }
        for (const each of reports) taken.set(each.attempt, each);
        return Promise.resolve([]);
      },
      onAnswered: (attempt, refused) => answered.set(attempt, refused),
      judge: judgeRefusal,
      onFailed: (error) => failures.push(error),
    });
    return reporter;
  };
  const refusal = (status: number) => new AgentRequestError(status, 'bad-request', 'Odd bytes.');

  it.each([400, 413, 500])(
    'finds the one report that is refused (%i) and tells the others',
    async (status) => {
      const under = open(({ attempt, outcome }) =>
        attempt === 37 && outcome === 'succeeded' ? refusal(status) : undefined,
      );
      for (let attempt = 1; attempt <= 100; attempt += 1) under.add(report(attempt), attempt < 100);
      await until(() => answered.size === 100 || undefined);
      expect(taken.get(37)).toMatchObject({
        outcome: 'failed',
        message: 'the server did not take the report of how it ended: Odd bytes.',
      });
      expect([...taken.values()].filter(({ outcome }) => outcome === 'failed')).toHaveLength(1);
      // Its outputs are nobody's.
      expect([...answered].filter(([, refused]) => refused)).toEqual([[37, true]]);
    },
  );

  it('sends again and changes nothing while the server is away', async () => {
    let away = 3;
    const under = open(() => ((away -= 1) >= 0 ? refusal(503) : undefined));
    under.add(report(1), false);
    await until(() => answered.size === 1 || undefined);
    expect(taken.get(1)?.outcome).toBe('succeeded');
    expect(blocks).toEqual([1, 1, 1, 1]);
  });

  it('bounds a block by its bytes', async () => {
    const outputs = Array.from({ length: 20_000 }, (_, index) => ({
      output: 'out',
      name: `${index}`,
      path: `${'x'.repeat(100)}/${index}`,
      size: 1,
      checksum: 'c'.repeat(71),
    }));
    const under = open(() => undefined);
    for (let attempt = 1; attempt <= 6; attempt += 1) under.add(report(attempt, { outputs }), attempt < 6);
    await until(() => answered.size === 6 || undefined);
    expect(Math.max(...blocks)).toBeLessThan(6);
  });
});

describe('the schema of reports', () => {
  it('takes out what text in a database cannot hold', () => {
    const odd = report(1, { outcome: 'failed', message: 'a\0b\ud800c' });
    const { reports } = reportsRequestSchema.parse({ session: '1', reports: [odd] });
    expect(reports[0]?.message).toBe('a\u2400b\ufffdc');
  });
});
