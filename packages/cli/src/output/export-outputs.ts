/**
 * Puts a run's outputs where a person wants them: `OUT/<stage>/<output>/<name>`. Bytes are shared with the store where
 * the file system can (a clone, else a hard link), else copied. What else lies there stays.
 */
import { constants } from 'node:fs';
import { copyFile, link, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { GantryError, isGantryError, type Place, type RunOutput } from '@gantry/model';

export interface ExportedOutput {
  readonly stage: string;
  readonly output: string;
  /** The folder of this output, absolute. */
  readonly folder: string;
  /** A path per item, absolute, in the order of the places. */
  readonly paths: readonly string[];
}

/**
 * @throws GantryError `out-not-writable`, `out-in-the-way`, `output-name-unsafe` or `disk-full`; the signal's reason
 */
export async function exportOutputs(
  outputs: readonly RunOutput[],
  out: string,
  signal?: AbortSignal,
): Promise<ExportedOutput[]> {
  const copier = new Copier();
  const exported: ExportedOutput[] = [];
  for (const output of outputs) {
    const folder = join(resolve(out), output.stage, output.output);
    const paths: string[] = [];
    for (const [index, name] of nameItems(output.items).entries()) {
      signal?.throwIfAborted();
      const path = join(folder, name);
      await copier.put(output.items[index]!.path, path);
      paths.push(path);
    }
    exported.push({ stage: output.stage, output: output.output, folder, paths });
  }
  return exported;
}

/** Makes the folder, so that a run does not find out at its end that it cannot. @throws GantryError `out-not-writable` */
export async function prepareOut(out: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true });
    const probe = temporaryName(join(out, 'probe'));
    await mkdir(probe);
    await rm(probe, { recursive: true });
  } catch (error) {
    throw explain(error, out);
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

/** A name beside the path that nothing else has; what a killed export leaves is recognised by it. */
function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.gantry-part`);
}

/** Remembers what the file systems can do, so that only the first file tries in vain. */
class Copier {
  #canClone = true;
  #canLink = true;

  async put(source: string, target: string): Promise<void> {
    try {
      await this.#put(source, target);
    } catch (error) {
      if (isGantryError(error)) throw error;
      throw explain(error, target);
    }
  }

  async #put(source: string, target: string): Promise<void> {
    const from = await lstat(source);
    if (from.isDirectory()) {
      await this.#putFolder(source, target);
      return;
    }
    await mkdir(dirname(target), { recursive: true });
    const there = await lstat(target).catch(() => undefined);
    if (there?.isDirectory() === true) throw inTheWay(target, 'folder');
    // The same file already: a rename of one link over another would leave both.
    if (there?.ino === from.ino && there.dev === from.dev) return;
    const part = temporaryName(target);
    await rm(part, { force: true });
    try {
      await this.#share(source, part);
      await rename(part, target);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }

  async #putFolder(source: string, target: string): Promise<void> {
    await mkdir(dirname(target), { recursive: true });
    await mkdir(target).catch(async (error: unknown) => {
      const there = await lstat(target).catch(() => undefined);
      if (there === undefined) throw error;
      if (!there.isDirectory()) throw inTheWay(target, 'file');
    });
    for (const name of await readdir(source)) await this.#put(join(source, name), join(target, name));
  }

  async #share(source: string, target: string): Promise<void> {
    if (this.#canClone) {
      try {
        await copyFile(source, target, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
        return;
      } catch (error) {
        this.#canClone = !cannot(error);
        await rm(target, { force: true });
      }
    }
    if (this.#canLink) {
      try {
        await link(source, target);
        return;
      } catch (error) {
        if (!cannot(error)) throw error;
        this.#canLink = false;
      }
    }
    await copyFile(source, target, constants.COPYFILE_EXCL);
  }
}

/** True if the file system (or the pair of them) has no clones, or no links. */
function cannot(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return ['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'ENOTTY', 'EINVAL', 'EXDEV', 'EPERM', 'EMLINK'].includes(
    code ?? '',
  );
}

function inTheWay(path: string, kind: 'folder' | 'file'): GantryError {
  return new GantryError('out-in-the-way', `${path} is a ${kind}, and an output would have its name`, {
    file: path,
    mend: `Move it away, or name another --out.`,
  });
}

function explain(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new GantryError('disk-full', `the disk of ${path} is full`, {
      file: path,
      mend: 'Free some space, or name another --out; the run itself is kept.',
      cause: error,
    });
  return new GantryError('out-not-writable', `${path} cannot be written (${code})`, {
    file: path,
    mend: 'Name another --out, or give yourself the right to write there.',
    cause: error,
  });
}
