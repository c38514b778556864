/**
 * The pictures of what a stage made, for the squares of a map that are seen: asked for and loaded as they come into
 * sight, a few at a time.
 */
import type { DatasetType } from '@gantry/model';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { itemBoxQuery, thumbnailAddress } from '../api/dataset-queries.ts';
import { placeText } from '../parts/numbers.ts';
import { wishPicture } from '../parts/picture-queue.ts';
import { findPlace, type GridAxis, type MapGrid } from './map-grid.ts';
import type { SquareRange } from './paint-map.ts';

/** The dataset of a stage's output that has pictures, with the stage's axes. */
export interface PictureSource {
  readonly dataset: number;
  readonly type: DatasetType;
}

export interface MapPictures {
  readonly find: (column: number, row: number) => HTMLImageElement | undefined;
  /** Tells which squares are in sight, and how large they are in device pixels. */
  readonly see: (range: SquareRange | undefined, side: number) => void;
}

/** With more squares in sight none has a picture: they would be too many to ask for. */
const mostSquares = 600;
/** Sizes that are asked for, in pixels. */
const sizes = [64, 128, 256, 512];

/** @param at the plane */
export function useMapPictures(
  source: PictureSource | undefined,
  grid: MapGrid | undefined,
  at: Readonly<Record<string, number>>,
): MapPictures | undefined {
  const [seen, setSeen] = useState<{ range: SquareRange; size: number }>();
  const [, setLoaded] = useState(0);
  const images = useRef(new Map<string, HTMLImageElement>());
  const box = grid === undefined || seen === undefined ? undefined : boxOf(grid, seen.range, at);
  const { data: items } = useQuery({
    ...itemBoxQuery(source?.dataset ?? 0, box ?? ''),
    enabled: source !== undefined && box !== undefined,
  });
  const size = seen?.size ?? 128;
  const dataset = source?.dataset;
  const addresses = useMemo(() => {
    if (dataset === undefined || grid === undefined || items === undefined) return new Map<string, string>();
    return new Map(
      items.flatMap(({ place, revision }) => {
        const square = findPlace(grid, place);
        if (square === undefined) return [];
        return [[`${square.column} ${square.row}`, thumbnailAddress(dataset, place, size, revision)]];
      }),
    );
  }, [dataset, grid, items, size]);

  useEffect(() => {
    const ends = [...addresses.values()]
      .filter((address) => !images.current.has(address))
      .map((address) =>
        load(address, (image) => {
          images.current.set(address, image);
          setLoaded((count) => count + 1);
        }),
      );
    return () => {
      for (const end of ends) end();
    };
  }, [addresses]);

  const see = useCallback((range: SquareRange | undefined, side: number): void => {
    const count = range === undefined ? 0 : (range.right - range.left + 1) * (range.bottom - range.top + 1);
    const next =
      range === undefined || count > mostSquares
        ? undefined
        : { range, size: sizes.find((one) => one >= side) ?? 512 };
    setSeen((before) => (JSON.stringify(before) === JSON.stringify(next) ? before : next));
  }, []);
  if (source === undefined) return undefined;
  return {
    find(column, row) {
      const address = addresses.get(`${column} ${row}`);
      return address === undefined ? undefined : images.current.get(address);
    },
    see,
  };
}

/** @returns ends it, or gives the wish up */
function load(address: string, onLoaded: (image: HTMLImageElement) => void): () => void {
  const image = new Image();
  const end = wishPicture(() => {
    image.addEventListener('load', () => {
      onLoaded(image);
      end();
    });
    image.addEventListener('error', () => end());
    image.src = address;
  });
  return end;
}

/** The part of the lattice that is seen, as the items are asked for. */
function boxOf(grid: MapGrid, range: SquareRange, at: Readonly<Record<string, number>>): string {
  const { x, y } = grid;
  const span = (axis: GridAxis, first: number, last: number): string[] =>
    axis.name === undefined ? [] : [`${axis.name}=${axis.coordinateAt(first)}..${axis.coordinateAt(last)}`];
  const wrapped = y.name === undefined && x.name !== undefined;
  const squares = wrapped
    ? span(x, range.top * x.size, (range.bottom + 1) * x.size - 1)
    : [...span(y, range.top, range.bottom), ...span(x, range.left, range.right)];
  return [placeText(at), ...squares].filter((part) => part !== '').join(',');
}
