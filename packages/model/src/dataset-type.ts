/**
 * What the items of a dataset are. Which files each type allows is left to the tools.
 */

export const datasetTypes = [
  'image',
  'table',
  'vector',
  'pyramid',
  'model',
  'notebook',
  'annotation',
  'file',
] as const;
/** What the items of a dataset are. */
export type DatasetType = (typeof datasetTypes)[number];
