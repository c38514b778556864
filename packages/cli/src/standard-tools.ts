/** Where the standard tools lie, and all tools that a command knows. */
import { join } from 'node:path';
import type { InstalledTool } from '@gantry/engine';

/** The folder of the standard tools: `tools` beside `packages`. */
export const standardTools = join(import.meta.dirname, '..', '..', '..', 'tools');

/**
 * The standard tools and those of more folders, which go before.
 * @throws GantryError `tools-not-found`, or FileErrors for a bad `tool.yaml`
 */
export async function readAllTools(folders: readonly string[]): Promise<InstalledTool[]> {
  const { readTools } = await import('@gantry/engine');
  return readTools([standardTools, ...folders]);
}
