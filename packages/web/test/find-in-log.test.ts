/** What is looked for in a log is found in any case, and the line's text stays whole. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findLines, splitAtText } from '../src/log/find-in-log.ts';

describe('a text in a log', () => {
  it('is found in any case, line by line', () => {
    const lines = ['Reading tile 7', 'done', 'READING tile 8'].map((text) => ({ text }));
    expect(findLines(lines, 'reading')).toEqual([0, 2]);
    expect(findLines(lines, '')).toEqual([]);
    expect(findLines(lines, 'tile 9')).toEqual([]);
  });

  it('parts the line where it stands, and nothing of the line is lost', () => {
    expect(splitAtText('aXbxA', 'x')).toEqual([
      { text: 'a', found: false },
      { text: 'X', found: true },
      { text: 'b', found: false },
      { text: 'x', found: true },
      { text: 'A', found: false },
    ]);
    fc.assert(
      fc.property(fc.string(), fc.string({ maxLength: 3 }), (line, text) => {
        const parts = splitAtText(line, text);
        expect(parts.map((part) => part.text).join('')).toBe(line);
        for (const part of parts) if (part.found) expect(part.text.toLowerCase()).toBe(text.toLowerCase());
      }),
    );
  });
});
