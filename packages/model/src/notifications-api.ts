/**
 * What people are told of, in the browser and by webhook: runs that end, runs in which much fails, tasks that no
 * agent has room for, agents that are lost. A notification is written in the transaction of the change that it tells of, and stays; its words are
 * `describeNotification`'s.
 *
 * | request                    | body                  | answer                                                 |
 * |----------------------------|-----------------------|--------------------------------------------------------|
 * | GET /notifications         | (query)               | `Notifications`: newest first                          |
 * | POST /notifications/read   | `ReadNotificationsBody` | `{unread}`                                           |
 *
 * A webhook is sent a `WebhookBody`; see docs/notifications.md.
 */
import { z } from 'zod';
import { runStates, taskStates } from './task-state.ts';
import { taskRequestSchema, tooLargeSchema } from './user-api.ts';

const id = z.int().positive();
const taskCounts = z.partialRecord(z.enum(taskStates), z.int().nonnegative());
const aboutRun = z.object({ id, name: z.string(), pipeline: z.string() });

/** A run has ended, or was cancelled. */
const runEndedSchema = z.object({
  kind: z.literal('run-ended'),
  run: aboutRun,
  state: z.enum(runStates).extract(['succeeded', 'failed', 'cancelled']),
  /** From its start to this end. */
  seconds: z.number(),
  tasks: taskCounts,
});

/** So many tasks of a run at work have failed that somebody may want to look now. Once, until they are tried again. */
const runFailingSchema = z.object({
  kind: z.literal('run-failing'),
  run: aboutRun,
  /** Failed tasks, and how many it took to be told of. */
  failed: z.int(),
  limit: z.int(),
  tasks: taskCounts,
});

/** Nothing was heard of an agent until its lease was over. What it held is lost, and handed to others. */
const agentLostSchema = z.object({
  kind: z.literal('agent-lost'),
  agent: z.object({ id, name: z.string(), host: z.string() }),
  /** When it was last heard of. */
  heard: z.string(),
  /** Attempts that it held. */
  held: z.int(),
});

/** Tasks of a run are ready, and no agent has room for them. Once, until one has been there that has. */
const tooLargeNoticeSchema = z.object({
  kind: z.literal('tasks-too-large'),
  run: aboutRun,
  stage: z.string(),
  tasks: z.int(),
  /** What each asks for, and what the largest agent has; bytes. */
  asks: taskRequestSchema,
  largest: tooLargeSchema.shape.largest,
});

/** A notification could not be delivered to a webhook in the time that is given to it. Told to people alone. */
const webhookGivenUpSchema = z.object({
  kind: z.literal('webhook-given-up'),
  /** Where the webhook is: without path and query, which may be secrets. */
  webhook: z.string(),
  /** How many notifications were not delivered, and how often the last was tried. */
  notifications: z.int(),
  tries: z.int(),
  error: z.string(),
});

export const notificationAboutSchema = z.discriminatedUnion('kind', [
  runEndedSchema,
  runFailingSchema,
  agentLostSchema,
  tooLargeNoticeSchema,
  webhookGivenUpSchema,
]);

export const notificationSchema = z.object({
  /** Rises with every notification. */
  id,
  at: z.string(),
  read: z.boolean(),
  about: notificationAboutSchema,
});

export const notificationsQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(30),
  /** Those before the one with this id. */
  before: z.coerce.number().int().positive().optional(),
});

export const notificationsSchema = z.object({
  unread: z.int(),
  notifications: z.array(notificationSchema),
  /** True where there are older ones. */
  more: z.boolean(),
  /** How many webhooks there are, and how many notifications are on their way to them. */
  webhooks: z.object({ count: z.int(), waiting: z.int() }),
});

export const readNotificationsBodySchema = z
  .object({
    /** These. */
    ids: z.array(id).min(1).max(1000).optional(),
    /** All up to this one. */
    through: id.optional(),
  })
  .refine(
    ({ ids, through }) => (ids === undefined) !== (through === undefined),
    'must have either `ids` or `through`',
  );

export const unreadAnswerSchema = z.object({ unread: z.int() });

/** What a webhook is sent. */
export const webhookBodySchema = z.object({
  gantry: z.literal('notification/v1'),
  id: z.uuid().describe('The same whenever this notification is sent: whoever has seen it passes over it.'),
  at: z.iso.datetime().describe('When it happened.'),
  text: z.string().describe('What happened, in words.'),
  path: z.string().describe('The page that shows more, below the address of the server.'),
  about: z
    .discriminatedUnion('kind', [runEndedSchema, runFailingSchema, agentLostSchema, tooLargeNoticeSchema])
    .describe('What happened, for programs.'),
});

export type NotificationAbout = z.infer<typeof notificationAboutSchema>;
export type Notification = z.infer<typeof notificationSchema>;
export type Notifications = z.infer<typeof notificationsSchema>;
export type NotificationsQuery = z.output<typeof notificationsQuerySchema>;
export type ReadNotificationsBody = z.infer<typeof readNotificationsBodySchema>;
export type WebhookBody = z.infer<typeof webhookBodySchema>;
