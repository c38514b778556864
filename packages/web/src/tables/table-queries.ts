/** What pages ask of tables: what columns there are, the values of one, and one row. */
import { maxTableValues, type Place, type TableAnswer } from '@gantry/model';
import { queryOptions } from '@tanstack/react-query';
import { pictureClient } from '../api/picture-client.ts';
import { placeText } from '../parts/numbers.ts';
import type { ColumnValues } from './rows.ts';

/** A table without its values. */
export const tableQuery = (dataset: number, place: Place) =>
  queryOptions({
    queryKey: ['table', dataset, placeText(place)],
    queryFn: ({ signal }) => pictureClient.table(dataset, place, { limit: 0 }, signal),
  });

/** All values of a column. */
export const columnQuery = (table: TableAnswer, name: string) =>
  queryOptions({
    queryKey: ['column', table.dataset.id, placeText(table.place), table.version, name],
    queryFn: ({ signal }) => readColumn(table, name, signal),
    // They are large, and read again from the browser's own cache.
    gcTime: 60_000,
  });

async function readColumn(table: TableAnswer, name: string, signal: AbortSignal): Promise<ColumnValues> {
  const { dataset, place, version, rows } = table;
  const kind = table.columns.find((column) => column.name === name)?.kind ?? 'text';
  const numbers = new Float64Array(kind === 'number' ? rows : 0);
  const texts: string[] = [];
  for (let from = 0; from < rows; from += maxTableValues) {
    const part = await pictureClient.table(
      dataset.id,
      place,
      { columns: [name], from, limit: maxTableValues, version },
      signal,
    );
    const values = part.columns[0]?.values ?? [];
    if (kind === 'text') for (const value of values) texts.push(value === null ? '' : String(value));
    else
      for (const [index, value] of values.entries())
        numbers[from + index] = value === null ? NaN : Number(value);
  }
  return kind === 'text' ? texts : numbers;
}

/** One row with all columns. */
export const rowQuery = (table: TableAnswer, row: number) =>
  queryOptions({
    queryKey: ['row', table.dataset.id, placeText(table.place), table.version, row],
    queryFn: ({ signal }) =>
      pictureClient.table(
        table.dataset.id,
        table.place,
        { from: row, limit: 1, version: table.version },
        signal,
      ),
  });

/** The column that holds the numbers of objects, by its usual names. */
export function idColumnOf({ columns }: TableAnswer): string | undefined {
  return columns.find(
    ({ name, kind }) => kind === 'number' && /^(?:id|label|object|object ?id|number)$/i.test(name),
  )?.name;
}
