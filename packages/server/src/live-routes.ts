/**
 * Watched folders: files that come to them become items of a dataset.
 */
import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { GantryError, userApiPath, watchBodySchema, type LiveSourceState } from '@gantry/model';
import type { ServerContext } from './context.ts';
import { idParams } from './path-params.ts';
import { route, type Route } from './routes.ts';

export function liveRoutes(context: ServerContext): Route[] {
  const { live } = context;
  return [
    route({
      method: 'POST',
      path: `${userApiPath}/datasets/:id/watch`,
      who: 'owner',
      schemas: { params: idParams, body: watchBodySchema },
      async handle({ params, body }): Promise<LiveSourceState> {
        await refuseOwn(body.folder, context.data.path);
        return live.watch(params.id, body);
      },
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/datasets/:id/watch`,
      who: 'owner',
      schemas: { params: idParams },
      handle: ({ params }): Promise<LiveSourceState> => live.describe(params.id),
    }),
    route({
      method: 'DELETE',
      path: `${userApiPath}/datasets/:id/watch`,
      who: 'owner',
      schemas: { params: idParams },
      handle: ({ params }): Promise<void> => live.unwatch(params.id),
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/watches`,
      who: 'owner',
      schemas: {},
      handle: (): Promise<LiveSourceState[]> => Promise.resolve(live.list()),
    }),
  ];
}

/** Outputs that become inputs would go round in circles. */
async function refuseOwn(folder: string, dataDirectory: string): Promise<void> {
  const [real, own] = await Promise.all([realPath(folder), realPath(dataDirectory)]);
  const inner = relative(own, real);
  if (inner.startsWith('..') || isAbsolute(inner)) return;
  throw new GantryError(
    'folder-is-gantrys',
    `The folder ${folder} lies in the data directory ${dataDirectory}.`,
    {
      field: 'folder',
      file: folder,
      mend: 'Watch a folder elsewhere.',
    },
  );
}

async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    // What is wrong with it is shown as the source's state.
    return resolve(path);
  }
}
