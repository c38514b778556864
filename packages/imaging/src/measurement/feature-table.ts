/**
 * A table of features as text: CSV (RFC 4180) and the sidecar that says what its columns mean.
 * Where the text goes is left to the caller.
 */
import type { FeatureColumn } from './feature-columns.ts';
import type { ObjectFeatures, PixelSize } from './object-features.ts';

const END = '\r\n';
const ROWS_PER_CHUNK = 1000;
const UNKNOWN_SIZE: PixelSize = { x: NaN, y: NaN };

/**
 * The CSV in chunks of at most a thousand rows: a header, then a row per object. Numbers have a decimal
 * point and the fewest digits that read back as the same double; a value that is not defined is an
 * empty field.
 */
export function* formatFeatureTable(
  objects: Iterable<ObjectFeatures>,
  columns: readonly FeatureColumn[],
  pixelSize: PixelSize | undefined,
): Generator<string, void, undefined> {
  let text = columns.map((column) => column.name).join(',') + END;
  let rows = 0;
  for (const object of objects) {
    text += columns
      .map((column) => formatNumber(column.valueOf(object, pixelSize ?? UNKNOWN_SIZE)))
      .join(',');
    text += END;
    if (++rows % ROWS_PER_CHUNK === 0) {
      yield text;
      text = '';
    }
  }
  if (text !== '') yield text;
}

function formatNumber(value: number): string {
  return Number.isFinite(value) ? String(value) : '';
}

/** The sidecar: what each column of a table means. */
export interface FeatureUnits {
  /** File name of the table. */
  readonly table: string;
  readonly objects: number;
  /** µm per pixel, or null where the image does not tell. */
  readonly pixelSize: { readonly x: number; readonly y: number; readonly unit: 'µm' } | null;
  /** By the column's name, in the order of the table. */
  readonly columns: Readonly<Record<string, { readonly unit: string; readonly definition: string }>>;
}

export function describeUnits(
  table: string,
  objects: number,
  columns: readonly FeatureColumn[],
  pixelSize: PixelSize | undefined,
): FeatureUnits {
  return {
    table,
    objects,
    pixelSize: pixelSize === undefined ? null : { x: pixelSize.x, y: pixelSize.y, unit: 'µm' },
    columns: Object.fromEntries(columns.map(({ name, unit, definition }) => [name, { unit, definition }])),
  };
}
