/**
 * What is true of the acquisition, and no microscope knows: where the tiles lie and which cells there are. Written
 * beside the files as JSON, to hold results against it.
 */
import { isBare, listVisits, protocol, truePosition, type Visit } from './protocol.ts';
import { cellsAt } from './specimen.ts';

/** Positions and lengths in pixels of the specimen, areas in square pixels; `t`, `row` and `col` count from 1. */
export interface Truth {
  /** Of one pixel, µm. */
  readonly pixelSize: number;
  readonly tiles: readonly TrueTile[];
  readonly cells: readonly TrueCell[];
}

export interface TrueTile extends Visit {
  /** Of the tile's upper left corner. */
  readonly x: number;
  readonly y: number;
  /** True where there is nothing but background. */
  readonly bare: boolean;
}

export interface TrueCell {
  readonly t: number;
  /** The same at every time point. */
  readonly id: number;
  /** Of its centre. */
  readonly x: number;
  readonly y: number;
  readonly area: number;
}

export function tellTruth(): Truth {
  const times = Array.from({ length: protocol.timePoints }, (_, index) => index + 1);
  return {
    pixelSize: protocol.pixelSize,
    tiles: listVisits().map((visit) => {
      const { x, y } = truePosition(visit);
      return { ...visit, x: round(x), y: round(y), bare: isBare(visit.row, visit.col) };
    }),
    cells: times.flatMap((t) =>
      cellsAt(t).map(({ id, x, y, long, short }) => ({
        t,
        id,
        ...{ x: round(x), y: round(y), area: round(Math.PI * long * short) },
      })),
    ),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
