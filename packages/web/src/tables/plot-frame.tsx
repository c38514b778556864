/** The axes of a plot, with ticks and units, around what is drawn on a canvas; dragging chooses a part of it. */
import { useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useRef, useState, type PointerEvent, type ReactNode } from 'react';
import { formatCell } from './format-cell.ts';
import { ticksOf } from './rows.ts';
import classes from './tables.module.css';

export interface Extent {
  readonly from: number;
  readonly to: number;
}

/** From values to pixels, within the axes. */
export interface PlotScale {
  readonly width: number;
  readonly height: number;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

interface PlotFrameProps {
  readonly label: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xExtent: Extent;
  readonly yExtent: Extent;
  readonly draw: (context: CanvasRenderingContext2D, scale: PlotScale, style: CSSStyleDeclaration) => void;
  readonly onBrush: (x: Extent, y: Extent) => void;
  readonly onClick: (at: { x: number; y: number }, scale: PlotScale) => void;
  /** What is said where the pointer is. */
  readonly tip: (at: { x: number; y: number }, scale: PlotScale) => ReactNode;
  /** By keys: where it has one, the point that is spoken of, while the plot has the focus. */
  readonly cursor: (scale: PlotScale) => { x: number; y: number } | undefined;
  /** @returns whether the key does something here */
  readonly onKey: (key: string, extending: boolean) => boolean;
  /** What keys do, for those who do not see it. */
  readonly keys: string;
  /** A histogram is brushed along one axis. */
  readonly across?: boolean;
}

const margin = { left: 66, right: 14, top: 8, bottom: 40 };
const least = 4;

export function PlotFrame(props: PlotFrameProps) {
  const { label, xLabel, yLabel, xExtent, yExtent, draw, across = false } = props;
  const { ref, width: wide, height: high } = useElementSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useComputedColorScheme('light');
  const [hover, setHover] = useState<{ x: number; y: number }>();
  const [isFocused, setFocused] = useState(false);
  const [brush, setBrush] = useState<{ from: { x: number; y: number }; to: { x: number; y: number } }>();
  const width = Math.max(1, wide - margin.left - margin.right);
  const height = Math.max(1, high - margin.top - margin.bottom);
  const scale: PlotScale = {
    width,
    height,
    x: (value) => ((value - xExtent.from) / (xExtent.to - xExtent.from || 1)) * width,
    y: (value) => height - ((value - yExtent.from) / (yExtent.to - yExtent.from || 1)) * height,
  };
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context === null || context === undefined || wide === 0) return;
    const ratio = window.devicePixelRatio;
    context.canvas.width = Math.round(width * ratio);
    context.canvas.height = Math.round(height * ratio);
    context.scale(ratio, ratio);
    draw(context, scale, getComputedStyle(context.canvas));
  }, [draw, width, height, wide, scheme, xExtent.from, xExtent.to, yExtent.from, yExtent.to]);
  const at = (event: PointerEvent): { x: number; y: number } => {
    const box = canvas.current!.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const valueX = (x: number): number => xExtent.from + (x / width) * (xExtent.to - xExtent.from);
  const valueY = (y: number): number => yExtent.from + ((height - y) / height) * (yExtent.to - yExtent.from);
  const finish = (event: PointerEvent): void => {
    const end = at(event);
    const from = brush?.from;
    setBrush(undefined);
    if (from === undefined) return;
    if (Math.abs(end.x - from.x) < least && Math.abs(end.y - from.y) < least)
      return props.onClick(end, scale);
    props.onBrush(
      { from: valueX(Math.min(from.x, end.x)), to: valueX(Math.max(from.x, end.x)) },
      { from: valueY(Math.max(from.y, end.y)), to: valueY(Math.min(from.y, end.y)) },
    );
  };
  const pointer = hover ?? (isFocused ? props.cursor(scale) : undefined);
  const tip = pointer === undefined || brush !== undefined ? undefined : props.tip(pointer, scale);
  return (
    <div className={classes['plot']} ref={ref}>
      <svg className={classes['axes']} aria-hidden="true">
        {ticksOf(xExtent.from, xExtent.to, Math.max(2, width / 80)).map((tick) => (
          <text key={tick} x={margin.left + scale.x(tick)} y={margin.top + height + 15} textAnchor="middle">
            {formatCell(tick)}
          </text>
        ))}
        {ticksOf(yExtent.from, yExtent.to, Math.max(2, height / 45)).map((tick) => (
          <g key={tick}>
            <line
              x1={margin.left}
              x2={margin.left + width}
              y1={margin.top + scale.y(tick)}
              y2={margin.top + scale.y(tick)}
            />
            <text x={margin.left - 6} y={margin.top + scale.y(tick) + 4} textAnchor="end">
              {formatCell(tick)}
            </text>
          </g>
        ))}
        <text
          className={classes['axisName']}
          x={margin.left + width / 2}
          y={margin.top + height + 33}
          textAnchor="middle"
        >
          {xLabel}
        </text>
        <text
          className={classes['axisName']}
          transform={`translate(11 ${margin.top + height / 2}) rotate(-90)`}
          textAnchor="middle"
        >
          {yLabel}
        </text>
      </svg>
      <canvas
        ref={canvas}
        role="application"
        aria-roledescription="plot"
        aria-label={`${label} ${props.keys}`}
        tabIndex={0}
        style={{ left: margin.left, top: margin.top, width, height }}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey || !props.onKey(event.key, event.shiftKey))
            return;
          event.preventDefault();
          setHover(undefined);
        }}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setBrush({ from: at(event), to: at(event) });
        }}
        onPointerMove={(event) => {
          const here = at(event);
          setHover(here);
          setBrush((now) => (now === undefined ? now : { ...now, to: here }));
        }}
        onPointerUp={finish}
        onPointerLeave={() => setHover(undefined)}
      />
      {brush !== undefined && (
        <div
          className={classes['brush']}
          style={{
            left: margin.left + Math.min(brush.from.x, brush.to.x),
            width: Math.abs(brush.to.x - brush.from.x),
            top: margin.top + (across ? 0 : Math.min(brush.from.y, brush.to.y)),
            height: across ? height : Math.abs(brush.to.y - brush.from.y),
          }}
        />
      )}
      {tip !== undefined && pointer !== undefined && (
        <div
          className={`${classes['tip']} figures`}
          role={hover === undefined ? 'status' : undefined}
          style={{
            top: margin.top + pointer.y + 12,
            ...(pointer.x > width * 0.6
              ? { right: wide - margin.left - pointer.x + 10 }
              : { left: margin.left + pointer.x + 12 }),
          }}
        >
          {tip}
        </div>
      )}
    </div>
  );
}
