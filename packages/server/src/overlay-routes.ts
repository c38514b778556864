/**
 * What belongs to a place beside its own picture: what may be laid over it, and the places around.
 */
import { stat } from 'node:fs/promises';
import { findAround, findOverlays, findShownItem, type RelatedItem } from '@gantry/engine';
import { readImageHeader, type ViewCache } from '@gantry/imaging';
import {
  aroundAnswerSchema,
  isGantryError,
  overlaysAnswerSchema,
  placeQuerySchema,
  userApiPath,
  type AroundAnswer,
  type OverlaysAnswer,
} from '@gantry/model';
import { resolveInStore } from '@gantry/storage';
import type { ServerContext } from './context.ts';
import { idParams } from './path-params.ts';
import { readPlace } from './read-place.ts';
import { route, type Route } from './routes.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

export function overlayRoutes(context: ServerContext, views: ViewCache): Route[] {
  const pathOf = ({ path, attempt }: Pick<RelatedItem, 'path' | 'attempt'>): string =>
    attempt === null ? path : resolveInStore(context.data.store, path);

  /** Undefined where there is no image to lay over another: it is not offered. */
  async function sizeOf(path: string): Promise<Size | undefined> {
    try {
      // A folder is a pyramid. Of a file the header is enough: opening a view may copy an image that is not tiled.
      if ((await stat(path)).isDirectory())
        return await views.use(path, (view) => Promise.resolve(view.size));
      return await readImageHeader(path, { page: 0 });
    } catch (error) {
      if (isGantryError(error) || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  return [
    route({
      method: 'GET',
      path: `${userApiPath}/datasets/:id/picture/overlays`,
      who: 'owner',
      operation: 'listOverlays',
      summary: 'Lists what may be laid over an image',
      schemas: { params: idParams, query: placeQuerySchema, answer: overlaysAnswerSchema },
      async handle({ params, query }): Promise<OverlaysAnswer> {
        const item = await findShownItem(context.engine, params.id, readPlace(query.place));
        const size = await sizeOf(pathOf(item));
        const { candidates, tables } = await findOverlays(context.engine, item.dataset.id, item.place);
        const sizes = await Promise.all(candidates.map((candidate) => sizeOf(pathOf(candidate))));
        return {
          overlays: candidates
            .filter((_, index) => size !== undefined && isSame(size, sizes[index]))
            .map(({ kind, run, stage, output, tables: measured, ...candidate }) => ({
              ...nameItem(candidate),
              ...{ kind, run, stage, output },
              tables: measured.map(nameItem),
            })),
          tables: tables.map(nameItem),
        };
      },
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/datasets/:id/around`,
      who: 'owner',
      operation: 'lookAround',
      summary: 'Tells the places around one of a dataset',
      schemas: { params: idParams, query: placeQuerySchema, answer: aroundAnswerSchema },
      async handle({ params, query }): Promise<AroundAnswer> {
        const { dataset, place } = await findShownItem(context.engine, params.id, readPlace(query.place));
        const { along, previous, next } = await findAround(context.engine, dataset, place);
        return {
          along: along.map(({ axis, values }) => ({ axis, values: [...values] })),
          previous: previous === null ? null : { ...previous },
          next: next === null ? null : { ...next },
        };
      },
    }),
  ];
}

function isSame(a: Size, b: Size | undefined): boolean {
  return a.width === b?.width && a.height === b.height;
}

function nameItem({ dataset, place, name }: RelatedItem): {
  dataset: number;
  place: Record<string, number>;
  name: string;
} {
  return { dataset, place: { ...place }, name };
}
