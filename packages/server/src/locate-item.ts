/** Where the file of an item lies: an output in the store, an item of a source at its own path. */
import type { FoundItem } from '@gantry/engine';
import type { ShownItem } from '@gantry/model';
import { resolveInStore } from '@gantry/storage';

/** @param store the store's folder */
export function locateItem(item: FoundItem, store: string): ShownItem {
  const { dataset, place, name, revision } = item;
  return {
    dataset: { ...dataset, axes: [...dataset.axes] },
    place: { ...place },
    name,
    path: item.attempt === null ? item.path : resolveInStore(store, item.path),
    revision,
  };
}
