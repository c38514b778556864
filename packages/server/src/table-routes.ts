/**
 * Tables of a dataset: typed columns of a CSV file, and the images that it was measured of.
 */
import { findMeasured, findShownItem } from '@gantry/engine';
import {
  GantryError,
  maxTableValues,
  measuredAnswerSchema,
  placeQuerySchema,
  tableAnswerSchema,
  tableQuerySchema,
  userApiPath,
  type MeasuredAnswer,
  type TableAnswer,
  type TableColumn,
} from '@gantry/model';
import { cacheFor } from './cache-headers.ts';
import type { ServerContext } from './context.ts';
import { locateItem } from './locate-item.ts';
import { idParams } from './path-params.ts';
import { readPlace } from './read-place.ts';
import { route, type Route } from './routes.ts';
import type { ParsedTable } from './tables/parse-table.ts';
import type { TableCache } from './tables/read-table.ts';
import { readUnits, type ColumnUnits } from './tables/read-units.ts';

/** Datasets of these types hold no tables, whatever their files are. */
const tableless: readonly string[] = ['image', 'pyramid', 'model', 'notebook'];

export function tableRoutes(context: ServerContext, tables: TableCache): Route[] {
  const base = `${userApiPath}/datasets/:id/table`;
  return [
    route({
      method: 'GET',
      path: base,
      who: 'owner',
      operation: 'readTable',
      summary: 'Reads columns of a table',
      schemas: { params: idParams, query: tableQuerySchema, answer: tableAnswerSchema },
      async handle({ params, query, reply }): Promise<TableAnswer> {
        const item = await findShownItem(context.engine, params.id, readPlace(query.place));
        const shown = locateItem(item, context.data.store);
        if (tableless.includes(shown.dataset.type)) {
          throw new GantryError(
            'not-a-table',
            `${item.name} is of a dataset of the type ${item.dataset.type}, and no table.`,
            { file: shown.path, mend: 'Look at it in the viewer, or download it.' },
          );
        }
        const table = await tables.read(shown.path);
        void reply.header('cache-control', cacheFor(query.v, table.version));
        const units = await readUnits(context, item, shown.path);
        const { from, limit } = query;
        const chosen = chooseColumns(table, query.column, shown.path);
        checkSize(Math.min(limit, Math.max(0, table.rows - from)), chosen.length);
        return {
          ...shown,
          ...{ rows: table.rows, from, version: table.version },
          columns: chosen.map((column) => describeColumn(column, units, from, limit)),
        };
      },
    }),
    route({
      method: 'GET',
      path: `${base}/measured`,
      who: 'owner',
      operation: 'listMeasured',
      summary: 'Lists the images that a table was measured of',
      schemas: { params: idParams, query: placeQuerySchema, answer: measuredAnswerSchema },
      async handle({ params, query }): Promise<MeasuredAnswer> {
        const { dataset, place } = await findShownItem(context.engine, params.id, readPlace(query.place));
        const found = await findMeasured(context.engine, dataset.id, place);
        return {
          images: found.map((image) => ({
            ...{ input: image.input, kind: image.kind, dataset: image.dataset, name: image.name },
            place: { ...image.place },
          })),
        };
      },
    }),
  ];
}

type Column = ParsedTable['columns'][number];

function chooseColumns(
  { columns }: ParsedTable,
  names: readonly string[] | undefined,
  path: string,
): readonly Column[] {
  if (names === undefined) return columns;
  return names.map((name) => {
    const column = columns.find((one) => one.name === name);
    if (column !== undefined) return column;
    throw new GantryError('bad-request', `${path} has no column "${name}".`, {
      file: path,
      field: 'query.column',
      mend: `Its columns are ${columns.map((one) => one.name).join(', ')}.`,
    });
  });
}

function checkSize(rows: number, columns: number): void {
  if (rows * columns <= maxTableValues) return;
  throw new GantryError(
    'bad-request',
    `An answer has at most ${maxTableValues} values, not ${columns} columns of ${rows} rows.`,
    {
      field: 'query.limit',
      mend: 'Ask for fewer columns (`column=NAME`) or rows (`limit`), and go on with `from`.',
    },
  );
}

function describeColumn(column: Column, units: ColumnUnits, from: number, limit: number): TableColumn {
  const { name, kind, count } = column;
  const said = Object.hasOwn(units, name) ? units[name] : undefined;
  const described = { name, kind, count, unit: said?.unit ?? null, definition: said?.definition ?? null };
  if (column.kind === 'text') {
    const values = column.values.slice(from, from + limit).map((text) => (text === '' ? null : text));
    return { ...described, minimum: null, median: null, maximum: null, values };
  }
  const { minimum, median, maximum } = column;
  const values = Array.from(column.values.subarray(from, from + limit), (value) =>
    Number.isNaN(value) ? null : value,
  );
  return { ...described, minimum, median, maximum, values };
}
