/**
 * How much is rendered at the same time: a few pictures, in the order they were asked for. Those whose reader has gone
 * leave the queue, so that panning through a large image does not render what nobody will see.
 */
import { availableParallelism } from 'node:os';
import { GantryError } from '@gantry/model';

export interface RenderQueueOptions {
  /** Pictures at the same time. Default: two for each core, as each waits for the disk, too. */
  readonly atOnce?: number;
  /** Pictures that may wait. Default 2,000: 50 people's screens. */
  readonly mostWaiting?: number;
}

export class RenderQueue {
  readonly #atOnce: number;
  readonly #mostWaiting: number;
  readonly #waiting = new Set<() => void>();
  #atWork = 0;

  constructor({ atOnce = 2 * availableParallelism(), mostWaiting = 2000 }: RenderQueueOptions = {}) {
    this.#atOnce = atOnce;
    this.#mostWaiting = mostWaiting;
  }

  get usage(): { readonly atWork: number; readonly waiting: number } {
    return { atWork: this.#atWork, waiting: this.#waiting.size };
  }

  /**
   * Does the work when it is its turn.
   * @param gone aborts when nobody waits for it any more; work that has begun goes on
   * @throws GantryError `too-much-asked` where too many wait already; the signal's reason where it aborts before
   */
  async run<T>(work: () => Promise<T>, gone: AbortSignal): Promise<T> {
    await this.#turn(gone);
    try {
      return await work();
    } finally {
      this.#atWork--;
      const [next] = this.#waiting;
      if (next !== undefined) next();
    }
  }

  async #turn(gone: AbortSignal): Promise<void> {
    gone.throwIfAborted();
    if (this.#atWork < this.#atOnce) {
      this.#atWork++;
      return;
    }
    if (this.#waiting.size >= this.#mostWaiting) {
      throw new GantryError('too-much-asked', 'The server has more pictures to make than it can.', {
        mend: 'Try again in a moment.',
      });
    }
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(go);
        gone.removeEventListener('abort', forget);
      };
      const go = (): void => {
        leave();
        this.#atWork++;
        resolve();
      };
      const forget = (): void => {
        leave();
        reject(gone.reason as Error);
      };
      this.#waiting.add(go);
      gone.addEventListener('abort', forget);
    });
  }
}
