import { describe, expect, it } from 'vitest';
import { ClaimSize } from '../src/claim-size.ts';

describe('the size of a claim', () => {
  it('fills the free slots at first', () => {
    const size = new ClaimSize(() => 0);
    expect(size.wanted(4, 0)).toBe(4);
    expect(size.wanted(0, 0)).toBe(0);
    expect(size.wanted(4, 4)).toBe(0);
  });

  it('adds half a second of work at the rate of the last seconds, in blocks', () => {
    let now = 0;
    const size = new ClaimSize(() => now);
    for (; now < 4_000; now += 10) size.noteEnded();
    // 100/s for more than the two seconds that are looked at: about 50 ahead.
    const ahead = size.wanted(0, 0);
    expect(ahead).toBeGreaterThan(40);
    expect(ahead).toBeLessThanOrEqual(55);
    expect(size.wanted(0, 40)).toBe(0);
    expect(size.wanted(0, 20)).toBeGreaterThan(20);
    now += 3_000;
    expect(size.wanted(2, 0)).toBe(2);
  });

  it('claims no slow work ahead', () => {
    let now = 0;
    const size = new ClaimSize(() => now);
    for (; now < 20_000; now += 2_000) size.noteEnded();
    expect(size.wanted(0, 0)).toBe(0);
  });

  it('wants a whole batch for each free slot', () => {
    const size = new ClaimSize(() => 0);
    size.noteBatch(50);
    expect(size.wanted(2, 0)).toBe(102);
  });

  it('has a bound', () => {
    let now = 0;
    const size = new ClaimSize(() => now);
    for (let count = 0; count < 100_000; count += 1, now += 0.02) size.noteEnded();
    expect(size.wanted(2, 0)).toBe(1_000);
  });
});
