/**
 * What lies under the pointer: the pixel, its value in the file and the object there. Values come from tiles of the
 * full resolution where they are on the screen, and else from the server.
 */
import { useEffect, useState } from 'react';
import { pictureClient } from '../api/picture-client.ts';
import type { Point } from './picture-view.ts';
import type { TileLayer } from './tile-layer.ts';
import type { OpenStage } from './use-stage.ts';

export interface Readout {
  readonly x: number;
  readonly y: number;
  /** Undefined until it is known, null where there is no finite number. */
  readonly value: number | null | undefined;
  /** The number that the overlay has there; undefined without one. */
  readonly over: number | undefined;
}

/** A pointer that rests so long asks the server. In ms. */
const restMs = 40;

/** The pixel that a point lies in; undefined outside the image. */
export function pixelAt({ picture }: TileLayer, at: Point): Point | undefined {
  const [x, y] = [Math.floor(at.x), Math.floor(at.y)];
  return x >= 0 && y >= 0 && x < picture.width && y < picture.height ? { x, y } : undefined;
}

/** What is there, from the server where it must be. */
export async function readPixel(layer: TileLayer, at: Point, signal?: AbortSignal): Promise<number | null> {
  const near = layer.isExact ? layer.numberAt(at.x, at.y) : undefined;
  if (near !== undefined) return Number.isFinite(near) ? near : null;
  const { dataset, place, page } = layer.picture;
  return (await pictureClient.pictureValue(dataset.id, place, { ...at, page }, signal)).value;
}

/** @param element where the pointer is followed */
export function useReadout(element: HTMLElement | null, open: OpenStage | undefined): Readout | undefined {
  const [readout, setReadout] = useState<Readout>();
  useEffect(() => {
    if (element === null || open === undefined) return;
    const { stage, layer, over } = open;
    let asking = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (event: PointerEvent): void => {
      const box = element.getBoundingClientRect();
      const at = pixelAt(layer, stage.toImage({ x: event.clientX - box.left, y: event.clientY - box.top }));
      clearTimeout(timer);
      asking.abort();
      if (at === undefined) return setReadout(undefined);
      const value = layer.isExact ? layer.numberAt(at.x, at.y) : undefined;
      const label = over?.numberAt(at.x, at.y);
      setReadout({ ...at, value: value === undefined || Number.isFinite(value) ? value : null, over: label });
      if (value !== undefined && (over === undefined || label !== undefined)) return;
      asking = new AbortController();
      const { signal } = asking;
      timer = setTimeout(() => {
        Promise.all([
          readPixel(layer, at, signal),
          over === undefined ? undefined : readPixel(over, at, signal),
        ]).then(
          ([read, id]) => {
            if (!signal.aborted) setReadout({ ...at, value: read, over: id ?? undefined });
          },
          () => {
            // The image itself says what is wrong; without a value there is none to show.
          },
        );
      }, restMs);
    };
    const leave = (): void => {
      clearTimeout(timer);
      asking.abort();
      setReadout(undefined);
    };
    element.addEventListener('pointermove', look);
    element.addEventListener('pointerleave', leave);
    return () => {
      leave();
      element.removeEventListener('pointermove', look);
      element.removeEventListener('pointerleave', leave);
    };
  }, [element, open]);
  return readout;
}
