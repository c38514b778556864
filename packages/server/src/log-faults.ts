/**
 * What the server's log gets of errors that are not the caller's: a fault of ours with all that is known of it, a
 * database that is away in one line, however many requests meet it.
 */
import { explainLostConnection, type Pool } from '@gantry/database';
import { isGantryError } from '@gantry/model';

/** A database that is still away after this time is told of again. */
const quietMs = 10_000;

export class FaultLog {
  readonly #log: (line: string) => void;
  readonly #pool: Pick<Pool, 'options'>;
  readonly #now: () => number;
  #toldUnreachable = -Infinity;

  /** @param now ms on a clock that only goes forward */
  constructor(
    log: (line: string) => void,
    pool: Pick<Pool, 'options'>,
    now: () => number = () => performance.now(),
  ) {
    this.#log = log;
    this.#pool = pool;
    this.#now = now;
  }

  /** The error in words for people, where there are some. */
  explain(error: unknown): unknown {
    return explainLostConnection(error, this.#pool.options);
  }

  /**
   * Writes an error down.
   * @param during what was being done
   */
  report(during: string, error: unknown): void {
    const explained = this.explain(error);
    if (isGantryError(explained) && explained.code === 'database-unreachable') {
      const now = this.#now();
      if (now - this.#toldUnreachable < quietMs) return;
      this.#toldUnreachable = now;
      this.#log(explained.message);
      return;
    }
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#log(`${during}: ${isGantryError(explained) ? explained.message : what}`);
  }
}
