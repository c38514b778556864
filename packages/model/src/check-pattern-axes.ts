/** Whether a pattern names just the axes of a source, in any order. */
import { GantryError } from './errors.ts';
import type { FilePattern } from './file-pattern.ts';

/** @throws GantryError `pattern-axes`, with what is to be named or passed over */
export function checkPatternAxes(source: string, axes: readonly string[], pattern: FilePattern): void {
  const { lacking, besides } = comparePatternAxes(axes, pattern);
  if (lacking.length === 0 && besides.length === 0) return;
  const list = (names: readonly string[]): string => (names.length === 0 ? 'no axes' : names.join(', '));
  throw new GantryError(
    'pattern-axes',
    `the source \`${source}\` has ${list(axes)}, and the pattern \`${pattern.text}\` names ${list(pattern.axes)}`,
    {
      field: 'pattern',
      mend:
        lacking.length > 0
          ? `Name ${lacking.map((axis) => `{${axis}:d}`).join(' and ')} in the pattern, or change the axes of the source.`
          : `Write {_:d+} for ${besides.join(' and ')} in the pattern, or add ${besides.length === 1 ? 'it' : 'them'} to the axes of the source.`,
    },
  );
}

/** Axes of the source that the pattern lacks, and those that it names besides. */
export function comparePatternAxes(
  axes: readonly string[],
  pattern: FilePattern,
): { lacking: string[]; besides: string[] } {
  return {
    lacking: axes.filter((axis) => !pattern.axes.includes(axis)),
    besides: pattern.axes.filter((axis) => !axes.includes(axis)),
  };
}
