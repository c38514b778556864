/**
 * A CSV file as typed columns. A column is of numbers where every field that is not empty is one; an empty field, NaN
 * and infinity are NaN in it. It takes a second for 3,000,000 fields, so it is done in a thread (`table-thread.ts`).
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { GantryError } from '@gantry/model';
import { CsvError, parse, type Parser } from 'csv-parse';

export interface NumberColumn {
  readonly kind: 'number';
  readonly name: string;
  readonly values: Float64Array;
  /** Finite values, and what they say; null where there is none. */
  readonly count: number;
  readonly minimum: number | null;
  readonly median: number | null;
  readonly maximum: number | null;
}

export interface TextColumn {
  readonly kind: 'text';
  readonly name: string;
  readonly values: readonly string[];
  /** Fields that are not empty. */
  readonly count: number;
}

export interface ParsedTable {
  readonly rows: number;
  readonly columns: readonly (NumberColumn | TextColumn)[];
}

/** 8 bytes each in memory: 160 MB. */
const mostValues = 20_000_000;
/** Of one row, so that a quote that is never closed does not take the whole file. */
const mostRowBytes = 4 * 2 ** 20;
const headBytes = 64 * 2 ** 10;

/**
 * @throws GantryError `table-damaged` with the line, `table-empty` for a file without a header, `table-too-large`
 */
export async function parseTable(path: string): Promise<ParsedTable> {
  const delimiter = await guessDelimiter(path);
  const texts = new Set<number>();
  // A column that turns out to hold text late is read again as such.
  for (;;) {
    const found = await readOnce(path, delimiter, texts);
    if (found.late.size === 0) return finish(found);
    for (const column of found.late) texts.add(column);
  }
}

interface Reading {
  readonly names: readonly string[];
  readonly columns: readonly (Float64Array | string[])[];
  readonly rows: number;
  /** Columns that were taken for numbers, and hold text. */
  readonly late: ReadonlySet<number>;
}

async function readOnce(path: string, delimiter: string, texts: ReadonlySet<number>): Promise<Reading> {
  let names: string[] | undefined;
  let columns: (Float64Array | string[])[] = [];
  let rows = 0;
  const late = new Set<number>();
  const take = (fields: readonly string[]): void => {
    if (names === undefined) {
      names = nameColumns(fields);
      columns = names.map((_, index) => (texts.has(index) ? [] : new Float64Array(1024)));
      return;
    }
    if (rows * columns.length > mostValues) throw tooLarge(path);
    for (let index = 0; index < columns.length; index++) {
      const field = fields[index] ?? '';
      let column = columns[index]!;
      if (!(column instanceof Float64Array)) {
        column.push(field);
        continue;
      }
      const value = readNumber(field);
      if (value === undefined) {
        late.add(index);
        continue;
      }
      if (rows === column.length) {
        const larger = new Float64Array(2 * column.length);
        larger.set(column);
        columns[index] = column = larger;
      }
      column[rows] = value;
    }
    rows++;
  };
  try {
    for await (const fields of openParser(path, delimiter)) take(fields as string[]);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw damaged(path, error, await findLine(path, delimiter, error));
  }
  if (names === undefined) {
    throw new GantryError('table-empty', `${path} is empty: it has no header.`, {
      file: path,
      line: 1,
      mend: 'A table begins with a line of names, one for each column.',
    });
  }
  return { names, columns, rows, late };
}

function finish({ names, columns, rows }: Reading): ParsedTable {
  return {
    rows,
    columns: names.map((name, index) => {
      const values = columns[index]!;
      if (values instanceof Float64Array) return summarize(name, values.slice(0, rows));
      return { kind: 'text', name, values, count: values.filter((text) => text !== '').length };
    }),
  };
}

