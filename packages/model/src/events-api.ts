/**
 * The live events of `GET /api/v1/events`: server-sent events, one stream per browser. An event only carries what is
 * true at the time that it is sent; nothing is lost by missing one, as the state is always sent whole.
 *
 * | event   | data             | when                                                                    |
 * |---------|------------------|-------------------------------------------------------------------------|
 * | `hello` | `EventsHello`    | first; `resumed: false` asks the client to read again all that it shows |
 * | `run`   | `RunDetail`      | a run has changed; at most four times a second for each                 |
 * | `watch` | `LiveSourceState`| what a watched folder is at has changed; at most once a second for each  |
 * | `datasets` | `DatasetSummary[]` | datasets have changed: their items, their state or who reads them; gathered like runs |
 * | `failures` | `FailureSummary` | what has failed has changed                                         |
 * | `notifications` | `NotificationNews` | something is to be told, or was read                          |
 * | `beat`  | `{}`             | every ten seconds; a client that hears nothing for three connects anew   |
 *
 * Ids of `run` and `datasets` events are `EPOCH-NUMBER`. A client that comes back sends the last as `Last-Event-ID` and
 * is told the runs and datasets that have changed since, and all that is watched.
 */
import { z } from 'zod';
import { notificationSchema } from './notifications-api.ts';

export const eventsHelloSchema = z.object({
  /** True where what has changed since `Last-Event-ID` follows. */
  resumed: z.boolean(),
});

export const notificationNewsSchema = z.object({
  unread: z.int(),
  /** What has come since the last event: a few at most, the newest last. */
  fresh: z.array(notificationSchema),
});

/** How often the server says that it is there, in ms. */
export const beatMs = 10_000;

export type EventsHello = z.infer<typeof eventsHelloSchema>;
export type NotificationNews = z.infer<typeof notificationNewsSchema>;
