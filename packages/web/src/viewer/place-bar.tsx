/** Through the places of a dataset: a slider for each axis, along the coordinates at which there is an item. */
import type { AroundAnswer } from '@gantry/model';
import { Slider } from '@mantine/core';
import { ViewerIcon } from './viewer-icon.tsx';
import classes from './viewer.module.css';

type Place = Readonly<Record<string, number>>;

interface PlaceBarProps {
  readonly around: AroundAnswer;
  readonly place: Place;
  readonly onChange: (place: Place) => void;
  /** Planes in the file. */
  readonly pages: number;
  readonly page: number;
  readonly onPage: (page: number) => void;
}

export function PlaceBar({ around, place, onChange, pages, page, onPage }: PlaceBarProps) {
  return (
    <div className={classes['planes']}>
      {around.along.map(({ axis, values }) => (
        <AxisSlider
          key={axis}
          name={axis}
          values={values}
          value={place[axis] ?? 0}
          onChange={(value) => onChange({ ...place, [axis]: value })}
        />
      ))}
      {pages > 1 && (
        <AxisSlider
          name="page"
          values={Array.from({ length: pages }, (_, index) => index)}
          value={page}
          onChange={onPage}
        />
      )}
    </div>
  );
}

interface AxisSliderProps {
  readonly name: string;
  readonly values: readonly number[];
  readonly value: number;
  readonly onChange: (value: number) => void;
}

function AxisSlider({ name, values, value, onChange }: AxisSliderProps) {
  const index = Math.max(0, values.indexOf(value));
  const go = (to: number): void => {
    const next = values[to];
    if (next !== undefined && next !== value) onChange(next);
  };
  const last = values.at(-1) ?? value;
  return (
    <div className={classes['plane']} data-axis={name}>
      <span id={`axis-${name}`}>{name}</span>
      {values.length > 1 && (
        <Slider
          min={0}
          max={values.length - 1}
          value={index}
          onChange={go}
          label={null}
          size="sm"
          thumbProps={{ 'aria-labelledby': `axis-${name}`, 'aria-valuetext': `${name} ${value}` }}
        />
      )}
      <span className="figures">
        <strong>{value}</strong>
        {values.length > 1 && <span className="quiet"> of {`${values[0] ?? 0}–${last}`}</span>}
      </span>
    </div>
  );
}

interface StepButtonsProps {
  readonly around: AroundAnswer | undefined;
  readonly onChange: (place: Place) => void;
}

/** To the item before and behind, in the order of places. */
export function StepButtons({ around, onChange }: StepButtonsProps) {
  if (around === undefined || around.along.length === 0) return null;
  return (
    <div className={classes['plane']}>
      {(['previous', 'next'] as const).map((side) => {
        const place = around[side];
        return (
          <button
            key={side}
            type="button"
            className={classes['step']}
            disabled={place === null}
            aria-label={side === 'previous' ? 'Previous item' : 'Next item'}
            title={side === 'previous' ? 'Previous item (Page Up)' : 'Next item (Page Down)'}
            onClick={() => {
              if (place !== null) onChange(place);
            }}
          >
            <ViewerIcon name={side} size={16} />
          </button>
        );
      })}
    </div>
  );
}

/** The place one further along the axis that planes lie on: `z` or `t` if there is one, or else the last. */
export function stepPlane(around: AroundAnswer, place: Place, by: 1 | -1): Place | undefined {
  const axes = around.along.filter(({ values }) => values.length > 1);
  const plane =
    ['z', 't', 'time', 'channel'].map((name) => axes.find(({ axis }) => axis === name)).find(Boolean) ??
    axes.at(-1);
  if (plane === undefined) return undefined;
  const value = plane.values[plane.values.indexOf(place[plane.axis] ?? NaN) + by];
  return value === undefined ? undefined : { ...place, [plane.axis]: value };
}
