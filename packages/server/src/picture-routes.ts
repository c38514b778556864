/**
 * Pictures of a dataset's images: description, tiles, thumbnail, values. Rendering is left to `@gantry/imaging`.
 */
import { findShownItem } from '@gantry/engine';
import type { Rendering, View, ViewCache } from '@gantry/imaging';
import {
  GantryError,
  pictureDescriptionSchema,
  pictureQuerySchema,
  pictureValueSchema,
  thumbnailQuerySchema,
  tileQuerySchema,
  userApiPath,
  valueQuerySchema,
  type PictureDescription,
  type PictureValue,
  type ShownItem,
} from '@gantry/model';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { media } from './answers.ts';
import { cacheFor, etagOf } from './cache-headers.ts';
import type { ServerContext } from './context.ts';
import { goneSignal } from './gone-signal.ts';
import { locateItem } from './locate-item.ts';
import { idParams } from './path-params.ts';
import { readPlace } from './read-place.ts';
import { RenderQueue } from './render-queue.ts';
import { route, type Route } from './routes.ts';

const picture = media(['image/webp', 'image/png', 'image/jpeg']);
const tile = media([...picture.types, 'application/octet-stream']);

/** Datasets of these types hold no pictures, whatever their files are. */
const pictureless: readonly string[] = ['table', 'vector', 'model', 'notebook'];

interface PictureQuery {
  readonly place: string;
  readonly page: number;
}

/** What a route sends. */
interface Sent {
  readonly bytes: Uint8Array;
  readonly type: string;
}

interface RenderingQuery extends PictureQuery {
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  readonly gamma?: number | undefined;
  readonly lut?: Rendering['lut'] | undefined;
  readonly format?: Rendering['format'] | 'raw' | undefined;
  readonly v?: string | undefined;
}

export function pictureRoutes(context: ServerContext, views: ViewCache): Route[] {
  const queue = new RenderQueue();
  const base = `${userApiPath}/datasets/:id/picture`;

  async function findImage(dataset: number, { place }: PictureQuery): Promise<ShownItem> {
    const item = locateItem(
      await findShownItem(context.engine, dataset, readPlace(place)),
      context.data.store,
    );
    if (pictureless.includes(item.dataset.type)) {
      throw new GantryError(
        'not-an-image',
        `${item.name} is of a dataset of the type ${item.dataset.type}, and no image.`,
        { file: item.path, mend: 'Pictures are made of images and pyramids.' },
      );
    }
    return item;
  }

  /** Renders when it is its turn; undefined where the one who asked has gone. */
  async function render(
    dataset: number,
    query: RenderingQuery,
    { request, reply }: { request: FastifyRequest; reply: FastifyReply },
    draw: (view: View, rendering: Rendering) => Promise<Sent>,
  ): Promise<FastifyReply> {
    const item = await findImage(dataset, query);
    const gone = goneSignal(reply);
    try {
      const made = await queue.run(
        () =>
          views.use(
            item.path,
            async (view) => {
              const known = request.headers['if-none-match'] === etagOf(view.version);
              const picture = known ? undefined : await draw(view, renderingOf(query));
              return { version: view.version, picture };
            },
            query.page,
          ),
        gone,
      );
      void reply.headers({ etag: etagOf(made.version), 'cache-control': cacheFor(query.v, made.version) });
      if (made.picture === undefined) return await reply.code(304).send();
      return await reply.type(made.picture.type).send(made.picture.bytes);
    } catch (error) {
      if (gone.aborted) return reply;
      throw error;
    }
  }

  return [
    route({
      method: 'GET',
      path: base,
      who: 'owner',
      operation: 'describePicture',
      summary: 'Describes the image at a place of a dataset',
      schemas: { params: idParams, query: pictureQuerySchema, answer: pictureDescriptionSchema },
      async handle({ params, query, reply }): Promise<PictureDescription> {
        const item = await findImage(params.id, query);
        void reply.header('cache-control', 'no-store');
        return await views.use(item.path, (view) => describe(item, view, query.page), query.page);
      },
    }),
    route({
      method: 'GET',
      path: `${base}/tile`,
      who: 'owner',
      operation: 'renderTile',
      summary: 'Renders a tile of an image',
      schemas: { params: idParams, query: tileQuerySchema, answer: tile },
      handle: ({ params, query, request, reply }) =>
        render(params.id, query, { request, reply }, (view, rendering) => {
          const { level, x, y } = query;
          return query.format === 'raw' ? sendValues(view, query) : view.tile({ level, x, y, ...rendering });
        }),
    }),
    route({
      method: 'GET',
      path: `${base}/thumbnail`,
      who: 'owner',
      operation: 'renderThumbnail',
      summary: 'Renders an image in small',
      schemas: { params: idParams, query: thumbnailQuerySchema, answer: picture },
      handle: ({ params, query, request, reply }) =>
        render(params.id, query, { request, reply }, (view, rendering) =>
          view.thumbnail(query.size, rendering),
        ),
    }),
    route({
      method: 'GET',
      path: `${base}/value`,
      who: 'owner',
      operation: 'readPictureValue',
      summary: 'Tells the value of a pixel',
      schemas: { params: idParams, query: valueQuerySchema, answer: pictureValueSchema },
      async handle({ params, query, reply }): Promise<PictureValue> {
        const { x, y, page } = query;
        const item = await findImage(params.id, query);
        const { values, exact } = await views.use(item.path, (view) => view.pixel(x, y), page);
        const [value = NaN] = values;
        void reply.header('cache-control', 'no-store');
        return { x, y, value: Number.isFinite(value) ? value : null, exact };
      },
    }),
  ];
}

/** Little-endian, as the machines are that this runs on. */
async function sendValues(
  view: View,
  { level, x, y, lut }: { level: number; x: number; y: number; lut?: Rendering['lut'] | undefined },
): Promise<Sent> {
  const { data } = await view.values(level, x, y, lut === 'ids' || lut === 'labels');
  return {
    bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    type: 'application/octet-stream',
  };
}

async function describe(item: ShownItem, view: View, page: number): Promise<PictureDescription> {
  const { kind, channels: _channels, ...described } = await view.describe();
  const histogram = await view.histogram();
  return {
    ...item,
    ...described,
    levels: [...described.levels],
    raw: kind !== 'dzi',
    page,
    histogram: { ...histogram, counts: [...histogram.counts] },
  };
}

function renderingOf({ low, high, gamma, lut, format }: RenderingQuery): Rendering {
  return {
    ...(low === undefined || high === undefined ? {} : { window: { low, high } }),
    ...(gamma === undefined ? {} : { gamma }),
    ...(lut === undefined ? {} : { lut }),
    ...(format === undefined || format === 'raw' ? {} : { format }),
  };
}
