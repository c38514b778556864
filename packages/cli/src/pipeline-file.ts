/** Reads a pipeline file and checks it against the tools that there are, before anything is started for it. */
import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  compilePipeline,
  GantryError,
  parsePipelineFile,
  type CompiledPipeline,
  type CompileOptions,
  type ParsedPipeline,
} from '@gantry/model';
import { readAllTools } from './standard-tools.ts';

export interface CheckedPipeline {
  /** As the person named it. */
  readonly file: string;
  readonly text: string;
  readonly parsed: ParsedPipeline;
  readonly compiled: CompiledPipeline;
}

/**
 * @param folder the current folder
 * @param tools folders of tools beside the standard ones
 * @throws GantryError `pipeline-not-found`, `pipeline-not-readable` or `pipeline-not-text`; FileErrors with all that is wrong
 */
export async function readPipeline(
  file: string,
  folder: string,
  tools: readonly string[],
  options: CompileOptions = {},
): Promise<CheckedPipeline> {
  const [text, installed] = await Promise.all([readText(resolve(folder, file), file), readAllTools(tools)]);
  const parsed = parsePipelineFile(text, file);
  const manifests = installed.map(({ manifest }) => manifest);
  return { file, text, parsed, compiled: compilePipeline(parsed, manifests, options) };
}

async function readText(path: string, file: string): Promise<string> {
  const bytes = await readBytes(path, file);
  if (isUtf8(bytes) && !bytes.includes(0)) return bytes.toString('utf8');
  throw new GantryError('pipeline-not-text', `${file} is not a text file`, {
    file,
    mend: 'Name a pipeline file: YAML, in UTF-8, that begins with `gantry: pipeline/v1`.',
  });
}

async function readBytes(path: string, file: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new GantryError('pipeline-not-found', `there is no pipeline file ${file}`, {
        file,
        mend: 'Name the file; a relative path begins at the current folder.',
        cause: error,
      });
    const why = code === 'EISDIR' ? 'it is a folder' : (code ?? String(error));
    throw new GantryError('pipeline-not-readable', `${file} cannot be read: ${why}`, {
      file,
      mend: 'Name a pipeline file that you may read.',
      cause: error,
    });
  }
}
