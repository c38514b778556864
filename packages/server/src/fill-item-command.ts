/** The command of the attempt that made an item, as its templates are filled now. */
import { readWork, type TracedItem } from '@gantry/engine';
import { isGantryError } from '@gantry/model';
import { buildAssignment } from './build-assignment.ts';
import type { ServerContext } from './context.ts';
import { seeAll } from './hosts/storage-view.ts';

/** A command that reads more items is not filled: nobody would read it, and all of them would be listed for it. */
const mostItems = 1000;

export async function fillItemCommand(
  context: ServerContext,
  { task, attempt, inputs, cachedFrom }: TracedItem,
): Promise<string[] | undefined> {
  // Nothing was run for it.
  if (cachedFrom !== null) return undefined;
  if (inputs.reduce((sum, { available }) => sum + available, 0) > mostItems) return undefined;
  const { claimed } = await readWork(context.engine, task.id, attempt.id);
  if (claimed === undefined) return undefined;
  const { store } = context.data;
  try {
    return [...buildAssignment(claimed, store, seeAll(store)).command];
  } catch (error) {
    // What it read may be gone by now.
    if (isGantryError(error)) return undefined;
    throw error;
  }
}
