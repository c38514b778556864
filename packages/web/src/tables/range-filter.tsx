/** Which rows are seen: a range of a column at a time. */
import type { TableAnswer } from '@gantry/model';
import { Button, NativeSelect, NumberInput } from '@mantine/core';
import { useState } from 'react';
import { formatCell } from './format-cell.ts';
import { withRange, type Range } from './ranges.ts';
import classes from './tables.module.css';

interface RangeFilterProps {
  readonly table: TableAnswer;
  readonly ranges: readonly Range[];
  readonly onChange: (ranges: Range[]) => void;
}

export function RangeFilter({ table, ranges, onChange }: RangeFilterProps) {
  const numbers = table.columns.filter(({ kind }) => kind === 'number');
  const [column, setColumn] = useState(numbers.find(({ name }) => name !== 'id')?.name ?? numbers[0]?.name);
  if (column === undefined) return null;
  const now = ranges.find((range) => range.column === column);
  const set = (end: 'from' | 'to', value: string | number): void => {
    const open = end === 'from' ? -Infinity : Infinity;
    const next = { from: now?.from ?? -Infinity, to: now?.to ?? Infinity };
    onChange(withRange(ranges, column, { ...next, [end]: typeof value === 'number' ? value : open }));
  };
  const shown = (value: number | undefined): number | string =>
    value === undefined || !Number.isFinite(value) ? '' : value;
  return (
    <div className={classes['filter']}>
      <NativeSelect
        size="xs"
        aria-label="Column to filter by"
        value={column}
        data={numbers.map(({ name }) => name)}
        onChange={(event) => setColumn(event.currentTarget.value)}
      />
      <NumberInput
        size="xs"
        w="6.5rem"
        aria-label={`Least ${column}`}
        placeholder="from"
        value={shown(now?.from)}
        onChange={(value) => set('from', value)}
        hideControls
      />
      <NumberInput
        size="xs"
        w="6.5rem"
        aria-label={`Greatest ${column}`}
        placeholder="to"
        value={shown(now?.to)}
        onChange={(value) => set('to', value)}
        hideControls
      />
      {ranges.map((range) => (
        <Button
          key={range.column}
          size="compact-xs"
          variant="light"
          title="Take this away"
          onClick={() => onChange(withRange(ranges, range.column, undefined))}
        >
          {range.column} {Number.isFinite(range.from) ? `≥ ${formatCell(range.from)}` : ''}{' '}
          {Number.isFinite(range.to) ? `≤ ${formatCell(range.to)}` : ''} ✕
        </Button>
      ))}
    </div>
  );
}
