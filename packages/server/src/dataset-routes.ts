/**
 * Datasets: making, filling, closing and sealing them.
 */
import { admitItems, closeDataset, createDataset, sealDataset } from '@gantry/engine';
import {
  admittedAnswerSchema,
  createdAnswerSchema,
  newDatasetBodySchema,
  newItemsBodySchema,
  sealedAnswerSchema,
  userApiPath,
  type AdmittedAnswer,
} from '@gantry/model';
import { nothing } from './answers.ts';
import type { ServerContext } from './context.ts';
import { idParams } from './path-params.ts';
import { route, type Route } from './routes.ts';

export function datasetRoutes(context: ServerContext): Route[] {
  const { engine } = context;
  return [
    route({
      method: 'POST',
      path: `${userApiPath}/datasets`,
      who: 'owner',
      operation: 'createDataset',
      summary: 'Makes a dataset',
      schemas: { body: newDatasetBodySchema, answer: createdAnswerSchema },
      async handle({ body }): Promise<{ id: number }> {
        return { id: await createDataset(engine, { ...body, project: context.project }) };
      },
    }),
    route({
      method: 'POST',
      path: `${userApiPath}/datasets/:id/items`,
      who: 'owner',
      operation: 'admitItems',
      summary: 'Adds items to a dataset',
      schemas: { params: idParams, body: newItemsBodySchema, answer: admittedAnswerSchema },
      async handle({ params, body }): Promise<AdmittedAnswer> {
        const { changed, late, outside } = await admitItems(engine, params.id, body.items);
        return { changed, late: late.map(({ path }) => path), outside: outside.map(({ path }) => path) };
      },
    }),
    route({
      method: 'POST',
      path: `${userApiPath}/datasets/:id/close`,
      who: 'owner',
      operation: 'closeDataset',
      summary: 'Closes a dataset: it gets no new places',
      schemas: { params: idParams, answer: nothing },
      async handle({ params }): Promise<void> {
        await closeDataset(engine, params.id);
      },
    }),
    route({
      method: 'POST',
      path: `${userApiPath}/datasets/:id/seal`,
      who: 'owner',
      operation: 'sealDataset',
      summary: 'Seals a dataset: it never changes again',
      schemas: { params: idParams, answer: sealedAnswerSchema },
      async handle({ params }): Promise<{ fingerprint: string }> {
        return { fingerprint: await sealDataset(engine, params.id) };
      },
    }),
  ];
}
