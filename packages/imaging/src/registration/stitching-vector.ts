/**
 * Writes positions of tiles in the text format of WIPP's stitching vectors. Reading it is left to the mosaic's
 * `parse-vector.ts`.
 */

/** One tile of a vector. */
export interface VectorLine {
  readonly file: string;
  /** Correlation of the pair by which the tile was placed; −1 for a tile that the others hang on. */
  readonly correlation: number;
  /** Upper left corner, whole pixels, not negative. */
  readonly x: number;
  readonly y: number;
  readonly column: number;
  readonly row: number;
}

/** A line per tile; the grid is (column, row), as WIPP has it. */
export function formatVector(lines: readonly VectorLine[]): string {
  return lines
    .map(
      ({ file, correlation, x, y, column, row }) =>
        `file: ${file}; corr: ${correlation.toFixed(10)}; position: (${x}, ${y}); grid: (${column}, ${row});\n`,
    )
    .join('');
}
