/**
 * A table of a dataset: its rows, how a column is spread, two columns against each other, and the image in which the
 * objects lie. What is chosen or marked in one is seen in all. Whatever one sees is in the address.
 */
import { userApiPath, type TableAnswer, type TableColumn } from '@gantry/model';
import { Button, NativeSelect } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { CopyButton } from '../parts/copy-button.tsx';
import { CopyCall } from '../parts/copy-call.tsx';
import { formatCount, placeText, readPlaceText } from '../parts/numbers.ts';
import { Loading, Problem } from '../parts/page.tsx';
import { quote } from '../parts/quote.ts';
import { measuredQuery } from '../viewer/picture-queries.ts';
import { useDraft } from '../viewer/use-draft.ts';
import viewer from '../viewer/viewer.module.css';
import { HistogramPlot } from './histogram-plot.tsx';
import { ObjectImage } from './object-image.tsx';
import { RangeFilter } from './range-filter.tsx';
import { rangesText, readRanges, withRange } from './ranges.ts';
import { selectRows, sortRows, type Columns } from './rows.ts';
import { ScatterPlot } from './scatter-plot.tsx';
import { TableGrid } from './table-grid.tsx';
import { columnQuery, idColumnOf, tableQuery } from './table-queries.ts';
import type { TableSearch } from './table-search.ts';
import classes from './tables.module.css';

const route = getRouteApi('/datasets/$dataset/table');

export function TablePage() {
  const { dataset } = route.useParams();
  const address = route.useSearch();
  const navigate = route.useNavigate();
  const write = useCallback(
    (next: Partial<TableSearch>) => {
      void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
    },
    [navigate],
  );
  const [search, change] = useDraft<TableSearch>(address, write);
  const text = search.place ?? '';
  const place = useMemo(() => readPlaceText(text) ?? {}, [text]);
  const { data: table, error, refetch } = useQuery(tableQuery(dataset, place));
  useEffect(() => {
    document.title = `${table?.name ?? `Dataset ${dataset}`} · Gantry`;
  }, [table, dataset]);
  if (error !== null)
    return (
      <div style={{ padding: '1.25rem 1.5rem' }}>
        <h1 style={{ fontSize: '1.375rem', marginTop: 0 }}>Dataset {dataset}</h1>
        <Problem error={error} onRetry={() => void refetch()} />
      </div>
    );
  if (table === undefined) return <Loading height="100%" />;
  return <Table table={table} search={search} change={change} />;
}

interface TableProps {
  readonly table: TableAnswer;
  readonly search: TableSearch;
  readonly change: (next: Partial<TableSearch>) => void;
}

