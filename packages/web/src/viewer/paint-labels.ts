/** Numbers of objects to pixels: filled or outlined, in colours of their own, with one of them marked. */
import { labelColour } from '@gantry/model';
import { pixelOf } from './colour-maps.ts';

export interface LabelLook {
  readonly style: 'outline' | 'fill';
  /** 0 to 1. */
  readonly opacity: number;
  /** The object that is marked; 0 for none. */
  readonly marked: number;
  /** Where given, objects that are not in it are faint. */
  readonly among?: ReadonlySet<number> | undefined;
  /** Pixels of the tile that an outline is wide: 2 where it is shown smaller than it is. Default 1. */
  readonly outline?: 1 | 2 | undefined;
  /** One colour for all, as of a mask: red, green, blue. */
  readonly colour?: readonly [number, number, number] | undefined;
}

/** How much of the opacity is left to objects that are not chosen. */
const faint = 0.25;
const markedOutline = pixelOf(255, 255, 255, 255);

/** @param out a pixel for each number; of a tile that is `width` wide */
export function paintLabels(ids: Uint32Array, width: number, look: LabelLook, out: Uint32Array): void {
  const colourOf = rememberColours(look);
  const wide = look.outline === 2 ? 2 : 1;
  let last = 0;
  let colour = 0;
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (id === 0) {
      out[i] = 0;
      continue;
    }
    const marked = id === look.marked;
    const edge = (look.style === 'outline' || marked) && isEdge(ids, width, i, id, wide);
    if (marked && edge) {
      out[i] = markedOutline;
      continue;
    }
    if (look.style === 'outline' && !edge) {
      // The marked one keeps a breath of colour within its outline.
      out[i] = marked ? (colourOf(id) & 0x00ffffff) | (48 << 24) : 0;
      continue;
    }
    // Objects are runs of one number.
    if (id !== last) colour = colourOf(id);
    last = id;
    out[i] = colour;
  }
}

/** True where a pixel up to `wide` to a side belongs to another object; beyond the tile nothing is known. */
function isEdge(ids: Uint32Array, width: number, at: number, id: number, wide: number): boolean {
  const column = at % width;
  for (let step = 1; step <= wide; step++) {
    const down = step * width;
    if (column >= step && ids[at - step] !== id) return true;
    if (column < width - step && ids[at + step] !== id) return true;
    if (at >= down && ids[at - down] !== id) return true;
    if (at + down < ids.length && ids[at + down] !== id) return true;
  }
  return false;
}

function rememberColours({ opacity, among, colour }: LabelLook): (id: number) => number {
  const known = new Map<number, number>();
  return (id) => {
    let pixel = known.get(id);
    if (pixel === undefined) {
      const share = among === undefined || among.has(id) ? opacity : opacity * faint;
      const [red, green, blue] = colour ?? labelColour(id);
      pixel = pixelOf(red, green, blue, Math.round(255 * share));
      known.set(id, pixel);
    }
    return pixel;
  };
}
