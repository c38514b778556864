/**
 * The shared worker: one stream for all pages of this browser. A page that comes is told whether it is connected;
 * the stream ends with the worker, when the last page has gone.
 */
import { openFeed, type FeedMessage } from './event-feed.ts';

interface SharedWorkerScope {
  onconnect: ((event: MessageEvent) => void) | null;
}

const ports = new Set<MessagePort>();
let connected: boolean | undefined;
let started = false;

const tell = (message: FeedMessage): void => {
  if (message.kind === 'connection') connected = message.connected;
  for (const port of ports) port.postMessage(message);
};

(self as unknown as SharedWorkerScope).onconnect = (event) => {
  const [port] = event.ports;
  if (port === undefined) return;
  port.onmessage = (message: MessageEvent<{ url: string; silenceMs: number } | 'leave'>) => {
    const { data } = message;
    if (data === 'leave') {
      ports.delete(port);
      return;
    }
    ports.add(port);
    if (connected !== undefined) port.postMessage({ kind: 'connection', connected } satisfies FeedMessage);
    if (started) return;
    started = true;
    openFeed({ ...data, tell });
  };
};
