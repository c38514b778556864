/**
 * The histogram of an image with the window that is shown: its ends are dragged, or moved by arrow keys, and so is all
 * of it. Counts are drawn by their logarithm, since a dark background outnumbers everything else.
 */
import type { PictureDescription } from '@gantry/model';
import { useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { useEffect, useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { gradientOf } from './colour-maps.ts';
import type { Tone } from './paint-values.ts';
import classes from './viewer.module.css';

interface HistogramControlProps {
  readonly picture: PictureDescription;
  readonly tone: Tone;
  readonly onChange: (window: { low: number; high: number }) => void;
}

export function HistogramControl({ picture, tone, onChange }: HistogramControlProps) {
  const { histogram, sampleFormat } = picture;
  const { ref, width, height } = useElementSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useComputedColorScheme('light');
  const first = Math.min(histogram.low, tone.low);
  const last = Math.max(histogram.low + histogram.counts.length * histogram.binWidth, tone.high);
  const span = last - first || 1;
  const whole = sampleFormat === 'uint';
  const least = whole ? 1 : span / 10_000;

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context === null || context === undefined || width === 0) return;
    const ratio = window.devicePixelRatio;
    context.canvas.width = Math.round(width * ratio);
    context.canvas.height = Math.round(height * ratio);
    context.scale(ratio, ratio);
    const style = getComputedStyle(context.canvas);
    const highest = Math.log1p(Math.max(...histogram.counts));
    const xOf = (value: number): number => ((value - first) / span) * width;
    // One shape: bars of less than a pixel would show stripes.
    const shape = new Path2D();
    shape.moveTo(xOf(histogram.low), height);
    for (const [index, count] of histogram.counts.entries()) {
      const top = height - (Math.log1p(count) / highest) * (height - 4);
      shape.lineTo(xOf(histogram.low + index * histogram.binWidth), top);
      shape.lineTo(xOf(histogram.low + (index + 1) * histogram.binWidth), top);
    }
    shape.lineTo(xOf(histogram.low + histogram.counts.length * histogram.binWidth), height);
    context.fillStyle = style.getPropertyValue('--text-quiet');
    context.globalAlpha = 0.45;
    context.fill(shape);
    context.save();
    context.beginPath();
    context.rect(xOf(tone.low), 0, xOf(tone.high) - xOf(tone.low), height);
    context.clip();
    context.globalAlpha = 1;
    context.fill(shape);
    context.restore();
    // The curve of gamma, from the lower left to the upper right.
    context.globalAlpha = 1;
    context.strokeStyle = style.getPropertyValue('--state-failed');
    context.lineWidth = 1.25;
    context.beginPath();
    for (let step = 0; step <= 40; step++) {
      const share = step / 40;
      const x = xOf(tone.low + share * (tone.high - tone.low));
      const y = height - 1 - share ** (1 / tone.gamma) * (height - 4);
      if (step === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
    context.stroke();
  }, [histogram, tone.low, tone.high, tone.gamma, width, height, first, span, scheme]);

  const round = (value: number): number => (whole ? Math.round(value) : Number(value.toPrecision(6)));
  const set = (low: number, high: number): void => onChange({ low: round(low), high: round(high) });
  const setEnd = (end: 'low' | 'high', value: number): void => {
    if (end === 'low') set(Math.min(value, tone.high - least), tone.high);
    else set(tone.low, Math.max(value, tone.low + least));
  };
  const valueAt = (event: PointerEvent): number => {
    const box = canvas.current!.getBoundingClientRect();
    return first + ((event.clientX - box.left) / box.width) * span;
  };
  const held = useRef<{ value: number; low: number; high: number }>(undefined);
  const grab = (event: PointerEvent): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
    held.current = { value: valueAt(event), low: tone.low, high: tone.high };
  };
  const drag =
    (move: (value: number, from: NonNullable<typeof held.current>) => void) =>
    (event: PointerEvent): void => {
      if (held.current !== undefined && event.buttons !== 0) move(valueAt(event), held.current);
    };
  const onKey =
    (end: 'low' | 'high') =>
    (event: KeyboardEvent): void => {
      const size = Math.max(least, span / (event.shiftKey ? 10 : 100));
      const steps: Partial<Record<string, number>> = {
        ...{ ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10 },
      };
      const step = steps[event.key];
      if (step === undefined) return;
      event.preventDefault();
      setEnd(end, tone[end] + step * size);
    };
  const percent = (value: number): string => `${((value - first) / span) * 100}%`;
  return (
    <div>
      <div className={classes['histogram']} ref={ref} data-testid="histogram">
        <canvas ref={canvas} aria-hidden="true" />
        <div
          className={classes['between']}
          style={{ left: percent(tone.low), width: `${((tone.high - tone.low) / span) * 100}%` }}
          onPointerDown={grab}
          onPointerMove={drag((value, from) =>
            set(from.low + value - from.value, from.high + value - from.value),
          )}
        />
        {(['low', 'high'] as const).map((end) => (
          <div
            key={end}
            className={classes['handle']}
            style={{ left: percent(tone[end]) }}
            role="slider"
            tabIndex={0}
            aria-label={end === 'low' ? 'Value shown darkest' : 'Value shown brightest'}
            aria-valuemin={first}
            aria-valuemax={last}
            aria-valuenow={tone[end]}
            onKeyDown={onKey(end)}
            onPointerDown={grab}
            onPointerMove={drag((value) => setEnd(end, value))}
          />
        ))}
      </div>
      <div
        className={classes['ramp']}
        aria-hidden="true"
        style={{
          marginTop: '0.5rem',
          marginLeft: percent(tone.low),
          width: `${((tone.high - tone.low) / span) * 100}%`,
          background: gradientOf(tone.map),
        }}
      />
    </div>
  );
}
