/** Which part of an image is seen, and how large: `812.5,400,2` in addresses. */

export interface PictureView {
  /** The middle, in pixels of the image. */
  readonly x: number;
  readonly y: number;
  /** Pixels of the screen for one of the image. */
  readonly scale: number;
}

export function viewText({ x, y, scale }: PictureView): string {
  return [x.toFixed(1), y.toFixed(1), scale.toPrecision(4)].map(Number).join(',');
}

/** Undefined where it is not written so. */
export function readViewText(text: string | undefined): PictureView | undefined {
  const parts = (text ?? '').split(',').map(Number);
  const [x, y, scale] = parts;
  if (parts.length !== 3 || !parts.every(Number.isFinite)) return undefined;
  if (x === undefined || y === undefined || scale === undefined || scale <= 0) return undefined;
  return { x, y, scale };
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** `10,20,110,95`: from one point to another. */
export function lineText([from, to]: readonly [Point, Point]): string {
  return [from.x, from.y, to.x, to.y].map((value) => Number(value.toFixed(1))).join(',');
}

export function readLineText(text: string | undefined): readonly [Point, Point] | undefined {
  const parts = (text ?? '').split(',').map(Number);
  const [x1, y1, x2, y2] = parts;
  if (parts.length !== 4 || !parts.every(Number.isFinite)) return undefined;
  if (x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined) return undefined;
  return [
    { x: x1, y: y1 },
    { x: x2, y: y2 },
  ];
}
