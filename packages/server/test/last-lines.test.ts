import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord, LogStream } from '@gantry/storage';
import { lastLines } from '../src/last-lines.ts';

const record = (stream: LogStream, text: string | Buffer): LogRecord => ({
  stream,
  time: 0,
  bytes: Buffer.from(text),
});
const texts = (records: readonly LogRecord[], whole: boolean, count: number): string[] =>
  lastLines(records, whole, count).lines.map(({ text }) => text);

describe('the last lines of a log', () => {
  it('are put together from the pieces of two streams, in the order in which they begin', () => {
    const records = [
      record('stdout', 'one\ntw'),
      record('stderr', 'oh '),
      record('stdout', 'o\n\nfour'),
      record('stderr', 'no\r\n'),
    ];
    expect(lastLines(records, true, 10)).toEqual({
      lines: [
        { stream: 'stdout', text: 'one' },
        { stream: 'stdout', text: 'two' },
        { stream: 'stderr', text: 'oh no' },
        { stream: 'stdout', text: '' },
        { stream: 'stdout', text: 'four' },
      ],
      whole: true,
    });
  });

  it('are no more than asked for, and none without its beginning', () => {
    const records = [record('stdout', 'lf of one\ntwo\nthree\n')];
    expect(lastLines(records, true, 2)).toMatchObject({
      whole: false,
      lines: [{ text: 'two' }, { text: 'three' }],
    });
    expect(texts(records, false, 10)).toEqual(['two', 'three']);
    expect(lastLines([], true, 5)).toEqual({ lines: [], whole: true });
  });

  it('keep characters whole that pieces cut, and cut lines that are too long', () => {
    const bytes = Buffer.from('é\n');
    expect(
      texts([record('stdout', bytes.subarray(0, 1)), record('stdout', bytes.subarray(1))], true, 5),
    ).toEqual(['é']);
    expect(texts([record('stdout', 'x'.repeat(10_000))], true, 5)[0]).toHaveLength(2_000);
  });

  it('are the same however the text is cut into pieces', () => {
    const lines = fc.array(fc.stringMatching(/^[a-zé ]{0,5}$/), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(lines, fc.array(fc.nat(60)), (written, cuts) => {
        const bytes = Buffer.from(`${written.join('\n')}\n`);
        const at = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const pieces = at.slice(1).map((end, index) => record('stdout', bytes.subarray(at[index], end)));
        expect(texts(pieces, true, 100)).toEqual(written);
      }),
    );
  });
});
