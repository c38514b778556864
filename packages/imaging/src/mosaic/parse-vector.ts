/**
 * Reads WIPP's stitching vectors: one line per tile, with its position in the mosaic.
 * `file: NAME; corr: 0.97; position: (338, 0); grid: (1, 0);`, where grid is (column, row).
 * Matching the names with files is left to `plan-mosaic.ts`.
 */
import { GantryError } from '@gantry/model';

export interface VectorEntry {
  readonly file: string;
  /** As written: may exceed 1, and is −1 for the first tile. Undefined if the line has none. */
  readonly correlation: number | undefined;
  /** The tile's upper left corner in the mosaic, whole pixels. */
  readonly x: number;
  readonly y: number;
  readonly column: number | undefined;
  readonly row: number | undefined;
  /** From 1. */
  readonly line: number;
}

const NUMBER = String.raw`\s*([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*`;
const PAIR = new RegExp(String.raw`^\(${NUMBER}[,;]${NUMBER}\)$`);
/** What separates the fields; a file name may itself hold a semicolon or a colon. */
const FIELDS = /;\s*(?=(?:corr|position|grid)\s*:|$)/;

/**
 * @param path for messages only
 * @throws GantryError `vector-malformed` (file and line), `vector-empty`, `vector-repeats` (a file named twice)
 */
export function parseVector(text: string, path: string): VectorEntry[] {
  const entries: VectorEntry[] = [];
  const seen = new Map<string, number>();
  text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .forEach((line, index) => {
      if (line.trim() === '') return;
      const entry = parseLine(line.trim(), index + 1, path);
      const before = seen.get(entry.file);
      if (before !== undefined) {
        throw new GantryError(
          'vector-repeats',
          `${path} names ${entry.file} twice, in line ${before} and in line ${entry.line}`,
          { file: path, line: entry.line, mend: 'Remove one of the lines.' },
        );
      }
      seen.set(entry.file, entry.line);
      entries.push(entry);
    });
  if (entries.length === 0) {
    throw new GantryError('vector-empty', `The stitching vector ${path} names no tiles`, {
      file: path,
      mend: 'Run the stitching again, or give the vector that belongs to the tiles.',
    });
  }
  return entries;
}

function parseLine(line: string, number: number, path: string): VectorEntry {
  const fail = (what: string): GantryError =>
    new GantryError('vector-malformed', `Line ${number} of ${path} ${what}: ${line.slice(0, 120)}`, {
      file: path,
      line: number,
      mend: 'A line reads "file: NAME; corr: 0.9; position: (X, Y); grid: (C, R);".',
    });
  const fields = new Map<string, string>();
  for (const field of line.split(FIELDS)) {
    const colon = field.indexOf(':');
    if (colon > 0) fields.set(field.slice(0, colon).trim(), field.slice(colon + 1).trim());
  }
  const file = fields.get('file');
  if (file === undefined || file === '') throw fail('names no file');
  const position = PAIR.exec(fields.get('position') ?? '');
  if (position === null) throw fail('has no position (X, Y)');
  const grid = PAIR.exec(fields.get('grid') ?? '');
  // Some locales write 0,98; a position has its comma between the numbers, so only this field can.
  const correlation = Number((fields.get('corr') ?? '').replace(',', '.') || Number.NaN);
  return {
    file,
    correlation: Number.isNaN(correlation) ? undefined : correlation,
    x: Math.round(Number(position[1])),
    y: Math.round(Number(position[2])),
    column: grid === null ? undefined : Number(grid[1]),
    row: grid === null ? undefined : Number(grid[2]),
    line: number,
  };
}
