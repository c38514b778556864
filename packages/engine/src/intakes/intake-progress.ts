/** How far the reading of a folder is: counts, and the rate of late. */

/** The rate is that of so many milliseconds; before the first, nothing is said. */
const windowMs = 8000;
const shortestMs = 1000;
const sampleMs = 200;

export class IntakeProgress {
  files = 0;
  filesRead = 0;
  bytes = 0;
  bytesRead = 0;
  #samples: { readonly timeMs: number; readonly bytes: number }[] = [];

  /** Begins anew, with what is known from before. */
  begin(files: number, bytes: number, filesRead: number, bytesRead: number): void {
    Object.assign(this, { files, bytes, filesRead, bytesRead });
    this.#samples = [{ timeMs: performance.now(), bytes: bytesRead }];
  }

  add(bytes: number): void {
    this.filesRead += 1;
    this.bytesRead += bytes;
    const timeMs = performance.now();
    const last = this.#samples.at(-1);
    if (last !== undefined && timeMs - last.timeMs < sampleMs) return;
    this.#samples = this.#samples.filter((sample) => sample.timeMs > timeMs - windowMs);
    this.#samples.push({ timeMs, bytes: this.bytesRead });
  }

  /** Undefined while too little is known. */
  get bytesPerSecond(): number | undefined {
    const [first] = this.#samples;
    const now = performance.now();
    if (first === undefined || now - first.timeMs < shortestMs) return undefined;
    return (this.bytesRead - first.bytes) / ((now - first.timeMs) / 1000);
  }

  get secondsLeft(): number | undefined {
    const rate = this.bytesPerSecond;
    if (rate === undefined || rate <= 0) return undefined;
    return Math.max(0, this.bytes - this.bytesRead) / rate;
  }
}
