/**
 * The agent's view of its lease, on its own steady clock: counted from when the request was sent that the server
 * then answered, so that it never believes in a lease longer than the server does.
 */
export class Lease {
  readonly #onEnding: () => void;
  #timer: NodeJS.Timeout | undefined;
  #ends = 0;

  /** @param onEnding called when the lease is about to end, early enough to kill what runs */
  constructor(onEnding: () => void) {
    this.#onEnding = onEnding;
  }

  /** How long what runs may take to be killed, in ms: a quarter of the lease, at most 5 s. */
  static margin(leaseSeconds: number): number {
    return Math.min(5_000, leaseSeconds * 250);
  }

  /** ms until the margin begins. */
  get left(): number {
    return this.#ends - performance.now();
  }

  /** @param sentAt the tick at which the request was sent */
  renew(sentAt: number, leaseSeconds: number): void {
    clearTimeout(this.#timer);
    this.#ends = sentAt + leaseSeconds * 1000 - Lease.margin(leaseSeconds);
    this.#timer = setTimeout(() => this.#onEnding(), Math.max(0, this.left));
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
