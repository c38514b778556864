/**
 * Looks for the outputs of a tool that ended well: is each there, what is its size and checksum; then makes
 * them durable. Reading coordinates from names, and recording the items, are left to the server.
 */
import { lstat, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Stats } from 'node:fs';
import type { AssignedOutput, ReportedOutput } from '@gantry/model';
import type { OutputStore } from './attempt-storage.ts';
import { hasCode } from './marked-processes.ts';

export type Collected =
  | { readonly kind: 'complete'; readonly outputs: ReportedOutput[] }
  | { readonly kind: 'incomplete'; readonly message: string };

/** Thrown inside, and caught below: an output is not as the tool's manifest promises. */
class OutputProblem extends Error {}

/**
 * `complete` only when every output is there and on the disk; else the message names the path.
 * @throws what `signal` is aborted with
 */
export async function collectOutputs(
  outputs: readonly AssignedOutput[],
  store: OutputStore,
  signal?: AbortSignal,
): Promise<Collected> {
  if (outputs.length === 0) return { kind: 'complete', outputs: [] };
  const reported: ReportedOutput[] = [];
  try {
    for (const output of outputs) {
      const many = output.many === true || output.pattern !== undefined;
      const paths = many ? await listMany(output) : await findSingle(output);
      for (const path of paths) reported.push(await measure(output, path, store, signal));
    }
  } catch (error) {
    if (error instanceof OutputProblem) return { kind: 'incomplete', message: error.message };
    throw error;
  }
  await store.sync(reported.map(({ path }) => join(store.folder, path)));
  return { kind: 'complete', outputs: reported };
}

async function findSingle(output: AssignedOutput): Promise<string[]> {
  const stats = await statOrNothing(output.path);
  if (stats === undefined) {
    if (output.min === 0) return [];
    throw new OutputProblem(
      `the tool ended well but did not write its output "${output.name}": there is no ${output.path}`,
    );
  }
  checkKind(output, output.path, stats);
  return [output.path];
}

async function listMany(output: AssignedOutput): Promise<string[]> {
  let names: string[] = [];
  const stats = await statOrNothing(output.path);
  if (stats?.isDirectory() === true) names = await readdir(output.path);
  else if (stats !== undefined) {
    throw new OutputProblem(
      `the output "${output.name}" is to be a folder of files, but ${output.path} is not one`,
    );
  }
  const least = output.min ?? 1;
  if (names.length < least) {
    const found = names.length === 0 ? 'nothing' : `only ${names.length}`;
    const pattern = output.pattern === undefined ? '' : ` (files named ${output.pattern})`;
    throw new OutputProblem(
      `the tool ended well but wrote ${found} of its output "${output.name}"${pattern} to ${output.path}, ` +
        `where at least ${least} should be`,
    );
  }
  const paths: string[] = [];
  for (const name of names.sort()) {
    const path = join(output.path, name);
    checkKind(output, path, await lstat(path));
    paths.push(path);
  }
  return paths;
}

/** Links would let bytes change under the item's checksum, and reading a pipe or a device would never end. */
function checkKind(output: AssignedOutput, path: string, stats: Stats): void {
  if (stats.isFile() || stats.isDirectory()) return;
  const kind = stats.isSymbolicLink() ? 'a symbolic link' : 'neither a file nor a folder';
  throw new OutputProblem(
    `the output "${output.name}" is ${kind}: ${path}; the tool must write the file itself`,
  );
}

async function measure(
  output: AssignedOutput,
  path: string,
  store: OutputStore,
  signal: AbortSignal | undefined,
): Promise<ReportedOutput> {
  const within = relative(store.folder, path);
  if (within === '' || within === '..' || within.startsWith(`..${sep}`)) {
    throw new OutputProblem(`the output "${output.name}" at ${path} lies outside the store ${store.folder}`);
  }
  // The folders on the way may have been replaced by links, too.
  if ((await realpath(dirname(path))) !== join(await realpath(store.folder), dirname(within))) {
    throw new OutputProblem(`the output "${output.name}" at ${path} lies behind a symbolic link`);
  }
  const { size, checksum, files } = await store.fingerprint(path, signal);
  if (files === 0 && output.min !== 0) {
    throw new OutputProblem(
      `the tool ended well but its output "${output.name}" is an empty folder: ${path}`,
    );
  }
  return {
    output: output.name,
    name: basename(path),
    path: sep === '/' ? within : within.split(sep).join('/'),
    size,
    checksum,
    ...(files === undefined ? {} : { files }),
  };
}

async function statOrNothing(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}
