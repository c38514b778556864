/**
 * What templates can name, and the value of a reference in the scope of one task. Static checks of the same names
 * are left to `check-tool.ts`; the two change together.
 */
import { GantryError, isGantryError } from './errors.ts';
import { suggestName } from './near-names.ts';
import { formatReference, type TemplateReference } from './template.ts';

/** An item that a task reads, or will make. Only what a tool's templates name has to be there. */
export interface ScopeItem {
  /** Absolute path of the file or folder. */
  readonly path: string;
  /** File name; it may have folders before it where the dataset's names do. */
  readonly name: string;
  readonly place?: Readonly<Record<string, number>> | undefined;
  /** Bytes. */
  readonly size?: number | undefined;
  /** Folder that the dataset's items lie in, and the item's path below it. */
  readonly root?: string | undefined;
  readonly relative?: string | undefined;
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The values of one task. A group that is left out is not known here, and naming it is an error; a name that a
 * group lacks is an absent optional value.
 */
export interface TemplateScope {
  readonly inputs?: Readonly<Record<string, ScopeItem | readonly ScopeItem[]>>;
  /** Per input, the JSON file that lists its items: `${inputs.NAME.manifest}`. */
  readonly manifests?: Readonly<Record<string, string>>;
  readonly outputs?: Readonly<Record<string, ScopeItem>>;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly at?: Readonly<Record<string, number>>;
  readonly task?: {
    readonly id: string;
    readonly log?: string;
    readonly results?: string;
    readonly cluster?: boolean;
  };
  readonly attempt?: string | number;
  readonly run?: { readonly name: string; readonly id?: string };
  readonly resources?: { readonly cpu: number; readonly memory: number; readonly gpu: number };
  readonly tool?: { readonly folder: string };
  readonly batch?: { readonly manifest: string; readonly results: string };
  /** The project's name, root folder and user parameters, whose names are of any case. */
  readonly project?: Readonly<Record<string, string | number | boolean>>;
}

/** What can be asked of an item, besides `at.AXIS` and `meta.KEY`. */
export const itemFields = ['path', 'name', 'stem', 'folder', 'root', 'relative', 'size'] as const;

/** What can be named of each group that has fixed names. */
export const groupFields = {
  task: ['id', 'log', 'results', 'cluster'],
  run: ['name', 'id'],
  resources: ['cpu', 'memory', 'gpu'],
  tool: ['folder'],
  batch: ['manifest', 'results'],
} as const;

/** The groups of names. */
export const templateGroups = [
  'inputs',
  'outputs',
  'params',
  'at',
  'attempt',
  'project',
  ...Object.keys(groupFields),
];

/**
 * The value: a text, a list of texts, or undefined for an absent optional one.
 * @throws GantryError `template-value-missing` where the scope does not know the name.
 */
export function readReference(
  reference: TemplateReference,
  scope: TemplateScope,
): string | string[] | undefined {
  const { otherwise } = reference;
  if (otherwise === undefined) return readOne(reference, scope);
  return readIfThere(reference, scope) ?? readReference(otherwise, scope);
}

function readIfThere(reference: TemplateReference, scope: TemplateScope): string | string[] | undefined {
  try {
    return readOne(reference, scope);
  } catch (error) {
    if (isGantryError(error) && error.code === 'template-value-missing') return undefined;
    throw error;
  }
}

function readOne(reference: TemplateReference, scope: TemplateScope): string | string[] | undefined {
  const [group = '', name = '', ...rest] = reference.path;
  const value = own(scope, group);
  if (value === undefined) throw missing(reference, group, Object.keys(scope));
  if (group === 'attempt') return toText(reference, value);
  if (typeof value !== 'object' || value === null) throw missing(reference, group, Object.keys(scope));
  if (group === 'inputs' || group === 'outputs') return readItems(reference, scope, own(value, name));
  const found = own(value, name) ?? (group === 'project' ? inAnyCase(value, name) : undefined);
  if (group !== 'params') {
    if (found === undefined) throw missing(reference, name, Object.keys(value));
    return toText(reference, found);
  }
  if (found === undefined) return undefined;
  if (!Array.isArray(found)) return toText(reference, found);
  const texts = found.map((item) => toText(reference, item));
  return rest[0] === 'joined' ? texts.join(',') : texts;
}

/** The file name without its extension; `.ome.tif`, `.nii.gz` and their like are one extension. */
export function stemOf(name: string): string {
  const base = name.slice(name.lastIndexOf('/') + 1);
  const stem = base.replace(/(?:\.(?:ome|nii|tar))?\.[^.]+$/i, '');
  return stem === '' ? base : stem;
}

function readItems(
  reference: TemplateReference,
  scope: TemplateScope,
  found: unknown,
): string | string[] | undefined {
  const [group = '', name = '', ...rest] = reference.path;
  if (found === undefined) return undefined;
  if (group === 'inputs' && rest[0] === 'manifest') {
    const manifest = own(scope.manifests ?? {}, name);
    if (typeof manifest === 'string') return manifest;
    throw missing(reference, name, Object.keys(scope.manifests ?? {}));
  }
  if (!Array.isArray(found))
    return readItem(reference, found as ScopeItem, /^\d+$/.test(rest[0] ?? '') ? rest.slice(1) : rest);
  const items = found as readonly ScopeItem[];
  if (!/^\d+$/.test(rest[0] ?? '')) return items.map((item) => readItem(reference, item, rest));
  const item = items[Number(rest[0])];
  return item === undefined ? undefined : readItem(reference, item, rest.slice(1));
}

function readItem(reference: TemplateReference, item: ScopeItem, fields: readonly string[]): string {
  const [field = 'path', key = ''] = fields;
  switch (field) {
    case 'name':
      return item.name.slice(item.name.lastIndexOf('/') + 1);
    case 'stem':
      return stemOf(item.name);
    case 'folder':
      return item.path.slice(0, Math.max(item.path.lastIndexOf('/'), 1));
    case 'at':
      return toText(reference, own(item.place ?? {}, key));
    case 'meta':
      return toText(reference, own(item.meta ?? {}, key));
    default:
      return toText(reference, own(item, field));
  }
}

function toText(reference: TemplateReference, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new GantryError('template-value-missing', `there is no value for ${formatReference(reference)}`, {
    mend: 'The template names something that this task does not have: take it out of the tool file.',
  });
}

/** People set parameters of an acquisition by hand, and spell them as they like. */
function inAnyCase(object: object, name: string): unknown {
  const key = Object.keys(object).find((each) => each.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : own(object, key);
}

function own(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? (object as Readonly<Record<string, unknown>>)[key] : undefined;
}

function missing(reference: TemplateReference, name: string, known: readonly string[]): GantryError {
  return new GantryError(
    'template-value-missing',
    `there is no \`${name}\` for ${formatReference(reference)}`,
    {
      mend: suggestName(name, known),
    },
  );
}
