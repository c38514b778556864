/** The object that is marked: its colour, number and what was measured of it. */
import { labelColour, type Overlay, type TableAnswer } from '@gantry/model';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { placeText } from '../parts/numbers.ts';
import { formatCell, unitText } from '../tables/format-cell.ts';
import { columnQuery, idColumnOf, rowQuery, tableQuery } from '../tables/table-queries.ts';
import classes from './viewer.module.css';

interface ObjectPanelProps {
  readonly overlay: Overlay;
  /** 0 for none. */
  readonly object: number;
  readonly onClear: () => void;
  /** Moves the image to a point of it. */
  readonly onShow: (at: { x: number; y: number }) => void;
}

export function ObjectPanel({ overlay, object, onClear, onShow }: ObjectPanelProps) {
  const [source] = overlay.tables;
  return (
    <section className={classes['section']} aria-label="Object">
      <div className={classes['sectionHead']}>
        <h2>
          {object === 0 ? (
            'Object'
          ) : (
            <>
              <span
                className={classes['swatch']}
                style={{ background: `rgb(${labelColour(object).join(' ')})` }}
              />
              Object {object}
            </>
          )}
        </h2>
        {object !== 0 && (
          <Button size="compact-xs" variant="subtle" color="gray" onClick={onClear}>
            Unmark
          </Button>
        )}
      </div>
      {object === 0 && (
        <p className="quiet" style={{ margin: 0 }}>
          Click an object of the overlay, or press Enter over it.
        </p>
      )}
      {source !== undefined && object !== 0 && (
        <Measured dataset={source.dataset} place={source.place} object={object} onShow={onShow} />
      )}
      {source !== undefined && (
        <Link
          to="/datasets/$dataset/table"
          params={{ dataset: source.dataset }}
          search={{ place: placeText(source.place), ...(object === 0 ? {} : { object }) }}
        >
          All objects in the table
        </Link>
      )}
    </section>
  );
}

interface MeasuredProps {
  readonly dataset: number;
  readonly place: Readonly<Record<string, number>>;
  readonly object: number;
  readonly onShow: (at: { x: number; y: number }) => void;
}

function Measured({ dataset, place, object, onShow }: MeasuredProps) {
  const { data: table, error } = useQuery(tableQuery(dataset, place));
  if (error !== null) return <p role="alert">{error.message}</p>;
  const id = table === undefined ? undefined : idColumnOf(table);
  if (table === undefined) return <p className="quiet">Reading the table…</p>;
  if (id === undefined)
    return <p className="quiet">The table {table.name} has no column of numbers of objects.</p>;
  return <Row table={table} id={id} object={object} onShow={onShow} />;
}

function Row({
  table,
  id,
  object,
  onShow,
}: {
  readonly table: TableAnswer;
  readonly id: string;
  readonly object: number;
  readonly onShow: (at: { x: number; y: number }) => void;
}) {
  const { data: ids } = useQuery(columnQuery(table, id));
  const row = (ids as Float64Array | undefined)?.indexOf(object) ?? -1;
  const { data: found } = useQuery({ ...rowQuery(table, row), enabled: row >= 0 });
  if (ids !== undefined && row < 0) return <p className="quiet">The table {table.name} has no row of it.</p>;
  if (found === undefined) return <p className="quiet">Reading its row…</p>;
  const valueOf = (name: string): number | undefined => {
    const value = found.columns.find((column) => column.name === name)?.values[0];
    return typeof value === 'number' ? value : undefined;
  };
  const [x, y] = [valueOf('centroid_x'), valueOf('centroid_y')];
  return (
    <>
      <table className={classes['features']} data-testid="object-row">
        <tbody>
          {found.columns
            .filter(({ name }) => name !== id)
            .map((column) => (
              <tr key={column.name} title={column.definition ?? undefined}>
                <th scope="row">{column.name}</th>
                <td>
                  {formatCell(column.values[0] ?? null)}{' '}
                  <span className="quiet">{unitText(column.unit)}</span>
                </td>
              </tr>
            ))}
        </tbody>
      </table>
      {x !== undefined && y !== undefined && (
        <Button size="compact-xs" variant="default" onClick={() => onShow({ x: x + 0.5, y: y + 0.5 })}>
          Show it in the middle
        </Button>
      )}
    </>
  );
}
