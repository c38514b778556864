/**
 * Reads tools from folders: a folder with a `tool.yaml`, or a folder of such folders. A tool's digest covers every
 * file of its folder, so that a changed script is another tool to the cache.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FileErrors, GantryError, parseToolFile, type FileProblem, type ToolManifest } from '@gantry/model';
import { checksumFile, checksumFolder } from '@gantry/storage';

export interface InstalledTool {
  readonly manifest: ToolManifest;
  /** Absolute. */
  readonly folder: string;
}

const manifestName = 'tool.yaml';

/**
 * All tools of the folders; of two of one name and version the one of the later folder counts.
 * @throws GantryError `tools-not-found` where a folder is not there or holds no tool; `FileErrors` for bad files, with
 *   the problems of all
 */
export async function readTools(folders: readonly string[]): Promise<InstalledTool[]> {
  const tools = new Map<string, InstalledTool>();
  for (const folder of folders) {
    for (const tool of await readFolder(resolve(folder))) {
      tools.set(`${tool.manifest.name}@${tool.manifest.version}`, tool);
    }
  }
  return [...tools.values()];
}

/**
 * SHA-256 over all that the tool's folder holds, or over the image's name where there is one, and over the code that it
 * names beside it.
 * @param read what was read of such code already, by its path
 * @throws GantryError `tool-code-missing`
 */
export async function digestTool(
  tool: InstalledTool,
  read: Map<string, Promise<string>> = new Map<string, Promise<string>>(),
): Promise<string> {
  const { image, code = [] } = tool.manifest;
  const hash = createHash('sha256').update(JSON.stringify(tool.manifest));
  hash.update(image ?? (await checksumFolder(tool.folder)).checksum);
  for (const path of code) {
    const full = resolve(tool.folder, path);
    const checksum = read.get(full) ?? checksumCode(tool, full);
    read.set(full, checksum);
    hash.update(await checksum);
  }
  return hash.digest('hex');
}

async function checksumCode({ folder, manifest }: InstalledTool, full: string): Promise<string> {
  try {
    const isFolder = (await stat(full)).isDirectory();
    return (isFolder ? await checksumFolder(full) : await checksumFile(full)).checksum;
  } catch (error) {
    throw new GantryError(
      'tool-code-missing',
      `${full}, which ${manifest.name} names as its code, cannot be read.`,
      {
        file: join(folder, manifestName),
        field: 'code',
        mend: 'Name files and folders that are there, relative to the tool.',
        cause: error,
      },
    );
  }
}

async function readFolder(folder: string): Promise<InstalledTool[]> {
  const own = await readManifest(folder);
  if (own !== undefined) return [own];
  const names = await listFolders(folder);
  const problems: FileProblem[] = [];
  const found = await Promise.all(
    names.map((name) =>
      readManifest(join(folder, name)).catch((error: unknown) => {
        if (!(error instanceof FileErrors)) throw error;
        problems.push(...error.problems);
        return undefined;
      }),
    ),
  );
  if (problems.length > 0) throw new FileErrors(problems);
  const tools = found.filter((tool) => tool !== undefined);
  if (tools.length === 0) {
    throw new GantryError('tools-not-found', `${folder} holds no tool.`, {
      file: folder,
      mend: `Name a folder with a ${manifestName}, or a folder of such folders.`,
    });
  }
  return tools;
}

async function readManifest(folder: string): Promise<InstalledTool | undefined> {
  const file = join(folder, manifestName);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new GantryError('tool-not-readable', `${file} cannot be read (${code ?? String(error)}).`, {
      file,
      mend: 'Give yourself the right to read it.',
      cause: error,
    });
  }
  return { manifest: parseToolFile(text, file), folder };
}

async function listFolders(folder: string): Promise<string[]> {
  try {
    const names = (await readdir(folder)).sort();
    const kinds = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => undefined)));
    return names.filter((name, index) => kinds[index]?.isDirectory() === true && name !== 'node_modules');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what =
      code === 'ENOENT'
        ? `There is no folder ${folder}.`
        : code === 'ENOTDIR'
          ? `${folder} is not a folder.`
          : `${folder} cannot be read (${code ?? String(error)}).`;
    throw new GantryError('tools-not-found', what, {
      file: folder,
      mend: `Name a folder with a ${manifestName}, or a folder of such folders, that you may read.`,
      cause: error,
    });
  }
}