function summarize(name: string, values: Float64Array): NumberColumn {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const count = sorted.length;
  const median =
    count === 0 ? null : (sorted[Math.floor((count - 1) / 2)]! + sorted[Math.floor(count / 2)]!) / 2;
  return {
    ...{ kind: 'number', name, values, count, median },
    minimum: sorted[0] ?? null,
    maximum: sorted.at(-1) ?? null,
  };
}

const numberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
/** `007` is a name, and would not come back from a number. */
const namePattern = /^[+-]?0\d/;
const noNumberPattern = /^(?:nan|na|n\/a|null|[+-]?inf(?:inity)?|[+-]?∞)$/i;

/** NaN where there is no finite number; undefined where the field is text. */
function readNumber(field: string): number | undefined {
  if (field === '') return NaN;
  const text = field.trim();
  if (numberPattern.test(text) && !namePattern.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : NaN;
  }
  return text === '' || noNumberPattern.test(text) ? NaN : undefined;
}

/** Every column has a name of its own: what is empty gets its number, what comes again a mark. */
function nameColumns(fields: readonly string[]): string[] {
  const taken = new Set<string>();
  return fields.map((field, index) => {
    const plain = field.trim() === '' ? `column ${index + 1}` : field.trim();
    let name = plain;
    for (let again = 2; taken.has(name); again++) name = `${plain} (${again})`;
    taken.add(name);
    return name;
  });
}

/** The one that the header has most of, outside quotes: a comma, a semicolon or a tab. */
async function guessDelimiter(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    const [header = ''] = buffer.toString('utf8', 0, bytesRead).split(/\r?\n/, 1);
    const plain = header.replaceAll(/"[^"]*"/g, '');
    const counts = [',', ';', '\t'].map((delimiter) => [delimiter, plain.split(delimiter).length] as const);
    const [best] = counts.toSorted(([, a], [, b]) => b - a);
    return best?.[0] ?? ',';
  } finally {
    await file.close();
  }
}

function openParser(path: string, delimiter: string, info = false): Parser {
  const parser = parse({ bom: true, delimiter, info, skip_empty_lines: true, max_record_size: mostRowBytes });
  // Who reads the rows is told of errors of both.
  return pipeline(createReadStream(path), parser, () => {});
}

/** Where the row begins that has no end; of other faults the line that they are told in. */
async function findLine(path: string, delimiter: string, error: CsvError): Promise<number> {
  const told: unknown = error['lines'];
  const line = typeof told === 'number' ? told : 1;
  if (error.code !== 'CSV_QUOTE_NOT_CLOSED' && error.code !== 'CSV_MAX_RECORD_SIZE') return line;
  let last = 0;
  try {
    for await (const row of openParser(path, delimiter, true))
      last = (row as { info: { lines: number } }).info.lines;
  } catch (again) {
    if (!(again instanceof CsvError)) throw again;
  }
  return last + 1;
}

function damaged(path: string, error: CsvError, line: number): GantryError {
  return new GantryError(
    'table-damaged',
    `${basename(path)} is no proper CSV at line ${line}: ${sayWhy(error)}`,
    {
      file: path,
      line,
      mend: 'Each line has as many fields as the header; a field with a comma, a quote or a line break stands in double quotes.',
      cause: error,
    },
  );
}

function sayWhy({ code, message }: CsvError): string {
  switch (code) {
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH':
    case 'CSV_RECORD_INCONSISTENT_COLUMNS':
      return 'it has another number of fields than the header.';
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'a quote that opens a field is never closed.';
    case 'CSV_INVALID_CLOSING_QUOTE':
    case 'INVALID_OPENING_QUOTE':
      return 'a quote stands in the midst of a field.';
    case 'CSV_MAX_RECORD_SIZE':
      return `one row is larger than ${mostRowBytes / 2 ** 20} MiB.`;
    default:
      return `${message}.`;
  }
}

function tooLarge(path: string): GantryError {
  return new GantryError(
    'table-too-large',
    `${path} has more than ${mostValues.toLocaleString('en')} values, which is too large to look at here.`,
    { file: path, mend: 'Download it and use a program for large tables.' },
  );
}
