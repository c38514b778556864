/** How much of a process's memory limit may go into pixels; measuring what a tool really takes is its tests'. */

/**
 * What Node, libvips, the modules and the tiles being compressed take beside the pixels that a tool plans for.
 * Measured as VmHWM (Node 24, sharp 0.35): 113 MiB when the modules are loaded, and 210 to 225 MiB for
 * `assemble@1` where it planned for 36 MiB of pixels or less; up to 290 where other work kept the garbage collector
 * waiting.
 */
const BASE_BYTES = 256 * 2 ** 20;
const LEAST_BYTES = 32 * 2 ** 20;

/** Bytes for pixels under a limit for the whole process, in bytes. */
export function pixelMemory(processMemory: number): number {
  // A quarter is for buffers that the garbage collector has not yet returned.
  return Math.max(LEAST_BYTES, Math.floor((processMemory - BASE_BYTES) * 0.75));
}
