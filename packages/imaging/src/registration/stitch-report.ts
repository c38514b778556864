/**
 * Says in a JSON report and in log lines how a grid was stitched: the stage model, every pair, and which pairs
 * were not trusted and why. Decides nothing.
 */
import type { Direction } from './grid.ts';
import type { Distrust, JudgedPair } from './judge-pairs.ts';
import type { Vector } from './stage-model.ts';
import type { StitchResult } from './stitch-tiles.ts';

export interface ReportedStage {
  readonly direction: Direction;
  readonly overlapPercent: number;
  /** Pixels from a tile to its neighbour. */
  readonly translation: Vector;
  /** Pixels, to either side, that were believed. */
  readonly repeatability: Vector;
  /** Pairs whose pixels alone were convincing. */
  readonly convincingPairs: number;
  /** Medians of single motor steps (from 0) that differ from the translation by more than chance. */
  readonly steps: readonly { readonly step: number; readonly translation: Vector }[];
  /** Where the model started from: the pixels, the parameter `overlap`, or the other direction. */
  readonly source: 'pairs' | 'parameter' | 'other-direction';
}

export interface ReportedPair {
  readonly from: string;
  readonly to: string;
  readonly direction: Direction;
  /** Pixels; of an untrusted pair, what was used instead of its own. */
  readonly translation: Vector;
  readonly correlation: number;
  /** Standard deviations above chance. */
  readonly significance: number;
  /** Pixels, one standard deviation; absent for the stage model's translation. */
  readonly uncertainty?: number;
  readonly trusted: boolean;
  readonly reason?: Distrust;
  readonly explanation?: string;
  /** What the pixels spoke for, when it was not believed. */
  readonly rejected?: Vector;
}

export interface StitchReport {
  readonly tile: { readonly width: number; readonly height: number; readonly bitDepth: number };
  readonly grid: {
    readonly rows: number;
    readonly columns: number;
    readonly tiles: number;
    /** Places (from 0, the grid's first row and column) without a tile. */
    readonly missing: readonly { readonly row: number; readonly col: number }[];
  };
  readonly stage: readonly ReportedStage[];
  readonly pairs: readonly ReportedPair[];
  /** Tiles whose place comes from the stage model alone, not from pixels; the largest joined group is 0. */
  readonly islands: readonly { readonly island: number; readonly files: readonly string[] }[];
}

/** The report as plain data; pixels to a hundredth. */
export function reportStitch(result: StitchResult): StitchReport {
  const { grid, layout, models, pairs, tiles } = result;
  const missing = [];
  for (let row = 0; row < grid.rows; row++) {
    for (let col = 0; col < grid.columns; col++) {
      if (grid.indexAt(row, col) === undefined) missing.push({ row, col });
    }
  }
  const islands = Map.groupBy(tiles, ({ island }) => island);
  return {
    tile: { width: layout.width, height: layout.height, bitDepth: layout.bitDepth },
    grid: { rows: grid.rows, columns: grid.columns, tiles: tiles.length, missing },
    stage: [...models.values()].map((model) => {
      const isHorizontal = model.direction === 'horizontal';
      const share = isHorizontal ? model.translation.x / layout.width : model.translation.y / layout.height;
      return {
        direction: model.direction,
        overlapPercent: hundredths(100 * (1 - share)),
        translation: rounded(model.translation),
        repeatability: rounded(model.repeatability),
        convincingPairs: model.convincing,
        steps: [...model.steps]
          .sort(([one], [other]) => one - other)
          .map(([step, translation]) => ({ step, translation: rounded(translation) })),
        source: model.source,
      };
    }),
    pairs: pairs.map((pair) => reportPair(result, pair)),
    islands: [...islands]
      .filter(([island]) => island > 0)
      .sort(([one], [other]) => one - other)
      .map(([island, members]) => ({ island, files: members.map(({ tile }) => tile.name) })),
  };
}

function reportPair({ grid }: StitchResult, judged: JudgedPair): ReportedPair {
  const { pair, uncertainty, distrust, rejected } = judged;
  return {
    from: grid.cells[pair.from]?.tile.name ?? '',
    to: grid.cells[pair.to]?.tile.name ?? '',
    direction: pair.direction,
    translation: rounded(judged.translation),
    correlation: Math.round(judged.correlation * 1e4) / 1e4,
    significance: hundredths(judged.significance),
    ...(uncertainty === undefined ? {} : { uncertainty: hundredths(uncertainty) }),
    trusted: distrust === undefined,
    ...(distrust === undefined ? {} : { reason: distrust, explanation: explain(judged, distrust) }),
    ...(rejected === undefined ? {} : { rejected: rounded(rejected) }),
  };
}

function explain(judged: JudgedPair, distrust: Distrust): string {
  const used = `(${judged.translation.x.toFixed(1)}, ${judged.translation.y.toFixed(1)})`;
  const own = judged.rejected
    ? `(${judged.rejected.x.toFixed(1)}, ${judged.rejected.y.toFixed(1)})`
    : undefined;
  switch (distrust) {
    case 'featureless':
      return `the overlap shows nothing to match; the stage model's ${used} is used`;
    case 'implausible':
      return `its pixels suggest ${own}, which the stage does not make; its model's ${used} is used`;
    case 'imprecise':
      return `the overlap shows too little to be sure to a pixel; ${used} is used where nothing better is`;
    case 'contradicted':
      return `its pixels suggest ${own}, but better pairs put the tiles ${used} apart`;
  }
}

/** Untrusted pairs named in the log; the report has them all. */
const MOST_LINES = 100;

/** The log: the stage model, the summary, and a line for each pair that was not trusted. */
export function describeStitch(report: StitchReport): string[] {
  const untrusted = report.pairs.filter((pair) => !pair.trusted);
  const lines = report.stage.map(
    ({ direction, overlapPercent, translation, repeatability, convincingPairs, source }) =>
      `${direction}: ${overlapPercent} % overlap, steps of (${translation.x}, ${translation.y}) pixels, ` +
      `repeated to within (${repeatability.x}, ${repeatability.y}), from ${convincingPairs} convincing pairs` +
      (source === 'pairs'
        ? ''
        : ` around the ${source === 'parameter' ? 'given overlap' : 'other direction'}`),
  );
  const { grid } = report;
  lines.push(
    `${grid.tiles} tiles in ${grid.rows} rows and ${grid.columns} columns, ${grid.missing.length} missing; ` +
      `${report.pairs.length - untrusted.length} of ${report.pairs.length} pairs trusted`,
  );
  for (const pair of untrusted.slice(0, MOST_LINES)) {
    lines.push(
      `not trusted: ${pair.from} and ${pair.to} (${pair.reason}, correlation ${pair.correlation}): ` +
        `${pair.explanation}`,
    );
  }
  if (untrusted.length > MOST_LINES) lines.push(`${untrusted.length - MOST_LINES} more in the report`);
  const alone = report.islands.reduce((sum, { files }) => sum + files.length, 0);
  if (alone > 0)
    lines.push(`${alone} tiles were placed by the stage model alone, see "islands" in the report`);
  return lines;
}

function rounded({ x, y }: Vector): Vector {
  return { x: hundredths(x), y: hundredths(y) };
}

function hundredths(value: number): number {
  // "+ 0" turns -0 into 0.
  return Math.round(value * 100) / 100 + 0;
}
