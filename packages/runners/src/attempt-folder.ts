/**
 * An attempt's folder: made before the tool starts, and cleared after it ended. Where it lies, and sweeping
 * those of lost attempts, are left to the server.
 */
import { lstatSync, mkdirSync, rmdirSync } from 'node:fs';
import { chmod, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { attemptWorkFolder, type Assignment } from '@gantry/model';
import { hasCode } from './marked-processes.ts';

/**
 * Makes the attempt's folder, the parents of its outputs, and the files and links that come with the assignment.
 * Returns the folder that the tool works in; a persistent tool has one of its own, so none is made for it.
 */
export async function prepareAttempt(assignment: Assignment): Promise<string> {
  const work = join(assignment.folder, attemptWorkFolder);
  const persistent = assignment.worker !== undefined || assignment.batch !== undefined;
  const folders = new Set([persistent ? assignment.folder : work]);
  for (const output of assignment.outputs) {
    const many = output.many === true || output.pattern !== undefined;
    folders.add(many || output.folder === true ? output.path : dirname(output.path));
  }
  for (const link of assignment.links ?? []) folders.add(dirname(link.path));
  for (const file of assignment.files ?? []) folders.add(dirname(file.path));
  // At once: 20 µs each, where a way through the thread pool costs five times that, for every attempt.
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  for (const file of assignment.files ?? []) await writeFile(file.path, file.content);
  for (const { path, target } of assignment.links ?? []) await symlink(target, path);
  return work;
}

/** Removes what is not an output: the work folder if it succeeded with outputs, else the whole folder. */
export async function clearAttempt(assignment: Assignment, keepOutputs: boolean): Promise<void> {
  // Where a tool has put a link in its folder's place, what is behind it is not ours.
  if (lstatSync(assignment.folder, { throwIfNoEntry: false })?.isDirectory() === true) {
    await removeFolder(join(assignment.folder, attemptWorkFolder));
  }
  if (!keepOutputs) await removeFolder(assignment.folder);
}

/** Mostly the folder is empty, and `rmdir` costs a fifth of `rm` with its walk. */
export async function removeFolder(folder: string): Promise<void> {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    try {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    } catch (failure) {
      // A tool may leave folders that nobody may write in, such as Go's module cache; they are ours all the same.
      if (!hasCode(failure, 'EACCES') && !hasCode(failure, 'EPERM')) throw failure;
      await openFolders(folder);
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    }
  }
}

async function openFolders(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await openFolders(join(folder, entry.name));
  }
}
