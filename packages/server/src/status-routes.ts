/**
 * Which server this is.
 */
import { serverStatusSchema, userApiPath, type ServerStatus } from '@gantry/model';
import type { ServerContext } from './context.ts';
import { route, type Route } from './routes.ts';

export function statusRoutes(context: ServerContext): Route[] {
  return [
    route({
      method: 'GET',
      path: `${userApiPath}/status`,
      who: 'owner',
      operation: 'readStatus',
      summary: 'Tells which server this is',
      schemas: { answer: serverStatusSchema },
      handle: (): Promise<ServerStatus> =>
        Promise.resolve({
          version: context.version,
          pid: process.pid,
          dataDirectory: context.data.path,
          upSeconds: (Date.now() - context.started) / 1000,
        }),
    }),
  ];
}
