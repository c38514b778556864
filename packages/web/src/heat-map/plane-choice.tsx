/** Chooses one of a few planes, or all of them. */
import { SegmentedControl } from '@mantine/core';
import classes from './heat-map.module.css';
import type { PlaneExtent } from './use-stage-map.ts';

interface PlaneChoiceProps {
  readonly extent: PlaneExtent;
  /** The plane; undefined for all. */
  readonly chosen: number | undefined;
  readonly onChoose: (at: Record<string, number>) => void;
}

const all = 'all';

export function PlaneChoice({ extent: { axis, first, last }, chosen, onChoose }: PlaneChoiceProps) {
  const planes = Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
  return (
    <span className={classes['planeChoice']}>
      <span aria-hidden="true">{axis}</span>
      <SegmentedControl
        size="xs"
        aria-label={axis}
        value={chosen === undefined ? all : String(chosen)}
        data={[{ value: all, label: 'All' }, ...planes.map((plane) => ({ value: plane, label: plane }))]}
        onChange={(value) => onChoose(value === all ? {} : { [axis]: Number(value) })}
      />
    </span>
  );
}
