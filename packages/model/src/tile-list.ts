/**
 * The list of tiles that an acquisition keeps beside them: `pipeline-input.json`, or the older `dashboard.json`. Which
 * tiles there are, where they lie, and which of them are whole. Watching the file is left to `storage`, what becomes of
 * its tiles to `engine`.
 */
import { z } from 'zod';
import { FileErrors, type FileProblem } from './file-problem.ts';
import { isInnerPath } from './inner-path.ts';
import type { LatticeBounds, Range } from './lattice.ts';
import type { Place } from './place.ts';

/** Names of the file in a folder; the first one that is there counts. */
export const tileListNames = ['pipeline-input.json', 'dashboard.json'] as const;

/** The axes of every such list. */
export const tileListAxes = ['x', 'y', 'z'] as const;

/** Whether a lattice is one of tiles, in whatever order its axes are. */
export function isTileAxes(axes: readonly string[]): boolean {
  return axes.toSorted().join() === tileListAxes.join();
}

/** One value of an item's own, as templates name it: `${inputs.tile.meta.step_x}`. */
export type ItemMeta = Readonly<Record<string, string | number | boolean>>;

export interface ListedTile {
  /** Path of the tile's folder below the list's own, with `/` between its parts. */
  readonly name: string;
  /** Only such a tile is an item. */
  readonly complete: boolean;
  /** Undefined where the list gives no coordinates. */
  readonly place: Place | undefined;
  readonly meta: ItemMeta;
}

/** Something that keeps one tile from being an item, and no other one. */
export interface TileProblem {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly mend: string;
}

export interface TileList {
  /** Extents and skipped planes, on the axes that the list declares them of. */
  readonly bounds: LatticeBounds;
  /** What the acquisition's people have set; templates name them as `${project.NAME}`. */
  readonly parameters: ItemMeta;
  readonly tiles: ReadonlyMap<string, ListedTile>;
  readonly problems: readonly TileProblem[];
}

const number = z.number({ error: 'must be a number' });
const whole = z.int({ error: 'must be a whole number' });
const coordinatesSchema = z.object({ x: whole.nullish(), y: whole.nullish(), z: whole.nullish() }).nullish();
/** Any vector: its parts become `step_x`, `step_y`, … */
const vectorSchema = z.record(z.string(), number.nullable()).nullish();

const extentsSchema = z
  .object({
    minimumX: whole.nullish(),
    maximumX: whole.nullish(),
    minimumY: whole.nullish(),
    maximumY: whole.nullish(),
    minimumZ: whole.nullish(),
    maximumZ: whole.nullish(),
  })
  .nullish();

const planes = z.array(whole, { error: 'must be a list of planes' }).nullish();
const planeMarkersSchema = z.object({ x: planes, y: planes, z: planes }).nullish();

const tileBase = {
  id: z.union([z.number(), z.string()]).nullish(),
  relativePath: z.string({ error: 'must be the path of a folder' }).min(1, 'must be the path of a folder'),
  isComplete: z.boolean({ error: 'must be true or false' }),
};

const tileSchema = z.object({ ...tileBase, position: coordinatesSchema, step: vectorSchema });
const olderTileSchema = z.object({
  ...tileBase,
  contents: z
    .object({ latticePosition: coordinatesSchema, latticeStep: vectorSchema })
    .nullish()
    .describe('Where the tile lies; one without is not placed.'),
});

const listOf = { error: 'must be a list of tiles' };

/** `pipeline-input.json`. Tiles are checked one by one, so that a broken one does not stop the others. */
const tileListSchema = z.object({
  pipelineFormat: z.string().nullish(),
  projectInfo: z.object({ customParameters: z.record(z.string(), z.unknown()).nullish() }).nullish(),
  planeMarkers: planeMarkersSchema,
  extents: extentsSchema,
  tiles: z.array(z.unknown(), listOf),
});

/** `dashboard.json`. The keys of `tileMap` mean nothing. */
const olderTileListSchema = z.object({
  monitor: z.object(
    { extents: extentsSchema },
    { error: 'must be an object, with the extents of the acquisition' },
  ),
  projectInfo: z.object({ customParameters: z.record(z.string(), z.unknown()).nullish() }).nullish(),
  planeMarkers: planeMarkersSchema,
  tileMap: z.record(z.string(), z.array(z.unknown(), listOf), {
    error: 'must be an object of lists of tiles',
  }),
});

/**
 * @param file the file's name, for messages
 * @throws FileErrors `list-empty`, `list-not-json`, or a problem per field that is not as it has to be
 */
export function parseTileList(text: string, file: string): TileList {
  const json = readJson(text, file);
  const isOlder = typeof json === 'object' && json !== null && !('tiles' in json);
  if (isOlder && ('tileMap' in json || 'monitor' in json)) {
    const { monitor, planeMarkers, projectInfo, tileMap } = parsed(olderTileListSchema, json, file);
    const tiles = Object.entries(tileMap).flatMap(([key, list]) =>
      list.map((tile, index) => ({ at: `tileMap.${key}.${index}`, tile })),
    );
    return {
      bounds: boundsOf(monitor.extents, planeMarkers, 'monitor.extents', file),
      parameters: parametersOf(projectInfo?.customParameters),
      ...readTiles(tiles, file, (tile) => {
        const { contents, ...rest } = olderTileSchema.parse(tile);
        return { ...rest, position: contents?.latticePosition, step: contents?.latticeStep };
      }),
    };
  }
  const { extents, planeMarkers, projectInfo, tiles } = parsed(tileListSchema, json, file);
  return {
    bounds: boundsOf(extents, planeMarkers, 'extents', file),
    parameters: parametersOf(projectInfo?.customParameters),
    ...readTiles(
      tiles.map((tile, index) => ({ at: `tiles.${index}`, tile })),
      file,
      (tile) => tileSchema.parse(tile),
    ),
  };
}

