/**
 * Folders on the server's machine, for those who choose one as a source: what is in them, and what they would be as one.
 * The owner alone may look, and sees what the user may see that Gantry runs as.
 */
import { lookAtFolder, recentFolders } from '@gantry/engine';
import type { ViewCache } from '@gantry/imaging';
import {
  fileThumbnailQuerySchema,
  folderListingSchema,
  folderLookSchema,
  folderQuerySchema,
  GantryError,
  isImageName,
  lookBodySchema,
  recentFolderSchema,
  userApiPath,
  type FolderListing,
  type FolderLook,
  type RecentFolder,
} from '@gantry/model';
import { browseFolder } from '@gantry/storage';
import { isAbsolute } from 'node:path';
import { media } from './answers.ts';
import type { ServerContext } from './context.ts';
import { goneSignal } from './gone-signal.ts';
import { RenderQueue } from './render-queue.ts';
import { route, type Route } from './routes.ts';

export function folderRoutes(context: ServerContext, views: ViewCache): Route[] {
  const queue = new RenderQueue();
  return [
    route({
      method: 'GET',
      path: `${userApiPath}/folders`,
      who: 'owner',
      operation: 'browseFolder',
      summary: 'Lists a folder of the server’s machine, with counts of images',
      schemas: { query: folderQuerySchema, answer: folderListingSchema },
      handle: ({ query }): Promise<FolderListing> => browseFolder(query.path),
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/folders/recent`,
      who: 'owner',
      operation: 'listRecentFolders',
      summary: 'Lists folders that runs have read of late',
      schemas: { answer: recentFolderSchema.array() },
      handle: (): Promise<RecentFolder[]> => recentFolders(context.engine, context.project),
    }),
    route({
      method: 'POST',
      path: `${userApiPath}/folders/look`,
      who: 'owner',
      operation: 'lookAtFolder',
      summary: 'Tells what a folder would be as a source: its pattern, its lattice, and what does not fit',
      schemas: { body: lookBodySchema, answer: folderLookSchema },
      handle: ({ body }): Promise<FolderLook> => lookAtFolder(context.listings, body),
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/folders/thumbnail`,
      who: 'owner',
      operation: 'drawFileThumbnail',
      summary: 'Draws an image file of a folder, small',
      schemas: { query: fileThumbnailQuerySchema, answer: media(['image/webp', 'image/png', 'image/jpeg']) },
      async handle({ query, request, reply }) {
        const { path, size } = query;
        if (!isAbsolute(path) || !isImageName(path))
          throw new GantryError('not-an-image', `${path} is no absolute path of an image.`, {
            file: path,
            field: 'path',
            mend: 'Name a TIFF, PNG, JPEG or WebP file.',
          });
        const gone = goneSignal(reply);
        try {
          const made = await queue.run(
            () =>
              views.use(path, async (view) => {
                const etag = `"${view.version}-${size}"`;
                const isKnown = request.headers['if-none-match'] === etag;
                return { etag, picture: isKnown ? undefined : await view.thumbnail(size) };
              }),
            gone,
          );
          void reply.headers({ etag: made.etag, 'cache-control': 'private, no-cache' });
          if (made.picture === undefined) return await reply.code(304).send();
          return await reply.type(made.picture.type).send(made.picture.bytes);
        } catch (error) {
          if (gone.aborted) return reply;
          throw error;
        }
      },
    }),
  ];
}
