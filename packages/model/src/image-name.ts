/** Whether a file is an image, by its name alone: for counts and guesses. Reading it is left to `imaging`. */

const endings = /\.(?:tiff?|tf2|tf8|btf|png|jpe?g|webp|gif|avif)$/i;

export function isImageName(name: string): boolean {
  return endings.test(name);
}
