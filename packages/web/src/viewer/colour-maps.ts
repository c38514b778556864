/**
 * The colours that values are shown in, from the lowest to the highest, as 256 pixels each. Viridis, magma and inferno
 * are those of matplotlib (S. van der Walt and N. Smith, 2015), between every 28th of their colours straight.
 */

export const colourMaps = [
  'grey',
  'inverted',
  'red',
  'green',
  'blue',
  'cyan',
  'magenta',
  'yellow',
  'viridis',
  'magma',
  'inferno',
] as const;
export type ColourMap = (typeof colourMaps)[number];

const stops: Record<ColourMap, readonly string[]> = {
  grey: ['000000', 'ffffff'],
  inverted: ['ffffff', '000000'],
  red: ['000000', 'ff0000'],
  green: ['000000', '00ff00'],
  blue: ['000000', '0000ff'],
  cyan: ['000000', '00ffff'],
  magenta: ['000000', 'ff00ff'],
  yellow: ['000000', 'ffff00'],
  viridis: [
    ...['440154', '482878', '3e4989', '31688e', '26828e', '1f9e89', '35b779', '6ece58', 'b5de2b', 'fde725'],
  ],
  magma: [
    ...['000004', '180f3d', '440f76', '721f81', '9e2f7f', 'cd4071', 'f1605d', 'fd9668', 'feca8d', 'fcfdbf'],
  ],
  inferno: [
    ...['000004', '1b0c41', '4a0c6b', '781c6d', 'a52c60', 'cf4446', 'ed6925', 'fb9b06', 'f7d13d', 'fcffa4'],
  ],
};

/** A pixel as a canvas holds it, read as one number of a machine that begins with the lowest byte. */
export function pixelOf(red: number, green: number, blue: number, alpha = 255): number {
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** The pixels of greys 0 to 255. */
export function colourTable(map: ColourMap): Uint32Array {
  const colours = stops[map].map((text) =>
    [0, 2, 4].map((at) => Number.parseInt(text.slice(at, at + 2), 16)),
  );
  return Uint32Array.from({ length: 256 }, (_, grey) => {
    const at = (grey / 255) * (colours.length - 1);
    const from = Math.min(colours.length - 2, Math.floor(at));
    const [a, b] = [colours[from]!, colours[from + 1]!];
    const mix = (channel: number): number =>
      Math.round(a[channel]! + (b[channel]! - a[channel]!) * (at - from));
    return pixelOf(mix(0), mix(1), mix(2));
  });
}

/** For a picture of the map: a CSS gradient from the lowest to the highest. */
export function gradientOf(map: ColourMap): string {
  return `linear-gradient(to right, ${stops[map].map((colour) => `#${colour}`).join(', ')})`;
}
