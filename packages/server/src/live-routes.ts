/**
 * Watched folders: files that come to them become items of a dataset.
 */
import { refuseOwnFolder } from '@gantry/engine';
import { liveSourceStateSchema, userApiPath, watchBodySchema, type LiveSourceState } from '@gantry/model';
import { nothing } from './answers.ts';
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
      operation: 'watchFolder',
      summary: 'Watches a folder, whose files become items of a dataset',
      schemas: { params: idParams, body: watchBodySchema, answer: liveSourceStateSchema },
      async handle({ params, body }): Promise<LiveSourceState> {
        await refuseOwnFolder(body.folder, context.data.path);
        return live.watch(params.id, body);
      },
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/datasets/:id/watch`,
      who: 'owner',
      operation: 'readWatch',
      summary: 'Tells how the watching of a folder is getting on',
      schemas: { params: idParams, answer: liveSourceStateSchema },
      handle: ({ params }): Promise<LiveSourceState> => live.describe(params.id),
    }),
    route({
      method: 'DELETE',
      path: `${userApiPath}/datasets/:id/watch`,
      who: 'owner',
      operation: 'unwatchFolder',
      summary: 'Stops watching a folder; what was taken stays',
      schemas: { params: idParams, answer: nothing },
      handle: ({ params }): Promise<void> => live.unwatch(params.id),
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/watches`,
      who: 'owner',
      operation: 'listWatches',
      summary: 'Lists the watched folders',
      schemas: { answer: liveSourceStateSchema.array() },
      handle: (): Promise<LiveSourceState[]> => Promise.resolve(live.list()),
    }),
  ];
}
