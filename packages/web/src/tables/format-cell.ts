/** Values of tables for people: whole numbers whole, others with five digits; what is not there is a dash. */

export function formatCell(value: number | string | null): string {
  if (value === null || value === '') return '–';
  if (typeof value === 'string') return value;
  if (Number.isNaN(value)) return '–';
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return value.toLocaleString('en');
  const size = Math.abs(value);
  if (size >= 1e7 || size < 1e-4) return value.toExponential(3);
  return Number(value.toPrecision(5)).toLocaleString('en', { maximumSignificantDigits: 5 });
}

/** `1,186`, `0.0412`: three digits behind the first at most, where there is little room. */
export function formatBrief(value: number | null): string {
  if (value === null || Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  if (size >= 1000 && size < 1e7) return Math.round(value).toLocaleString('en');
  return formatCell(Number(value.toPrecision(4)));
}

/** A pure number has no unit to show. */
export function unitText(unit: string | null): string {
  return unit === null || unit === '1' ? '' : unit;
}

/** `area (px²)` */
export function nameWithUnit({
  name,
  unit,
}: {
  readonly name: string;
  readonly unit: string | null;
}): string {
  const text = unitText(unit);
  return text === '' ? name : `${name} (${text})`;
}
