/**
 * What the columns of a table mean: from the JSON file that `features` writes beside it, `NAME-units.json`. A table
 * without one has columns without units.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findSidecar, type FoundItem } from '@gantry/engine';
import { resolveInStore } from '@gantry/storage';
import { z } from 'zod';
import type { ServerContext } from '../context.ts';

const sidecarSchema = z.object({
  columns: z.record(
    z.string(),
    z.object({ unit: z.string().max(100), definition: z.string().max(2000).optional() }),
  ),
});

export type ColumnUnits = Readonly<
  Record<string, { readonly unit: string; readonly definition?: string | undefined }>
>;

/** Nothing where there is no such file, or it says something else. @param path of the table, absolute */
export async function readUnits(context: ServerContext, item: FoundItem, path: string): Promise<ColumnUnits> {
  const name = `${item.name.replace(/\.[^.]+$/, '')}-units.json`;
  const made = await findSidecar(context.engine, item, name);
  if (item.attempt !== null && made === undefined) return {};
  const sidecar = made === undefined ? join(dirname(path), name) : resolveInStore(context.data.store, made);
  let text: string;
  try {
    text = await readFile(sidecar, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Somebody else's file of that name; the table is shown without it.
    return {};
  }
  const parsed = sidecarSchema.safeParse(json);
  return parsed.success ? parsed.data.columns : {};
}
