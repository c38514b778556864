/**
 * The columns of a table in CSV (RFC 4180) or with tabs or semicolons, and how many rows it has. Reading its rows is
 * left to others.
 */

export interface TableHead {
  readonly columns: string[];
  /** Null where it is longer than is counted for one look. */
  readonly rows: number | null;
}

/** So many bytes are read at most: 50 ms. */
const mostBytes = 64 * 2 ** 20;
/** A head that is longer is no table's. */
const longestHead = 2 ** 20;

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

export async function countRows(chunks: AsyncIterable<Buffer>): Promise<TableHead> {
  let [quoted, rows, bytes, lineBytes] = [false, 0, 0, 0];
  const head: Buffer[] = [];
  let inHead = true;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      // A quote within quotes is written twice, and so turns it off and on again.
      if (byte === quote) quoted = !quoted;
      if (byte !== lineFeed || quoted) {
        if (byte !== carriageReturn) lineBytes += 1;
        continue;
      }
      if (inHead) {
        head.push(chunk.subarray(0, at));
        inHead = false;
      } else if (lineBytes > 0) rows += 1;
      lineBytes = 0;
      from = at + 1;
    }
    if (inHead) {
      head.push(chunk.subarray(from));
      if (bytes + chunk.length > longestHead) return { columns: [], rows: null };
    }
    bytes += chunk.length;
    if (bytes > mostBytes) return { columns: readColumns(head), rows: null };
  }
  if (!inHead && lineBytes > 0) rows += 1;
  return { columns: readColumns(head), rows };
}

function readColumns(head: readonly Buffer[]): string[] {
  const text = Buffer.concat(head)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .replace(/\r$/, '');
  if (text === '') return [];
  const separator = [',', '\t', ';'].find((one) => text.includes(one)) ?? ',';
  const columns: string[] = [];
  let [cell, quoted] = ['', false];
  for (const sign of text) {
    if (sign === '"') quoted = !quoted;
    else if (sign === separator && !quoted) {
      columns.push(cell);
      cell = '';
    } else cell += sign;
  }
  return [...columns, cell];
}
