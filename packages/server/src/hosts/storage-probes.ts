/**
 * Files with a secret in them, for a moment, within the store: an agent that finds the right one where it believes the
 * store to be has it before it.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProbeAnswer } from '@gantry/model';

/** No run's folder: those are numbers. */
const folderName = '.probes';
const lifeMs = 60_000;

export async function placeProbe(store: string): Promise<ProbeAnswer> {
  const folder = join(store, folderName);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder)) {
    const old = await stat(join(folder, name)).catch(() => undefined);
    if (old === undefined || Date.now() - old.mtimeMs > lifeMs)
      await rm(join(folder, name), { recursive: true, force: true });
  }
  const file = join(folder, randomUUID());
  const content = randomBytes(24).toString('base64url');
  await writeFile(file, content, { mode: 0o600 });
  return { storeFolder: store, file, content };
}
