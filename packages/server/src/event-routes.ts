/**
 * The stream of live events of a browser. What is told is left to `event-stream.ts`.
 */
import { userApiPath } from '@gantry/model';
import { media } from './answers.ts';
import type { ServerContext } from './context.ts';
import type { EventStream } from './event-stream.ts';
import { route, type Route } from './routes.ts';

/** A page that reads so much slower than it is told is let go; it comes back by itself. In bytes. */
const maxBuffered = 8 * 2 ** 20;

export function eventRoutes(context: ServerContext, events: EventStream): Route[] {
  return [
    route({
      method: 'GET',
      path: `${userApiPath}/events`,
      who: 'owner',
      operation: 'followEvents',
      summary: 'Tells live events, as server-sent events',
      schemas: { answer: media('text/event-stream') },
      async handle({ request, reply }): Promise<undefined> {
        // The headers that hooks would set, since the answer passes them by.
        const headers = Object.entries(reply.getHeaders()).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, value] as const],
        );
        reply.hijack();
        const { raw } = reply;
        raw.writeHead(200, {
          ...Object.fromEntries(headers),
          'content-type': 'text/event-stream',
          'cache-control': 'no-store',
          'x-accel-buffering': 'no',
        });
        const { 'last-event-id': last } = request.headers;
        const gone = AbortSignal.any([context.closing, closeOf(raw)]);
        const remove = await events.add(
          (text) => {
            if (gone.aborted) return;
            raw.write(text);
            if (raw.writableLength > maxBuffered) raw.destroy();
          },
          typeof last === 'string' ? last : undefined,
        );
        const end = (): void => {
          remove();
          raw.end();
        };
        if (gone.aborted) end();
        else gone.addEventListener('abort', end, { once: true });
        return undefined;
      },
    }),
  ];
}

function closeOf(stream: NodeJS.WritableStream): AbortSignal {
  const closed = new AbortController();
  stream.once('close', () => {
    closed.abort();
  });
  return closed.signal;
}
