/** The measures that a stage's tasks have, in words, and their values with units. */
import type { RunGraph } from '@gantry/model';
import { formatCount, formatDuration, formatSize } from '../parts/numbers.ts';

export interface MeasureLook {
  /** As `measureSchema` of the model has it. */
  readonly measure: string;
  readonly title: string;
  readonly format: (value: number) => string;
}

const ofAttempts: readonly MeasureLook[] = [
  { measure: 'duration', title: 'Duration', format: formatDuration },
  { measure: 'memory', title: 'Peak memory', format: formatSize },
  { measure: 'cpu', title: 'Processor time', format: formatDuration },
];

/** Of every stage, and then the results that the stage's tool declares. */
export function measuresOf(graph: RunGraph | undefined, stage: string): MeasureLook[] {
  const results = graph?.stages.find(({ name }) => name === stage)?.results ?? [];
  return [
    ...ofAttempts,
    ...results.map(({ name, title, unit }): MeasureLook => ({
      measure: `result.${name}`,
      title,
      format: (value) => `${formatNumber(value)}${unit === null ? '' : ` ${unit}`}`,
    })),
  ];
}

/** `1,234`, `0.0123`, `12.35`: four digits that count, or all of a whole number. */
function formatNumber(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 10_000) return formatCount(value);
  return String(Number(value.toPrecision(4)));
}