function Table({ table, search, change }: TableProps) {
  const [seen, setSeen] = useState<readonly string[]>([]);
  const numbers = table.columns.filter(({ kind, count }) => kind === 'number' && count > 0);
  const idName = idColumnOf(table);
  const plotted = numbers.filter(({ name }) => name !== idName);
  const named = (name: string | undefined, otherwise: TableColumn | undefined): TableColumn | undefined =>
    numbers.find((column) => column.name === name) ?? otherwise;
  const first = named('area', plotted[0] ?? numbers[0]);
  const histogramOf = named(search.column, first);
  const x = named(search.x, first);
  const y = named(search.y, named('mean', plotted.find((column) => column !== x) ?? first));
  const only = useMemo(() => readRanges(search.only), [search.only]);
  const chosenRanges = useMemo(() => readRanges(search.chosen), [search.chosen]);
  const sort =
    search.sort === undefined
      ? undefined
      : { column: search.sort.replace(/^-/, ''), down: search.sort.startsWith('-') };

  const wanted = [
    ...new Set([
      ...[idName, histogramOf?.name, x?.name, y?.name, sort?.column, 'centroid_x', 'centroid_y'],
      ...[...only, ...chosenRanges].map(({ column }) => column),
      ...seen,
    ]),
  ].filter((name): name is string => table.columns.some((column) => column.name === name));
  const read = useQueries({ queries: wanted.map((name) => columnQuery(table, name)) });
  const failed = read.find(({ error }) => error !== null)?.error ?? undefined;
  const ready = read.map(({ data }, index) => (data === undefined ? '' : (wanted[index] ?? ''))).join('\n');
  const columns: Columns = useMemo(
    () =>
      new Map(
        read.flatMap(({ data }, index) => (data === undefined ? [] : [[wanted[index] ?? '', data] as const])),
      ),
    // What was read does not change.
    [ready, table],
  );
  const numbersOf = (name: string | undefined): Float64Array | undefined => {
    const values = name === undefined ? undefined : columns.get(name);
    return values instanceof Float64Array ? values : undefined;
  };

  const rows = useMemo(() => selectRows(table.rows, only, columns), [table.rows, only, columns]);
  const chosen = useMemo(
    () =>
      chosenRanges.length === 0 ? undefined : selectRows(table.rows, [...only, ...chosenRanges], columns),
    [table.rows, only, chosenRanges, columns],
  );
  const sortValues = sort === undefined ? undefined : columns.get(sort.column);
  const sorted = useMemo(
    () => (sortValues === undefined ? rows : sortRows(rows, sortValues, sort?.down === true)),
    [rows, sortValues, sort?.down],
  );
  const chosenSet = useMemo(() => (chosen === undefined ? undefined : new Set(chosen)), [chosen]);

  const ids = numbersOf(idName);
  const object = search.object ?? 0;
  const marked = object === 0 || ids === undefined ? -1 : ids.indexOf(object);
  const idOf = (row: number): number => ids?.[row] ?? 0;
  const mark = (row: number): void => change({ object: row < 0 || idOf(row) === 0 ? undefined : idOf(row) });
  const nameOf = (row: number): string =>
    idName === undefined ? `row ${row + 1}` : `${idName} ${idOf(row)}`;
  const among = useMemo(
    () =>
      chosen === undefined || ids === undefined
        ? undefined
        : new Set(Array.from(chosen, (row) => ids[row] ?? 0)),
    [chosen, ids],
  );
  const [cx, cy] = [numbersOf('centroid_x')?.[marked], numbersOf('centroid_y')?.[marked]];
  // Centres of pixels are whole numbers in the table; in the image a pixel begins there.
  const middle = cx === undefined || cy === undefined ? undefined : { x: cx + 0.5, y: cy + 0.5 };

  const { data: measured } = useQuery(measuredQuery(table.dataset.id, table.place));
  const image = measured?.images.find(({ kind }) => kind === 'image') ?? measured?.images[0];
  const labels = measured?.images.find(({ kind }) => kind !== 'image');
  const choose = (next: Parameters<typeof rangesText>[0]): void => change({ chosen: rangesText(next) });
  const placed = placeText(table.place);
  const at = placed === '' ? '' : ` --place ${quote(placed)}`;
  const path = `/datasets/${table.dataset.id}/file?${new URLSearchParams({ place: placed }).toString()}`;
  const picker = (value: TableColumn | undefined, label: string, key: 'column' | 'x' | 'y') => (
    <NativeSelect
      size="xs"
      aria-label={label}
      value={value?.name ?? ''}
      data={numbers.map(({ name }) => name)}
      onChange={(event) => change({ [key]: event.currentTarget.value })}
    />
  );
  const histogramValues = numbersOf(histogramOf?.name);
  const [xs, ys] = [numbersOf(x?.name), numbersOf(y?.name)];

  return (
    <div className={classes['page']}>
      <header className={viewer['head']}>
        <div className={viewer['names']}>
          <nav aria-label="Breadcrumb">
            <ol className={viewer['crumbs']}>
              <li>
                <Link to="/datasets" search={{}}>
                  Datasets
                </Link>
              </li>
              <li>
                <Link
                  to="/datasets/$dataset"
                  params={{ dataset: table.dataset.id }}
                  search={{ place: placeText(table.place) }}
                >
                  {table.dataset.name}
                </Link>
              </li>
              {Object.keys(table.place).length > 0 && (
                <li className="figures">{placeText(table.place).replaceAll(',', ', ')}</li>
              )}
            </ol>
          </nav>
          <h1 className="cut" title={table.path}>
            {table.name}
          </h1>
        </div>
        {image !== undefined && (
          <Button
            size="compact-sm"
            variant="default"
            renderRoot={(props) => (
              <Link
                {...props}
                to="/datasets/$dataset/view"
                params={{ dataset: image.dataset }}
                search={{
                  place: placeText(image.place),
                  ...(labels === undefined ? {} : { over: labels.dataset }),
                  ...(object === 0 ? {} : { object }),
                }}
              />
            )}
          >
            Viewer
          </Button>
        )}
        <CopyButton
          text={`npx gantry datasets save ${table.dataset.id}${at} ${quote(table.name)}`}
          label="Copy as command"
        />
        <CopyCall path={path} save={table.name} />
        <Button size="compact-sm" variant="default" component="a" href={`${userApiPath}${path}`}>
          Download CSV
        </Button>
      </header>
      <div className={classes['bar']}>
        <RangeFilter table={table} ranges={only} onChange={(next) => change({ only: rangesText(next) })} />
        <span className={classes['grow']} />
        {chosen !== undefined && (
          <>
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => {
                let next = only;
                for (const { column, ...range } of chosenRanges) next = withRange(next, column, range);
                change({ only: rangesText(next), chosen: undefined });
              }}
            >
              Keep only these
            </Button>
            <Button size="compact-xs" variant="default" onClick={() => change({ chosen: undefined })}>
              Choose none
            </Button>
          </>
        )}
        <span className="quiet figures" role="status">
          {formatCount(rows.length)} of {formatCount(table.rows)} rows
          {chosen === undefined ? '' : `, ${formatCount(chosen.length)} chosen`}
          {marked < 0 ? '' : `, ${nameOf(marked)} marked`}
        </span>
      </div>
      <div className={classes['split']}>
        <div className={classes['left']}>
          {failed !== undefined ? (
            <Problem error={failed} />
          ) : (
            <TableGrid
              table={table}
              columns={columns}
              idName={idName}
              rows={sorted}
              chosen={chosenSet}
              marked={marked}
              sort={sort}
              onSort={(column) =>
                change({ sort: sort?.column === column && !sort.down ? `-${column}` : column })
              }
              onMark={mark}
              onColumns={setSeen}
            />
          )}
          <section className={classes['plotBox']} aria-label="Histogram">
            <div className={classes['plotHead']}>
              <h2>Histogram</h2>
              {picker(histogramOf, 'Column of the histogram', 'column')}
            </div>
            {histogramOf !== undefined && histogramValues !== undefined && (
              <HistogramPlot
                column={histogramOf}
                values={histogramValues}
                rows={rows}
                chosen={chosen}
                onBrush={(range) =>
                  choose(range === undefined ? [] : [{ column: histogramOf.name, ...range }])
                }
              />
            )}
          </section>
        </div>
        <div className={classes['right']}>
          {image === undefined ? (
            <p className={classes['none']}>
              {measured === undefined
                ? 'Looking for its image…'
                : 'No image is known that this table was measured of.'}
            </p>
          ) : (
            <ObjectImage
              image={image}
              labels={labels}
              object={object}
              middle={middle}
              among={among}
              view={search.view}
              onView={(view) => change({ view })}
              onPick={(id) => change({ object: id === 0 ? undefined : id })}
            />
          )}
          <section className={classes['plotBox']} aria-label="Scatter plot">
            <div className={classes['plotHead']}>
              <h2>Scatter</h2>
              {picker(y, 'Column upwards', 'y')} over {picker(x, 'Column across', 'x')}
            </div>
            {x !== undefined && y !== undefined && xs !== undefined && ys !== undefined && (
              <ScatterPlot
                x={x}
                y={y}
                xs={xs}
                ys={ys}
                rows={rows}
                chosen={chosen}
                marked={marked}
                nameOf={nameOf}
                onMark={mark}
                onBrush={(across, up) =>
                  choose(
                    x.name === y.name
                      ? [{ column: x.name, ...across }]
                      : [
                          { column: x.name, ...across },
                          { column: y.name, ...up },
                        ],
                  )
                }
              />
            )}
          </section>
        </div>
      </div>
    </div>
  );
}
