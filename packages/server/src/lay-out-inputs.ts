/**
 * The items of a task's inputs as templates and persistent tools name them: where each lies, which folder it is below,
 * and, for an input that is laid out as a tree, the links that bring its items below one folder of the attempt.
 */
import { isAbsolute, join, relative } from 'node:path';
import type { ClaimedTask } from '@gantry/engine';
import {
  attemptWorkFolder,
  GantryError,
  isInnerPath,
  placeAt,
  type BroughtFile,
  type ScopeItem,
  type WorkerInput,
} from '@gantry/model';
import type { StorageView } from './hosts/storage-view.ts';

export interface InputItem {
  readonly scope: ScopeItem;
  readonly worker: WorkerInput;
}

export interface InputItems {
  readonly many: boolean;
  readonly items: readonly InputItem[];
}

/** A symbolic link, and what it points to; both absolute. */
export interface InputLink {
  readonly path: string;
  readonly target: string;
}

/** Folders of the store above an output's own: run, stage, shard, attempt, output. */
const aboveOutput = 5;

/**
 * @param store the store's folder, on the server's host
 * @param view where the agent finds what
 * @param folder the attempt's folder, on the agent's machine
 * @throws GantryError `items-overlap` where two items of an input that is laid out lie at one path
 */
export function layOutInputs(
  { stage, inputs, surroundings }: ClaimedTask,
  store: string,
  view: StorageView,
  folder: string,
): { inputs: Map<string, InputItems>; links: InputLink[]; brought: BroughtFile[] } {
  const links: InputLink[] = [];
  const brought: BroughtFile[] = [];
  const laidOut = new Map(
    stage.compiled.inputs.map((input, index): [string, InputItems] => {
      const dataset = stage.shape.inputs[index]?.dataset ?? 0;
      const sourceFolder = surroundings?.folders.get(dataset);
      const tree =
        stage.compiled.tool.inputs[input.name]?.layout === 'tree'
          ? join(folder, attemptWorkFolder, 'inputs', input.name)
          : undefined;
      const home = join(folder, attemptWorkFolder, 'inputs', input.name);
      const taken = new Set<string>();
      const items = (inputs[input.name] ?? []).map((row): InputItem => {
        const place = placeAt(input.axes, row.place);
        const from = row.made_by === null ? row.path : join(store, row.path);
        const known = { name: row.name, place, size: row.size };
        const target = view.find(from);
        // Nobody names the rest, and there may be a million items.
        if (surroundings === undefined && target !== undefined) {
          const worker = { path: target, ...known };
          return { scope: worker, worker };
        }
        const lies =
          row.made_by === null ? below(sourceFolder, row.path, row.name) : inStore(store, row.path);
        const { relative: inner } = lies;
        if (target === undefined) {
          // What is brought lies in a folder of the attempt's own, as it does below its dataset's.
          const root = tree ?? (taken.has(inner) ? join(home, `~${taken.size}`) : home);
          taken.add(tree === undefined && taken.has(inner) ? `${inner}\0${taken.size}` : inner);
          const path = join(root, inner);
          const { checksum, size } = row;
          if (tree !== undefined) links.push({ path, target: from });
          brought.push({ path, from, ticket: view.ticket(from), checksum, size });
          const worker = { path, ...known };
          const meta = surroundings?.metaOf(dataset, row.place);
          return { scope: { ...worker, root, relative: inner, meta }, worker };
        }
        const path = tree === undefined ? target : join(tree, inner);
        if (tree !== undefined) links.push({ path, target });
        return {
          scope: {
            path,
            ...known,
            root: tree ?? view.find(lies.root) ?? target.slice(0, -inner.length - 1),
            relative: inner,
            meta: surroundings?.metaOf(dataset, row.place),
          },
          worker: { path, ...known },
        };
      });
      return [input.name, { many: input.many, items }];
    }),
  );
  refuseOverlaps(links);
  const given = new Set(brought.map(({ path }) => path));
  return { inputs: laidOut, links: links.filter(({ path }) => !given.has(path)), brought };
}

function below(folder: string | undefined, path: string, name: string): { root: string; relative: string } {
  const inner = folder === undefined ? name : relative(folder, path);
  if (folder === undefined || isAbsolute(inner) || !isInnerPath(inner))
    return { root: path.slice(0, Math.max(path.lastIndexOf('/'), 1)), relative: name };
  return { root: folder, relative: inner };
}

function inStore(store: string, path: string): { root: string; relative: string } {
  const parts = path.split('/');
  return {
    root: join(store, ...parts.slice(0, aboveOutput)),
    relative: parts.slice(aboveOutput).join('/'),
  };
}

/** Two items at one path, or one within another: the second link could not be made. */
function refuseOverlaps(links: readonly InputLink[]): void {
  const paths = new Map(links.map(({ path, target }) => [path, target]));
  for (const { path, target } of links) {
    let other = paths.get(path);
    for (let at = path; other === target && at.includes('/');) {
      at = at.slice(0, at.lastIndexOf('/'));
      other = paths.get(at) ?? target;
    }
    if (other === undefined || other === target) continue;
    throw new GantryError('items-overlap', `${target} and ${other} are to lie at one path, ${path}.`, {
      file: target,
      mend: 'Have the outputs of the stage before lie at paths that tell them apart, such as `${inputs.tile.relative}`.',
    });
  }
}
