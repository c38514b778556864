/**
 * Datasets as people look at them: lists, one dataset, its items, and what there is to say of one. Changing them is
 * `dataset-routes.ts`'s.
 */
import {
  describeDataset,
  findDatasetItem,
  listDatasets,
  listItems,
  listUses,
  previewChange,
  readLineage,
  traceItem,
} from '@gantry/engine';
import {
  changePreviewSchema,
  datasetDetailSchema,
  datasetLineageSchema,
  datasetQuerySchema,
  datasetSummarySchema,
  itemDetailSchema,
  itemPlaceQuerySchema,
  itemQuerySchema,
  itemSummarySchema,
  placeAt,
  previewQuerySchema,
  userApiPath,
  type ChangePreview,
  type DatasetDetail,
  type DatasetLineage,
  type DatasetSummary,
  type ItemDetail,
  type ItemSummary,
} from '@gantry/model';
import { media } from './answers.ts';
import type { ServerContext } from './context.ts';
import { fillItemCommand } from './fill-item-command.ts';
import { idParams } from './path-params.ts';
import { readMetadata } from './read-metadata.ts';
import { readBox, readPlace } from './read-place.ts';
import { route, type Route } from './routes.ts';
import { sendFile } from './send-file.ts';

export function datasetReads(context: ServerContext): Route[] {
  const { engine } = context;
  const { store } = context.data;
  return [
    route({
      method: 'GET',
      path: `${userApiPath}/datasets`,
      who: 'owner',
      operation: 'listDatasets',
      summary: 'Lists datasets, newest first',
      schemas: { query: datasetQuerySchema, answer: datasetSummarySchema.array() },
      handle: ({ query }): Promise<DatasetSummary[]> => listDatasets(engine, context.project, query),
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/datasets/:id`,
      who: 'owner',
      operation: 'readDataset',
      summary: 'Tells what is in a dataset, who makes it and who reads it',
      schemas: { params: idParams, answer: datasetDetailSchema },
      handle: ({ params }): Promise<DatasetDetail> => describeDataset(engine, params.id),
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/datasets/:id/items`,
      who: 'owner',
      operation: 'listItems',
      summary: 'Lists the items of a dataset, or of a box of its lattice, in the order of places',
      schemas: { params: idParams, query: itemQuerySchema, answer: itemSummarySchema.array() },
      handle: ({ params, query }): Promise<ItemSummary[]> =>
        listItems(engine, params.id, {
          at: readBox(query.at),
          after: query.after === undefined ? undefined : readPlace(query.after),
          limit: query.limit,
        }),
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/datasets/:id/item`,
      who: 'owner',
      operation: 'readItem',
      summary:
        'Tells of one item: what its file says of itself, what it was made from and what was made from it',
      schemas: { params: idParams, query: itemPlaceQuerySchema, answer: itemDetailSchema },
      async handle({ params, query }): Promise<ItemDetail> {
        const item = await findDatasetItem(engine, params.id, readPlace(query.place), store);
        const [{ found, metadata }, traced, usedBy] = await Promise.all([
          readMetadata(item),
          traceItem(engine, item),
          listUses(engine, item),
        ]);
        const command = traced === undefined ? undefined : await fillItemCommand(context, traced);
        const { dataset, name, path, size, revision, checksum } = item;
        return {
          ...{ dataset, name, path, size, revision, checksum, found, metadata, usedBy },
          acquired: item.meta,
          place: placeAt(dataset.axes, item.place),
          modified: item.modified.toISOString(),
          madeBy: traced === undefined ? null : { ...traced, ...(command === undefined ? {} : { command }) },
        };
      },
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/datasets/:id/file`,
      who: 'owner',
      operation: 'readItemFile',
      summary: 'Hands over the bytes of an item',
      schemas: { params: idParams, query: itemPlaceQuerySchema, answer: media('application/octet-stream') },
      async handle({ params, query, reply }): Promise<unknown> {
        const item = await findDatasetItem(engine, params.id, readPlace(query.place), store);
        return sendFile(reply, item, folderMend(item.dataset.type));
      },
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/datasets/:id/lineage`,
      who: 'owner',
      operation: 'readLineage',
      summary: 'Tells what a dataset came from and what was made from it',
      schemas: { params: idParams, answer: datasetLineageSchema },
      handle: ({ params }): Promise<DatasetLineage> => readLineage(engine, params.id),
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/datasets/:id/preview`,
      who: 'owner',
      operation: 'previewChange',
      summary: 'Tells what closing or sealing a dataset would mean',
      schemas: { params: idParams, query: previewQuerySchema, answer: changePreviewSchema },
      handle: ({ params, query }): Promise<ChangePreview> => previewChange(engine, params.id, query.change),
    }),
  ];
}

function folderMend(type: string): string {
  return type === 'pyramid'
    ? 'Open it in the viewer, or have it in a folder of yours with `gantry run --resume RUN --out DIR`.'
    : 'Have it in a folder of yours with `gantry run --resume RUN --out DIR`.';
}
