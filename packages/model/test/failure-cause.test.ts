import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { causeGaps, causeOf, logHint, silentCause, withoutLogHint } from '../src/index.ts';

describe('the cause of a failure', () => {
  const alike: readonly (readonly [what: string, cause: string, ...messages: string[]])[] = [
    [
      'files',
      '‹file› is cut short',
      '/data/img_r001_c002.ome.tif is cut short',
      '/other/img.tif is cut short',
      'img_r001_c003.ome.tif is cut short',
      'C:\\scans\\a.tif is cut short',
    ],
    [
      'files in quotes, with a stop behind them',
      'cannot read "‹file›".',
      'cannot read "plate7/A01.tif".',
      'cannot read "B12.tif".',
    ],
    [
      'places',
      'no light at row=‹number›,col=‹number›',
      'no light at row=1,col=2',
      'no light at row=12,col=-3',
    ],
    ['measures', '‹number› MiB of ‹number› MiB', '512 MiB of 1,024 MiB', '7.5 MiB of 9 MiB'],
    ['signs', 'offset ‹number› is too far', 'offset -12 is too far', 'offset 7 is too far'],
    [
      'ids',
      'object ‹id› is gone',
      'object 0x7f3a is gone',
      'object 3f2504e0-4f89-11d3-9a0c-0305e82c3301 is gone',
      'object deadbeef01 is gone',
    ],
    [
      'times',
      'no answer since ‹time›',
      'no answer since 2026-02-03T04:05:06.789Z',
      'no answer since 10:11:12',
      'no answer since 2026-02-03 04:05',
    ],
    [
      'addresses',
      '‹address› does not answer',
      'http://host:80/a?b=1 does not answer',
      's3://b/k does not answer',
    ],
    [
      'lists',
      'missing: ‹file›',
      'missing: a1.tif',
      'missing: a1.tif, a2.tif and a3.tif',
      'missing: a.tif b.tif',
    ],
    ['names that count', 'tile‹number› failed', 'tile1 failed', 'tile22 failed'],
    ['spaces and lines', 'a b c', ' a  b\n\tc '],
  ];
  it.each(alike)('is the same whichever %s it names', (_what, cause, ...messages) => {
    expect(messages.map(causeOf)).toEqual(messages.map(() => cause));
  });

  it.each([
    [
      'exit codes',
      'fix@1.0.0 ended with exit code 3 on a1.tif',
      'fix@1.0.0 ended with exit code 4 on a1.tif',
    ],
    ['signals', 'ended by the signal SIGKILL', 'ended by the signal SIGSEGV'],
    ['signals by number', 'ended by signal 9', 'ended by signal 11'],
    ['versions of tools', 'fix@1.0.0 misbehaved', 'fix@1.0.1 misbehaved'],
    ['types', 'expects uint8', 'expects uint16'],
    ['answers', 'HTTP 404 of http://a/b', 'HTTP 500 of http://a/b'],
    ['words', 'a1.tif is cut short', 'a1.tif is empty'],
  ])('tells %s apart', (_what, one, other) => {
    expect(causeOf(one)).not.toBe(causeOf(other));
  });

  it('keeps shares, versions and words with a dot or a stroke for what they are', () => {
    expect(causeOf('fix@1.2.0: 3/4 of and/or foo.bar v2.1')).toBe(
      'fix@1.2.0: ‹number›/‹number› of and/or foo.bar v2.1',
    );
  });

  it('does not send people to the log, which is no cause', () => {
    const message = `fix@1.0.0 ended with exit code 3 on a1.tif${logHint}`;
    expect(causeOf(message)).toBe('fix@1.0.0 ended with exit code 3 on ‹file›');
    expect(withoutLogHint(message)).toBe('fix@1.0.0 ended with exit code 3 on a1.tif');
    expect(withoutLogHint('no hint')).toBe('no hint');
  });

  it('says something of a failure that says nothing', () => {
    expect([null, undefined, '', ' \n '].map(causeOf)).toEqual(Array(4).fill(silentCause));
  });

  it('can be taken apart into texts and gaps', () => {
    expect(causeOf('a1.tif has 3 holes').split(causeGaps)).toEqual([
      '',
      '‹file›',
      ' has ',
      '‹number›',
      ' holes',
    ]);
  });

  it('has no number of a file in it, whatever the file is called', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.constantFrom('tif', 'ome.tif', 'csv', 'weird'), (a, b, ending) => {
        const of = (n: number): string => causeOf(`img_${n}.${ending} could not be read`);
        expect(of(a)).toBe(of(b));
      }),
    );
  });

  it('of a cause is that cause', () => {
    const word = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom('/a/b1.tif', 'exit code 3', '12', 'row=1,col=2', 'deadbeef12', '10:11:12', 'x@1.0.0'),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (words) => {
        const cause = causeOf(words.join(' '));
        expect(causeOf(cause)).toBe(cause);
      }),
      { numRuns: 2000, examples: [[['@A1/A']], [['/A0@']]] },
    );
  });

  it('of the longest message that agents send is short, and found at once', () => {
    const long = ['a.', '1-', '/1', '0x', 'deadbeef', '‹number›,', '2026-01-', '9:9', 'é'];
    const began = performance.now();
    for (const piece of long) expect(causeOf(piece.repeat(4000)).length).toBeLessThanOrEqual(300);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
