import { describe, expect, it } from 'vitest';
import { retryCommand, stripped } from '../src/failures/retry-words.ts';
import { formatShort } from '../src/parts/numbers.ts';

describe('a retry as a command', () => {
  it.each([
    [{ tasks: [3, 4] }, 'npx gantry retry --task 3 --task 4'],
    [{ filter: {} }, 'npx gantry retry --all'],
    [{ filter: { run: undefined } }, 'npx gantry retry --all'],
    [
      { filter: { run: 2, cause: 77, host: 'lab one' } },
      "npx gantry retry --run 2 --cause 77 --host 'lab one'",
    ],
  ])('%j', (body, command) => {
    expect(retryCommand(body)).toBe(command);
  });

  it('and as a request names only what is named', () => {
    expect(stripped({ run: 2, stage: undefined })).toEqual({ run: 2 });
  });
});

describe('a count at the corner of a sign', () => {
  it.each([
    [7, '7'],
    [999, '999'],
    [1_000, '1k'],
    [123_456, '123k'],
    [2_500_000, '2M'],
  ])('%d', (count, text) => {
    expect(formatShort(count)).toBe(text);
  });
});
