/** Ranges of columns, as addresses write them: `area:10..50;mean:..300`. A row must lie in all of them. */

export interface Range {
  readonly column: string;
  /** -∞ and ∞ where there is no end. */
  readonly from: number;
  readonly to: number;
}

/** What is not written so is left out. Names may hold what separates, as `%3A`. */
export function readRanges(text: string | undefined): Range[] {
  return (text ?? '').split(';').flatMap((part) => {
    const [, name, from, to] = /^(.+):(-?[\d.e+-]*)\.\.(-?[\d.e+-]*)$/i.exec(part) ?? [];
    if (name === undefined || (from === '' && to === '')) return [];
    const range = {
      column: name.replaceAll(/%(?:25|3A|3B)/g, decodeURIComponent),
      from: from === '' ? -Infinity : Number(from),
      to: to === '' ? Infinity : Number(to),
    };
    return Number.isNaN(range.from) || Number.isNaN(range.to) ? [] : [range];
  });
}

/** Undefined for none. Names may hold anything, so that what separates is written otherwise in them. */
export function rangesText(ranges: readonly Range[]): string | undefined {
  const end = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(6))) : '');
  const parts = ranges.map(
    ({ column, from, to }) => `${column.replaceAll(/[%;:]/g, encodeURIComponent)}:${end(from)}..${end(to)}`,
  );
  return parts.length === 0 ? undefined : parts.join(';');
}

/** With the range of one column set, or taken away. */
export function withRange(
  ranges: readonly Range[],
  column: string,
  range: { from: number; to: number } | undefined,
): Range[] {
  const others = ranges.filter((one) => one.column !== column);
  const endless = range === undefined || (range.from === -Infinity && range.to === Infinity);
  return endless ? others : [...others, { column, ...range }];
}
