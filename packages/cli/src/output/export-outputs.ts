/**
 * Puts a run's outputs where a person wants them: `OUT/<stage>/<output>/<name>`. Whether the store still has them is
 * left to `check-stored.ts`, bringing the bytes there to `share-files.ts`.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { GantryError, isGantryError, type Place, type RunOutput } from '@gantry/model';
import { makeFolders } from '@gantry/storage';
import { checkStored } from './check-stored.ts';
import { explainOutFailure, FileSharer, temporaryName } from './share-files.ts';

export interface ExportedOutput {
  readonly stage: string;
  readonly output: string;
  /** The folder of this output, absolute. */
  readonly folder: string;
  /** A path per item, absolute, in the order of the places. */
  readonly paths: readonly string[];
}

export interface Export {
  readonly exported: readonly ExportedOutput[];
  /** Of items that the store does not have any more as they were made; all others are exported. */
  readonly faults: readonly GantryError[];
}

/**
 * @throws GantryError `out-not-writable`, `out-in-the-way`, `output-name-unsafe` or `disk-full`; the signal's reason
 */
export async function exportOutputs(
  outputs: readonly RunOutput[],
  out: string,
  signal?: AbortSignal,
): Promise<Export> {
  const sharer = new FileSharer();
  const exported: ExportedOutput[] = [];
  const faults: GantryError[] = [];
  for (const output of outputs) {
    const folder = join(resolve(out), output.stage, output.output);
    const paths: string[] = [];
    for (const [index, name] of nameItems(output.items).entries()) {
      signal?.throwIfAborted();
      const item = output.items[index]!;
      const path = join(folder, name);
      const fault = await findFault(item, `${output.stage}.${output.output}`, signal);
      if (fault !== undefined) {
        faults.push(fault);
        continue;
      }
      await sharer.put(item.path, path);
      paths.push(path);
    }
    exported.push({ stage: output.stage, output: output.output, folder, paths });
  }
  return { exported, faults };
}

async function findFault(
  item: RunOutput['items'][number],
  what: string,
  signal: AbortSignal | undefined,
): Promise<GantryError | undefined> {
  try {
    await checkStored(item, what, signal);
    return undefined;
  } catch (error) {
    if (isGantryError(error)) return error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return new GantryError(
      'output-not-readable',
      `the stored file ${item.path} (${what}) cannot be read (${code})`,
      {
        file: item.path,
        mend: 'Give yourself the right to read the data directory.',
        cause: error,
      },
    );
  }
}

/**
 * Makes the folder, so that a run does not find out at its end that it cannot.
 * @throws GantryError `out-not-writable` or `out-in-the-way`
 */
export async function prepareOut(out: string): Promise<void> {
  try {
    await makeFolders(out);
    const probe = temporaryName(join(out, 'probe'));
    await mkdir(probe);
    await rm(probe, { recursive: true });
  } catch (error) {
    throw explainOutFailure(error, out);
  }
}

interface NamedItem {
  readonly place: Place;
  readonly name: string;
}

/** A path per item: its name, or, where two items of the output have the same, a folder per place and its name. */
export function nameItems(items: readonly NamedItem[]): string[] {
  for (const { name } of items) {
    const unsafe = name === '' || name.startsWith('/') || name.split('/').some((part) => part === '..');
    if (unsafe)
      throw new GantryError(
        'output-name-unsafe',
        `an output has the name \`${name}\`, which leaves its folder`,
        {
          mend: 'Mend the tool that made it.',
        },
      );
  }
  if (new Set(items.map(({ name }) => name)).size === items.length) return items.map(({ name }) => name);
  return items.map(({ place, name }) => {
    const folder = Object.entries(place)
      .map(([axis, value]) => `${axis}=${value}`)
      .join(',');
    return `${folder === '' ? 'all' : folder}/${name}`;
  });
}
