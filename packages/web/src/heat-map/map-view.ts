/** Which part of a grid is seen: fitting, zooming at a point, moving. Pure; in CSS pixels. */

export interface MapView {
  /** Side of a square. */
  readonly scale: number;
  /** Where the grid's corner lies. */
  readonly left: number;
  readonly top: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const largestSquare = 320;
/** Squares of a small grid do not fill the page: how large they are, of colours and of pictures. */
export const usualLargest = 44;
export const pictureLargest = 200;
export const margin = 12;

/** @param largest side of a square at most */
export function fitView(grid: Size, box: Size, largest = usualLargest): MapView {
  const scale = Math.min(
    largest,
    Math.max(0.01, (box.width - 2 * margin) / Math.max(1, grid.width)),
    Math.max(0.01, (box.height - 2 * margin) / Math.max(1, grid.height)),
  );
  return centre(grid, box, scale >= 4 ? Math.floor(scale) : scale);
}

function centre(grid: Size, box: Size, scale: number): MapView {
  return {
    scale,
    left: Math.round((box.width - grid.width * scale) / 2),
    top: Math.round((box.height - grid.height * scale) / 2),
  };
}

/** Zooms by a factor; the point keeps its square. */
export function zoomView(
  view: MapView,
  factor: number,
  at: { x: number; y: number },
  grid: Size,
  box: Size,
  largest = usualLargest,
): MapView {
  const least = fitView(grid, box, largest).scale;
  const scale = Math.max(least * 0.9, Math.min(largestSquare, view.scale * factor));
  const ratio = scale / view.scale;
  return keepInside(
    { scale, left: at.x - (at.x - view.left) * ratio, top: at.y - (at.y - view.top) * ratio },
    grid,
    box,
  );
}

export function moveView(view: MapView, by: { x: number; y: number }, grid: Size, box: Size): MapView {
  return keepInside({ ...view, left: view.left + by.x, top: view.top + by.y }, grid, box);
}

/** Some of the grid always stays in sight. */
function keepInside(view: MapView, grid: Size, box: Size): MapView {
  const keep = (value: number, side: number, room: number): number =>
    side <= room
      ? Math.max(0, Math.min(room - side, value))
      : Math.max(room - side - margin, Math.min(margin, value));
  return {
    scale: view.scale,
    left: keep(view.left, grid.width * view.scale, box.width),
    top: keep(view.top, grid.height * view.scale, box.height),
  };
}

/** The square at a point. */
export function squareAt(view: MapView, point: { x: number; y: number }): { column: number; row: number } {
  return {
    column: Math.floor((point.x - view.left) / view.scale),
    row: Math.floor((point.y - view.top) / view.scale),
  };
}

/** `4.5,120,80`: the side of a square, and the square in the middle. */
export function viewText(view: MapView, box: Size): string {
  const middle = [(box.width / 2 - view.left) / view.scale, (box.height / 2 - view.top) / view.scale];
  return [view.scale, ...middle].map((value) => Number(value.toPrecision(5))).join(',');
}

/** The reverse; undefined where it is not written so. */
export function readView(text: string | undefined, box: Size): MapView | undefined {
  const [scale, x, y, ...more] = (text ?? '').split(',').map(Number);
  if (scale === undefined || x === undefined || y === undefined || more.length > 0) return undefined;
  if (![scale, x, y].every(Number.isFinite) || scale <= 0 || scale > largestSquare) return undefined;
  return { scale, left: box.width / 2 - x * scale, top: box.height / 2 - y * scale };
}
