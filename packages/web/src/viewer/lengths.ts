/** Lengths in an image: for people, and as a scale bar. */

export interface PixelSize {
  /** µm of one pixel, across and down. */
  readonly x: number;
  readonly y: number;
}

/** Of a scale bar, in pixels of the screen. */
export const longestBar = 150;

/** `3.2 nm`, `48.5 µm`, `1.24 mm`: three digits. @param um in µm */
export function formatLength(um: number): string {
  const size = Math.abs(um);
  if (size === 0) return '0 µm';
  if (size < 0.9995) return `${trim(um * 1000)} nm`;
  if (size < 999.5) return `${trim(um)} µm`;
  if (size < 999_500) return `${trim(um / 1000)} mm`;
  return `${trim(um / 1_000_000)} m`;
}

function trim(value: number): string {
  return String(Number(value.toPrecision(3)));
}

export interface ScaleBar {
  readonly label: string;
  /** Of the bar, in pixels of the screen. */
  readonly width: number;
}

/**
 * The longest bar of 1, 2 or 5 times a power of ten that fits; in whole pixels of the image where it tells no size of
 * one.
 * @param scale pixels of the screen for one of the image
 * @param most pixels of the screen
 */
export function chooseScaleBar(scale: number, pixelSize: PixelSize | undefined, most: number): ScaleBar {
  const perUnit = pixelSize === undefined ? scale : scale / pixelSize.x;
  const longest = most / perUnit;
  const power = 10 ** Math.floor(Math.log10(longest));
  // A hair more, so that 5 fits into 4.9999999.
  const digit = [5, 2, 1].find((step) => step * power <= longest * (1 + 1e-9)) ?? 1;
  const length = digit * power;
  if (pixelSize === undefined && length < 1) return { label: '1 px', width: perUnit };
  return {
    label: pixelSize === undefined ? `${Math.round(length)} px` : formatLength(length),
    width: length * perUnit,
  };
}

/** How far two points lie apart: in pixels, and in µm where the size of a pixel is known. */
export function distanceOf(
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
  pixelSize: PixelSize | undefined,
): { px: number; um: number | undefined } {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  return {
    px: Math.hypot(dx, dy),
    um: pixelSize === undefined ? undefined : Math.hypot(dx * pixelSize.x, dy * pixelSize.y),
  };
}
