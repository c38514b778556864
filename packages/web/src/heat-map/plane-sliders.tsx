/** Through the planes of a lattice: a slider for each axis that is neither across nor down; arrow keys go one on. */
import type { MapHead } from '@gantry/model';
import { Slider } from '@mantine/core';
import classes from './heat-map.module.css';

interface PlaneSlidersProps {
  readonly extents: MapHead['extents'];
  readonly planes: readonly string[];
  readonly at: Readonly<Record<string, number>>;
  readonly onChange: (at: Record<string, number>) => void;
}

export function PlaneSliders({ extents, planes, at, onChange }: PlaneSlidersProps) {
  const shown = extents.filter(({ axis }) => planes.includes(axis));
  if (shown.length === 0) return null;
  return (
    <>
      {shown.map(({ axis, first, last }) => (
        <div className={classes['plane']} key={axis}>
          <span id={`plane-${axis}`}>{axis}</span>
          <Slider
            min={first}
            max={last}
            value={at[axis] ?? first}
            onChange={(value) => onChange({ ...at, [axis]: value })}
            disabled={first === last}
            label={null}
            size="sm"
            thumbProps={{
              'aria-labelledby': `plane-${axis}`,
              'aria-valuetext': `${axis} ${at[axis] ?? first}`,
            }}
          />
          <span className="figures">
            {at[axis] ?? first}{' '}
            <span className="quiet">of {first === last ? first : `${first}–${last}`}</span>
          </span>
        </div>
      ))}
    </>
  );
}
