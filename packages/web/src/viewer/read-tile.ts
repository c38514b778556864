/**
 * Fetches tiles as numbers: values of an image, or numbers of objects. Painting them is left to others.
 */
import { RequestError } from '@gantry/client';
import { problemSchema, type PictureDescription } from '@gantry/model';
import type { TileValues } from './paint-values.ts';

/** @throws RequestError with what the server says; the signal's reason where it aborts */
async function fetchTile(url: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal });
  if (response.ok) return response;
  const text = await response.text();
  let problem;
  try {
    problem = problemSchema.safeParse(JSON.parse(text));
  } catch {
    // No problem details; the status is all there is to say.
  }
  const title = `The server answered with status ${response.status}.`;
  throw new RequestError(
    response.status,
    problem?.success === true
      ? problem.data
      : {
          type: 'about:blank',
          title,
          status: response.status,
          detail: title,
          code: `http-${response.status}`,
        },
  );
}

/** Values as the file has them. */
export async function fetchValues(
  url: string,
  { bitDepth, sampleFormat }: Pick<PictureDescription, 'bitDepth' | 'sampleFormat'>,
  signal: AbortSignal,
): Promise<TileValues> {
  const bytes = await (await fetchTile(url, signal)).arrayBuffer();
  switch (bitDepth) {
    case 8:
      return new Uint8Array(bytes);
    case 16:
      return new Uint16Array(bytes);
    case 32:
      return sampleFormat === 'float' ? new Float32Array(bytes) : new Uint32Array(bytes);
  }
}

/** Greys of a picture. */
export async function fetchGreys(url: string, signal: AbortSignal): Promise<Uint8Array> {
  const pixels = await fetchPixels(url, signal);
  return Uint8Array.from({ length: pixels.length / 4 }, (_, i) => pixels[4 * i]!);
}

/** Numbers of objects, of a picture whose red, green and blue are their bits. */
export async function fetchIds(url: string, signal: AbortSignal): Promise<Uint32Array> {
  const pixels = await fetchPixels(url, signal);
  const ids = new Uint32Array(pixels.length / 4);
  for (let i = 0; i < ids.length; i++) {
    if (pixels[4 * i + 3] === 0) continue;
    ids[i] = (pixels[4 * i]! << 16) | (pixels[4 * i + 1]! << 8) | pixels[4 * i + 2]!;
  }
  return ids;
}

async function fetchPixels(url: string, signal: AbortSignal): Promise<Uint8ClampedArray> {
  const blob = await (await fetchTile(url, signal)).blob();
  // As they are: colours that are adjusted to a screen would be other numbers.
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  const { width, height } = bitmap;
  const context = makeContext(width, height);
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, width, height).data;
}

/** A canvas that lies in memory, as its pixels are written by the processor. */
export function makeContext(width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('This browser has no canvas.');
  return context;
}
