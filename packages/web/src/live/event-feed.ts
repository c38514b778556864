/**
 * The one stream of live events of this browser, connected again when it breaks. It runs in the shared worker, or in
 * the page where the browser has none; what is done with the events is left to the pages.
 */

/** The events that pages are told of; what they say is in the model's `events-api.ts`. */
const feedEvents = ['run', 'watch', 'datasets', 'failures', 'notifications'] as const;
type FeedEvent = (typeof feedEvents)[number];

/** What the feed tells. */
export type FeedMessage =
  | { readonly kind: 'connection'; readonly connected: boolean }
  /** Events may have been missed: what is shown is to be read again. */
  | { readonly kind: 'missed' }
  /** The data of an event, as it came. */
  | { readonly kind: FeedEvent; readonly data: string };

const firstRetryMs = 500;
const longestRetryMs = 5_000;

export interface FeedOptions {
  readonly url: string;
  /** Without a word for so long, the connection is taken for dead. In ms. */
  readonly silenceMs: number;
  readonly tell: (message: FeedMessage) => void;
}

/** Opens the stream and keeps it open. @returns its end */
export function openFeed({ url, silenceMs, tell }: FeedOptions): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let retryMs = firstRetryMs;
  let first = true;
  let ended = false;

  const connect = (): void => {
    if (ended) return;
    const stream = new EventSource(url);
    source = stream;
    const heard = (): void => {
      clearTimeout(timer);
      timer = setTimeout(connectAnew, silenceMs);
    };
    heard();
    stream.addEventListener('hello', (event: MessageEvent<string>) => {
      heard();
      retryMs = firstRetryMs;
      tell({ kind: 'connection', connected: true });
      const { resumed } = JSON.parse(event.data) as { resumed: boolean };
      if (!resumed && !first) tell({ kind: 'missed' });
      first = false;
    });
    for (const kind of feedEvents) {
      stream.addEventListener(kind, (event: MessageEvent<string>) => {
        heard();
        tell({ kind, data: event.data });
      });
    }
    stream.addEventListener('beat', heard);
    stream.onerror = () => {
      tell({ kind: 'connection', connected: false });
      // Otherwise the browser tries again by itself, and says what it has last heard.
      if (stream.readyState === EventSource.CLOSED) connectAnew();
    };
  };

  const connectAnew = (): void => {
    clearTimeout(timer);
    source?.close();
    tell({ kind: 'connection', connected: false });
    timer = setTimeout(connect, retryMs);
    retryMs = Math.min(2 * retryMs, longestRetryMs);
  };

  connect();
  return () => {
    ended = true;
    clearTimeout(timer);
    source?.close();
  };
}
