/** A line over the image that says how long it is. Its ends can be dragged. */
import type { PictureDescription } from '@gantry/model';
import type { PointerEvent } from 'react';
import { distanceOf, formatLength } from './lengths.ts';
import type { PictureStage } from './picture-stage.ts';
import type { Point } from './picture-view.ts';
import { useView } from './use-stage.ts';
import classes from './viewer.module.css';

type Line = readonly [Point, Point];

interface MeasureLineProps {
  readonly stage: PictureStage;
  readonly picture: PictureDescription;
  readonly line: Line;
  readonly onChange: (line: Line) => void;
}

/** `128.4 px · 64.2 µm` */
export function describeLine([from, to]: Line, { pixelSize }: Pick<PictureDescription, 'pixelSize'>): string {
  const { px, um } = distanceOf(from, to, pixelSize);
  return `${px.toFixed(1)} px${um === undefined ? '' : ` · ${formatLength(um)}`}`;
}

export function MeasureLine({ stage, picture, line, onChange }: MeasureLineProps) {
  // The view is read for its changes: the stage says where points lie.
  useView(stage);
  const [from, to] = [stage.toScreen(line[0]), stage.toScreen(line[1])];
  const drag =
    (end: 0 | 1) =>
    (event: PointerEvent<SVGCircleElement>): void => {
      if (event.buttons !== 1) return;
      event.stopPropagation();
      const box = event.currentTarget.ownerSVGElement?.getBoundingClientRect();
      if (box === undefined) return;
      const at = stage.toImage({ x: event.clientX - box.left, y: event.clientY - box.top });
      onChange(end === 0 ? [at, line[1]] : [line[0], at]);
    };
  const hold = (event: PointerEvent<SVGCircleElement>): void => {
    event.stopPropagation();
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  return (
    <>
      <svg className={classes['measure']} aria-hidden="true">
        <line x1={from.x} y1={from.y} x2={to.x} y2={to.y} className={classes['lineEdge']} />
        <line x1={from.x} y1={from.y} x2={to.x} y2={to.y} className={classes['line']} />
        {([from, to] as const).map((at, end) => (
          <circle
            key={end}
            cx={at.x}
            cy={at.y}
            r={5}
            className={classes['lineEnd']}
            onPointerDown={hold}
            onPointerMove={drag(end as 0 | 1)}
          />
        ))}
      </svg>
      <output
        className={`${classes['lineLabel']} figures`}
        data-testid="distance"
        style={{ left: (from.x + to.x) / 2, top: (from.y + to.y) / 2 }}
      >
        {describeLine(line, picture)}
      </output>
    </>
  );
}
