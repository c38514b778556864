/** Connects a page to the stream of events: through the shared worker, or by itself where there is none. */
import { beatMs, userApiPath } from '@gantry/model';
import { openFeed, type FeedMessage } from './event-feed.ts';

const url = `${userApiPath}/events`;
const silenceMs = 3 * beatMs;

/** @returns the end of it */
export function connectFeed(tell: (message: FeedMessage) => void): () => void {
  if (typeof SharedWorker === 'undefined') return openFeed({ url, silenceMs, tell });
  const worker = new SharedWorker(new URL('./event-worker.ts', import.meta.url), {
    type: 'module',
    name: 'gantry-events',
  });
  let endOwn: (() => void) | undefined;
  worker.onerror = () => {
    // It could not be started, such as in a private window that forbids it.
    endOwn ??= openFeed({ url, silenceMs, tell });
  };
  worker.port.onmessage = (event: MessageEvent<FeedMessage>) => tell(event.data);
  worker.port.start();
  worker.port.postMessage({ url: new URL(url, window.location.href).href, silenceMs });
  const leave = (): void => worker.port.postMessage('leave');
  window.addEventListener('pagehide', leave);
  return () => {
    window.removeEventListener('pagehide', leave);
    leave();
    endOwn?.();
  };
}
