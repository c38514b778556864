/** The mean of all pixels; NaN of none. */
export function meanOf(pixels: Uint8Array | Uint16Array | Uint32Array | Float32Array): number {
  let sum = 0;
  for (let i = 0; i < pixels.length; i++) sum += pixels[i]!;
  return sum / pixels.length;
}
