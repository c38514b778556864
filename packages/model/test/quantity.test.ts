import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMemory, parseDuration, parseMemory, parsePercent } from '../src/index.ts';

describe('memory', () => {
  it.each([
    ['512MiB', 536_870_912],
    ['1.5 GiB', 1_610_612_736],
    ['2GB', 2e9],
    ['1kB', 1000],
    ['100', 100],
    ['7B', 7],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseMemory(text)).toBe(bytes);
  });

  it.each(['', 'MiB', '1 MiBs', '-1MiB', '1e3', '1m', '1 constructor', '99999999999TiB'])(
    '%j is none',
    (text) => {
      expect(parseMemory(text)).toBeUndefined();
    },
  );

  it('is read as it was written', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
        fc.integer({ min: 0, max: 40 }),
        (bytes, shift) => {
          const rounded = Math.max(1, Math.floor(bytes / 2 ** shift)) * 2 ** Math.min(shift, 20);
          fc.pre(Number.isSafeInteger(rounded));
          expect(parseMemory(formatMemory(rounded))).toBe(rounded);
        },
      ),
    );
  });
});

describe('durations', () => {
  it.each([
    ['10m', 600],
    ['1h30m', 5400],
    ['1h 30m', 5400],
    ['500ms', 0.5],
    ['90', 90],
    ['2d', 172_800],
    ['1.5h', 5400],
  ])('%s is %d seconds', (text, seconds) => {
    expect(parseDuration(text)).toBeCloseTo(seconds, 9);
  });

  it.each(['', 'm', '10 minutes', '-5s', '1h-30m', '5 toString'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('percents', () => {
  it('are fractions of at most one', () => {
    expect(parsePercent('2%')).toBeCloseTo(0.02, 12);
    expect(parsePercent('100 %')).toBe(1);
    for (const text of ['101%', '-1%', '2', '%', '2%%']) expect(parsePercent(text)).toBeUndefined();
  });
});
