/**
 * Where the repository is and what it contains: its root and its workspaces, read from package.json.
 * Scripts and tests that go over "every package" use this list, so that a new package is never forgotten.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The absolute path of the repository's root folder. */
export const repositoryRoot = dirname(import.meta.dirname);

export interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly license?: string;
  readonly exports?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly workspaces?: readonly string[];
}

export interface Workspace {
  /** The folder, relative to the root, such as `packages/model`. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Every workspace, in order of its folder. */
export function listWorkspaces(): Workspace[] {
  const patterns = readManifest('.').workspaces ?? [];
  return globSync([...patterns], { cwd: repositoryRoot })
    .filter((folder) => existsSync(join(repositoryRoot, folder, 'package.json')))
    .sort()
    .map((folder) => ({ folder, manifest: readManifest(folder) }));
}

/** Paths, relative to the root, of the files that match the patterns, without those in `node_modules`. */
export function listFiles(...patterns: string[]): string[] {
  return globSync(patterns, { cwd: repositoryRoot, exclude: ['**/node_modules/**'] }).sort();
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(repositoryRoot, folder, 'package.json'), 'utf8')) as Manifest;
}
