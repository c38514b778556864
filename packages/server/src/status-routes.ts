/**
 * Which server this is, and how full its storage is.
 */
import { readStored } from '@gantry/engine';
import {
  serverStatusSchema,
  storageStateSchema,
  userApiPath,
  type ServerStatus,
  type StorageState,
} from '@gantry/model';
import { measureVolume } from '@gantry/storage';
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
    route({
      method: 'GET',
      path: `${userApiPath}/storage`,
      who: 'owner',
      operation: 'readStorage',
      summary: 'Tells how much runs have made, and how much room is left',
      schemas: { answer: storageStateSchema },
      handle: async (): Promise<StorageState> => ({
        folder: context.data.path,
        outputs: await readStored(context.engine.pool),
        ...(await measureVolume(context.data.path)),
      }),
    }),
  ];
}
