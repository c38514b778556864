/** The log says once that the database is away, and everything about a fault. */
import { GantryError } from '@gantry/model';
import { describe, expect, it } from 'vitest';
import { FaultLog } from '../src/log-faults.ts';

const refused = (): Error =>
  Object.assign(new Error('connect ECONNREFUSED /run/.s.PGSQL.5432'), {
    code: 'ECONNREFUSED',
    syscall: 'connect',
  });

function open(): { faults: FaultLog; lines: string[]; pass: (ms: number) => void } {
  const lines: string[] = [];
  let time = 0;
  const pool = { options: { host: '/run', port: 5432, database: 'gantry' } };
  const faults = new FaultLog(
    (line) => lines.push(line),
    pool as never,
    () => time,
  );
  return { faults, lines, pass: (ms) => (time += ms) };
}

describe('FaultLog', () => {
  it('tells once of a database that is away, however many ask, and again when that lasts', () => {
    const { faults, lines, pass } = open();
    const ways = [
      refused(),
      new AggregateError([refused()]),
      new Error('Connection terminated unexpectedly'),
      Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' }),
    ];
    for (const error of ways) {
      faults.report('GET /runs', error);
      expect(faults.explain(error)).toMatchObject({ code: 'database-unreachable' });
    }
    expect(lines).toEqual([expect.stringMatching(/^The database server at .* cannot be reached: [^\n]*$/)]);
    pass(11_000);
    faults.report('GET /runs', refused());
    expect(lines).toHaveLength(2);
  });

  it('says all that is known of a fault, each time', () => {
    const { faults, lines } = open();
    const missing = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT', syscall: 'open' });
    for (const error of [new TypeError('x is undefined'), missing]) {
      faults.report('GET /runs', error);
      expect(faults.explain(error)).toBe(error);
      expect(lines.at(-1)).toContain(`GET /runs: ${error.stack}`);
    }
    faults.report('GET /runs', new GantryError('log-damaged', 'The log is damaged.'));
    expect(lines.at(-1)).toBe('GET /runs: The log is damaged.');
  });
});
