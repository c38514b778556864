/** What dies at any moment, again and again: the short form of `tests/long/faults.ts`, with a seed that is always the same. */
import { expect, it } from 'vitest';
import { runUnderFault } from './under-fault/run-under-fault.ts';

it.runIf(process.platform === 'linux')(
  'a run whose server, agents and database are killed ends with every output there once, and right',
  { timeout: 180_000 },
  async () => {
    const { faults, killed, lostAttempts } = await runUnderFault({
      seed: 7,
      size: { planes: 4, columns: 90 },
      kills: 8,
      limitMs: 150_000,
      log: console.log,
    });
    expect(faults).toEqual([]);
    expect(killed).toBe(8);
    // Kills that hit nothing would show nothing.
    expect(lostAttempts).toBeGreaterThan(0);
  },
);
