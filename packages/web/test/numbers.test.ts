import { describe, expect, it } from 'vitest';
import {
  formatCount,
  formatDuration,
  formatPace,
  formatRate,
  formatRough,
  formatSize,
  formatSoFar,
  placeText,
  readPlaceText,
} from '../src/parts/numbers.ts';

describe('numbers as people read them', () => {
  it.each([
    [0.85, '850 ms'],
    [4.24, '4.2 s'],
    [59.97, '1 min 00 s'],
    [185, '3 min 05 s'],
    [7800, '2 h 10 min'],
    [273_600, '3 d 4 h'],
  ])('%f seconds are %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it.each([
    [999, '999 B'],
    [1400, '1.4 kB'],
    [999_700, '1.0 MB'],
    [123_456_789, '123 MB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });

  it('are rough where they are guessed, so that they do not flicker', () => {
    expect([3, 34, 58, 100, 5000, 200_000].map(formatRough)).toEqual([
      ...['10 s', '35 s', '1 min', '2 min', '1 h', '2 d'],
    ]);
    expect([formatPace(2.34), formatPace(0.5)]).toEqual(['2.3/s', '30/min']);
  });

  it('have separators, rates a unit that is not a fraction, and what goes on whole seconds', () => {
    expect(formatCount(1_234_567)).toBe('1,234,567');
    expect([formatRate(1234), formatRate(2.34), formatRate(0.5)]).toEqual([
      '1,234 tasks/s',
      '2.3 tasks/s',
      '30 tasks/min',
    ]);
    expect([formatSoFar(0.2), formatSoFar(14.2), formatSoFar(75)]).toEqual(['1 s', '14 s', '1 min 15 s']);
  });

  it('places are written as the command line writes them', () => {
    expect(placeText({ t: 3, channel: -1 })).toBe('t=3,channel=-1');
    expect(readPlaceText('t=3,channel=-1')).toEqual({ t: 3, channel: -1 });
    expect(readPlaceText('')).toEqual({});
    for (const text of ['t', 't=', 't=x', 't=1,']) expect(readPlaceText(text), text).toBeUndefined();
  });
});