function readJson(text: string, file: string): unknown {
  if (text.trim() === '')
    throw listError(file, 'list-empty', 'the file is empty', 'Have the list written again.');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw listError(
      file,
      'list-not-json',
      `the file is no JSON, or is cut short: ${error instanceof Error ? error.message : String(error)}`,
      'Have the list written whole under another name, and renamed into place.',
    );
  }
}

function listError(file: string, code: string, message: string, mend: string): FileErrors {
  return new FileErrors([{ code, message, file, line: 0, field: '', mend }]);
}

function parsed<Schema extends z.ZodType>(schema: Schema, json: unknown, file: string): z.output<Schema> {
  const found = schema.safeParse(json);
  if (found.success) return found.data;
  throw new FileErrors(found.error.issues.map((issue) => problemOf(issue, json, file)));
}

function problemOf(issue: z.core.$ZodIssue, value: unknown, file: string, base = ''): FileProblem {
  const inner = issue.path.map(String).join('.');
  const field = base === '' || inner === '' ? `${base}${inner}` : `${base}.${inner}`;
  const absent = valueAt(value, issue.path) === undefined;
  const rule = issue.message.startsWith('must') ? issue.message : 'must have another form';
  const name = field === '' ? 'the file' : `\`${field}\``;
  return {
    code: absent ? 'missing-key' : 'bad-value',
    message: absent ? `${name} is missing` : `${name} ${rule}`,
    file,
    line: 0,
    field,
    mend: absent ? `Add it: it ${rule}.` : 'Correct it where the list is written.',
  };
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    root,
  );
}

function boundsOf(
  extents: z.output<typeof extentsSchema>,
  markers: z.output<typeof planeMarkersSchema>,
  field: string,
  file: string,
): LatticeBounds {
  const ranges: Record<string, Range> = {};
  const skip: Record<string, readonly number[]> = {};
  for (const axis of tileListAxes) {
    const upper = axis.toUpperCase() as 'X' | 'Y' | 'Z';
    const [first, last] = [extents?.[`minimum${upper}`], extents?.[`maximum${upper}`]];
    if (typeof first === 'number' && typeof last === 'number') {
      if (first > last)
        throw new FileErrors([
          {
            code: 'empty-range',
            message: `\`${field}.minimum${upper}\` is ${first}, above \`maximum${upper}\`, which is ${last}`,
            file,
            line: 0,
            field: `${field}.minimum${upper}`,
            mend: 'Correct it where the list is written.',
          },
        ]);
      ranges[axis] = [first, last];
    }
    const marked = markers?.[axis] ?? [];
    if (marked.length > 0) skip[axis] = [...new Set(marked)].sort((a, b) => a - b);
  }
  return { extents: ranges, skip, region: {} };
}

/** Values that are neither text, number nor truth are handed on as JSON. */
function parametersOf(given: Readonly<Record<string, unknown>> | null | undefined): ItemMeta {
  return Object.fromEntries(
    Object.entries(given ?? {})
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => [
        name,
        typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
          ? value
          : JSON.stringify(value),
      ]),
  );
}

type Tile = z.output<typeof tileSchema>;

function readTiles(
  given: readonly { readonly at: string; readonly tile: unknown }[],
  file: string,
  read: (tile: unknown) => Tile,
): Pick<TileList, 'tiles' | 'problems'> {
  const tiles = new Map<string, ListedTile>();
  const problems: TileProblem[] = [];
  for (const { at, tile } of given) {
    try {
      const { id, relativePath, isComplete, position, step } = read(tile);
      const name = relativePath
        .replaceAll('\\', '/')
        .split('/')
        .filter((part) => part !== '' && part !== '.')
        .join('/');
      if (!isInnerPath(name)) problems.push(leavesFolder(at, relativePath, file));
      else if (tiles.has(name)) problems.push(listedTwice(at, name, file));
      else
        tiles.set(name, {
          name,
          complete: isComplete,
          place: placeOf(position),
          meta: metaOf(id, step),
        });
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      const [issue] = error.issues;
      if (issue === undefined) throw error;
      const { code, message, mend } = problemOf(issue, tile, file, at);
      problems.push({ name: at, code, message: `${file}: ${message}.`, mend });
    }
  }
  return { tiles, problems };
}

function placeOf(position: Tile['position']): Place | undefined {
  const { x, y, z: plane } = position ?? {};
  if (typeof x !== 'number' || typeof y !== 'number' || typeof plane !== 'number') return undefined;
  return { x, y, z: plane };
}

function metaOf(id: Tile['id'], step: Tile['step']): ItemMeta {
  const meta: Record<string, string | number> = {};
  if (id !== null && id !== undefined) meta['id'] = id;
  for (const [axis, value] of Object.entries(step ?? {})) if (value !== null) meta[`step_${axis}`] = value;
  return meta;
}

function leavesFolder(at: string, path: string, file: string): TileProblem {
  return {
    name: at,
    code: 'tile-outside',
    message: `${file}: \`${at}.relativePath\` is \`${path}\`, which does not lie below the folder of the list.`,
    mend: 'Write the path of the tile below that folder, without `..`.',
  };
}

function listedTwice(at: string, name: string, file: string): TileProblem {
  return {
    name: at,
    code: 'tile-twice',
    message: `${file}: \`${at}\` lists ${name} again; the first entry counts.`,
    mend: 'Remove one of the two.',
  };
}
