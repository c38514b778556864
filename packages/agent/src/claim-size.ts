/**
 * How many attempts to claim: what fills the free slots, and half a second of work beyond, by the rate at which
 * attempts have lately ended. Pure.
 */
const bucketMilliseconds = 250;
const buckets = 8;
const most = 1_000;

export class ClaimSize {
  readonly #now: () => number;
  readonly #counts = new Array<number>(buckets).fill(0);
  readonly #started: number;
  #bucket = 0;
  #batch = 1;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#started = now();
  }

  noteEnded(): void {
    this.#turn();
    const at = this.#bucket % buckets;
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
  }

  /** The most places per call of what was last claimed: a batch tool wants that many at hand. */
  noteBatch(size: number): void {
    this.#batch = size;
  }

  /** 0 while it is not worth asking: a block is asked for when half of it is missing. */
  wanted(freeSlots: number, waiting: number): number {
    const ahead = Math.max(Math.floor(this.#perSecond() / 2), this.#batch > 1 ? this.#batch * freeSlots : 0);
    const target = Math.min(most, freeSlots + ahead);
    const missing = target - waiting;
    return missing >= Math.max(1, target / 2) || (waiting === 0 && missing > 0) ? missing : 0;
  }

  #perSecond(): number {
    this.#turn();
    const seconds = Math.min(buckets * bucketMilliseconds, this.#now() - this.#started + 1) / 1000;
    return this.#counts.reduce((sum, count) => sum + count, 0) / Math.max(seconds, bucketMilliseconds / 1000);
  }

  #turn(): void {
    const bucket = Math.floor((this.#now() - this.#started) / bucketMilliseconds);
    const steps = Math.min(buckets, bucket - this.#bucket);
    for (let step = 1; step <= steps; step += 1) this.#counts[(this.#bucket + step) % buckets] = 0;
    this.#bucket = bucket;
  }
}
