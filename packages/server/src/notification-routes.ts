/**
 * What people are told, and that they have read it.
 */
import { listNotifications, markRead } from '@gantry/engine';
import {
  notificationsQuerySchema,
  notificationsSchema,
  readNotificationsBodySchema,
  unreadAnswerSchema,
  userApiPath,
  type Notifications,
} from '@gantry/model';
import type { ServerContext } from './context.ts';
import { route, type Route } from './routes.ts';

export function notificationRoutes(context: ServerContext): Route[] {
  const { engine } = context;
  return [
    route({
      method: 'GET',
      path: `${userApiPath}/notifications`,
      who: 'owner',
      operation: 'listNotifications',
      summary: 'Lists notifications, newest first',
      schemas: { query: notificationsQuerySchema, answer: notificationsSchema },
      handle: ({ query }): Promise<Notifications> => listNotifications(engine, context.project, query),
    }),
    route({
      method: 'POST',
      path: `${userApiPath}/notifications/read`,
      who: 'owner',
      operation: 'readNotifications',
      summary: 'Marks notifications as read',
      schemas: { body: readNotificationsBodySchema, answer: unreadAnswerSchema },
      async handle({ body }): Promise<{ unread: number }> {
        return { unread: await markRead(engine, context.project, body) };
      },
    }),
  ];
}
