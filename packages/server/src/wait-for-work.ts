/**
 * Holds a claim while there is nothing to claim: until tasks become ready, the time of one's next try comes, or the time is
 * over. The wake is only a
 * hint; what there is is always asked of the database.
 */
import { untilNextTry, type Engine } from '@gantry/engine';

/** Looks this often without a hint, in milliseconds: another server may have released tasks. */
const lookAgainMs = 1000;

export async function waitForWork<T>(
  engine: Engine,
  waitSeconds: number,
  signal: AbortSignal,
  claim: () => Promise<T[]>,
): Promise<T[]> {
  const until = Date.now() + Math.min(waitSeconds, 30) * 1000;
  for (;;) {
    let wake: () => void = () => {};
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    // Listening begins before the look, so that nothing falls between the two.
    const unlisten = engine.listen((news) => {
      if (news.ready) wake();
    });
    signal.addEventListener('abort', wake, { once: true });
    let timer: NodeJS.Timeout | undefined;
    try {
      if (signal.aborted) return [];
      const claimed = await claim();
      const left = until - Date.now();
      if (claimed.length > 0 || left <= 0) return claimed;
      timer = setTimeout(wake, Math.min(left, lookAgainMs, await untilNextTry(engine)));
      await woken;
    } finally {
      clearTimeout(timer);
      unlisten();
      signal.removeEventListener('abort', wake);
    }
  }
}
