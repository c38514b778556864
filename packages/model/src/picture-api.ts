/**
 * Pictures of a dataset's images, under `/api/v1/datasets/ID/picture`. All take `place` (`row=1,col=2`) and `page`, the
 * plane of a file that holds several, from 0.
 *
 * | request                        | query                                                | answer               |
 * |--------------------------------|------------------------------------------------------|----------------------|
 * | GET …/picture                  |                                                      | `PictureDescription` |
 * | GET …/picture/tile             | `level`, `x`, `y`; `low` and `high`, `gamma`, `lut`, `format`; `v` | the tile |
 * | GET …/picture/thumbnail        | `size`, 16 to 1024 (256); as a tile                  | the whole image      |
 * | GET …/picture/value            | `x`, `y`                                             | `PictureValue`       |
 * | GET …/picture/overlays         |                                                      | `OverlaysAnswer`     |
 * | GET /datasets/ID/around        | (`place` alone)                                      | `AroundAnswer`       |
 *
 * Level 0 is the full resolution, each further one half as wide; tile (x, y) begins at (x, y) × `tileSize`. `low` and
 * `high` are the values shown black and white. `v` is the description's `version`: an answer to it never changes, and
 * a browser keeps it for good; without it there is an ETag. A tile in the format `raw` is its values, little-endian, row
 * by row, as the description's `bitDepth` and `sampleFormat` say, for a program that shows them itself; below the full
 * resolution they are means of four, and with the `lut` `ids` or `labels` the largest of four.
 */
import { z } from 'zod';
import { datasetTypes } from './dataset-type.ts';

/**
 * How values become colours: greys, their inverse, one hue from black, a colour per number (`labels`; 0 is
 * transparent), or the number itself (`ids`): red, green and blue are its 24 bits, 0 is transparent.
 */
export const pictureLookups = [
  'grey',
  'inverted',
  'red',
  'green',
  'blue',
  'cyan',
  'magenta',
  'yellow',
  'labels',
  'ids',
] as const;

export const pictureFormats = ['webp', 'png', 'jpeg'] as const;
export const tileFormats = [...pictureFormats, 'raw'] as const;

/** `row=1,col=2` in any order of the axes; empty where there are none. */
const placeText = z
  .string()
  .max(1000)
  .regex(/^(?:[^=,]+=-?\d{1,10}(?:,[^=,]+=-?\d{1,10})*)?$/, 'must be written as row=1,col=2')
  .default('');

export const placeQuerySchema = z.object({ place: placeText });

const whole = z.coerce.number().int().nonnegative();

export const pictureQuerySchema = placeQuerySchema.extend({
  page: whole.max(1_000_000).default(0),
});

const rendering = {
  low: z.coerce.number().optional(),
  high: z.coerce.number().optional(),
  gamma: z.coerce.number().optional(),
  lut: z.enum(pictureLookups).optional(),
  format: z.enum(pictureFormats).optional(),
  v: z.string().max(200).optional(),
};

const wholeWindow = ({ low, high }: { low?: number | undefined; high?: number | undefined }): boolean =>
  (low === undefined) === (high === undefined);
const wholeWindowMessage = { message: 'low and high must be given together', path: ['low'] };

export const tileQuerySchema = pictureQuerySchema
  .extend({ level: whole, x: whole, y: whole, ...rendering, format: z.enum(tileFormats).optional() })
  .refine(wholeWindow, wholeWindowMessage);

export const thumbnailQuerySchema = pictureQuerySchema
  .extend({ size: whole.default(256), ...rendering })
  .refine(wholeWindow, wholeWindowMessage);

export const valueQuerySchema = pictureQuerySchema.extend({
  x: z.coerce.number().int(),
  y: z.coerce.number().int(),
});

const extent = z.object({ width: z.int().positive(), height: z.int().positive() });

/** Which item it is about. */
export const shownItemSchema = z.object({
  dataset: z.object({
    id: z.int().positive(),
    name: z.string(),
    type: z.enum(datasetTypes),
    axes: z.array(z.string()),
  }),
  place: z.record(z.string(), z.int()),
  /** The item's name. */
  name: z.string(),
  /** Absolute. */
  path: z.string(),
  revision: z.int().positive(),
});

export const pictureDescriptionSchema = shownItemSchema.extend({
  ...extent.shape,
  /** Pixels, across and down. */
  tileSize: z.int().positive(),
  /** From the full resolution down to one tile. */
  levels: z.array(extent),
  bitDepth: z.union([z.literal(8), z.literal(16), z.literal(32)]),
  sampleFormat: z.enum(['uint', 'float']),
  /** Whether tiles may be asked for in the format `raw`: not of a Deep Zoom pyramid, which holds pictures. */
  raw: z.boolean(),
  /** Planes in the file, of which `page` is shown. */
  pages: z.int().positive(),
  page: z.int().nonnegative(),
  /** False where values went through JPEG, or were stretched to 8 bits. */
  exact: z.boolean(),
  /** Of one pixel, in µm; absent where the file does not tell. */
  pixelSize: z.object({ x: z.number(), y: z.number(), unit: z.literal('µm') }).optional(),
  /** What is shown when nothing else is asked. */
  defaultWindow: z.object({ low: z.number(), high: z.number() }),
  /** `counts[i]` values from `low` + i × `binWidth` on, of a sample of the image. */
  histogram: z.object({
    low: z.number(),
    binWidth: z.number(),
    counts: z.array(z.int()),
    minimum: z.number(),
    maximum: z.number(),
    sampled: z.int(),
    total: z.int(),
    notFinite: z.int(),
  }),
  /** Changes whenever the file does. */
  version: z.string(),
});

export const pictureValueSchema = z.object({
  x: z.int(),
  y: z.int(),
  /** Null where it is no finite number. */
  value: z.number().nullable(),
  /** False where it is the nearest that an 8-bit or JPEG pyramid can tell. */
  exact: z.boolean(),
});

/**
 * `labels` has a number per object and `mask` one for all, as far as names of tools, inputs and outputs tell; `image`
 * is any other.
 */
export const overlayKinds = ['labels', 'mask', 'image'] as const;

const item = z.object({
  dataset: z.int().positive(),
  place: z.record(z.string(), z.int()),
  name: z.string(),
});

const overlay = item.extend({
  kind: z.enum(overlayKinds),
  /** What has made it; `output` and `stage` are those of the run, and for a source its name alone. */
  run: z.int().positive(),
  stage: z.string(),
  output: z.string().nullable(),
  /** Tables that were measured with it. */
  tables: z.array(item),
});

export const overlaysAnswerSchema = z.object({
  /** Images of the same size at an agreeing place in the runs of this one: labels first. */
  overlays: z.array(overlay),
  /** Tables that were measured of the image itself, whatever the labels. */
  tables: z.array(item),
});

export const aroundAnswerSchema = z.object({
  /** Along each axis the coordinates at which there is an item, the others being those of the place. */
  along: z.array(z.object({ axis: z.string(), values: z.array(z.int()) })),
  /** In the order of places; null at the ends. */
  previous: z.record(z.string(), z.int()).nullable(),
  next: z.record(z.string(), z.int()).nullable(),
});

export type Overlay = z.infer<typeof overlay>;
export type OverlayKind = (typeof overlayKinds)[number];
export type OverlaysAnswer = z.infer<typeof overlaysAnswerSchema>;
export type AroundAnswer = z.infer<typeof aroundAnswerSchema>;
export type PictureDescription = z.infer<typeof pictureDescriptionSchema>;
export type PictureValue = z.infer<typeof pictureValueSchema>;
export type ShownItem = z.infer<typeof shownItemSchema>;
