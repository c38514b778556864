/**
 * Whether a folder can be watched for a dataset by a pattern; and how deep, and where, its files lie.
 */
import { isAbsolute } from 'node:path';
import {
  GantryError,
  isGantryError,
  isTileAxes,
  parsePattern,
  tileListAxes,
  type FilePattern,
  type SourceKind,
} from '@gantry/model';

/** @throws GantryError `folder-not-absolute`, `pattern-axes`, `list-axes`, and what a bad pattern throws */
export function checkWatch(
  folder: string,
  pattern: string,
  axes: readonly string[],
  kind: SourceKind = 'files',
): void {
  if (!isAbsolute(folder)) {
    throw new GantryError('folder-not-absolute', `The folder ${folder} is not an absolute path.`, {
      field: 'folder',
      file: folder,
      mend: 'Begin it with /.',
    });
  }
  if (kind === 'tiles') {
    checkListAxes('The dataset', axes);
    return;
  }
  const parsed = parsePattern(pattern);
  const lacking = axes.filter((axis) => !parsed.axes.includes(axis));
  const besides = parsed.axes.filter((axis) => !axes.includes(axis));
  if (lacking.length === 0 && besides.length === 0) return;
  const list = (names: readonly string[]): string => (names.length === 0 ? 'no axes' : names.join(', '));
  throw new GantryError(
    'pattern-axes',
    `The dataset has ${list(axes)}, and the pattern \`${pattern}\` names ${list(parsed.axes)}.`,
    {
      field: 'pattern',
      mend:
        lacking.length > 0
          ? `Name ${lacking.map((axis) => `{${axis}:d+}`).join(' and ')} in the pattern.`
          : `Write {_:d+} for ${besides.join(' and ')} in the pattern, or make a dataset that has ${besides.length === 1 ? 'it' : 'them'}.`,
    },
  );
}

/** @param whose the beginning of a sentence @throws GantryError `list-axes` */
export function checkListAxes(whose: string, axes: readonly string[]): void {
  if (isTileAxes(axes)) return;
  throw new GantryError(
    'list-axes',
    `${whose} has ${axes.length === 0 ? 'no axes' : axes.join(', ')}, and tiles of a list have ${tileListAxes.join(', ')}.`,
    { field: 'kind', mend: `Give it the axes [${tileListAxes.join(', ')}], in any order.` },
  );
}

/** @throws GantryError `marker-fits-pattern` */
export function checkMarker(pattern: string, marker: string | undefined): void {
  if (marker === undefined || pattern === '' || parsePattern(pattern).match(marker) === undefined) return;
  throw new GantryError(
    'marker-fits-pattern',
    `The marker ${marker} fits the pattern \`${pattern}\`: it would be taken for an item.`,
    { field: 'completeWhen.marker', mend: 'Choose another name for the marker.' },
  );
}

/** Which folders below are worth a look: those that the beginning of the pattern fits. */
export function foldersOf(pattern: FilePattern): { depth: number; enters: (folder: string) => boolean } {
  const parts = pattern.text.split('/');
  const beginnings = parts.slice(0, -1).map((_, index) => tryPattern(parts.slice(0, index + 1).join('/')));
  return {
    depth: parts.length - 1,
    enters(folder) {
      const beginning = beginnings[folder.split('/').length - 1];
      return beginning === undefined || beginning.match(folder) !== undefined;
    },
  };
}

/** Undefined where the beginning of a pattern is none by itself: then every folder is looked into. */
function tryPattern(text: string): FilePattern | undefined {
  try {
    return parsePattern(text);
  } catch (error) {
    if (isGantryError(error)) return undefined;
    throw error;
  }
}
