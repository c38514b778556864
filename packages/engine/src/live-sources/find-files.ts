/** Items of a watched folder that are its files: a pattern tells their places from their names. */
import { basename } from 'node:path';
import { parsePattern } from '@gantry/model';
import { isTemporaryName, watchFolder } from '@gantry/storage';
import { foldersOf } from './check-watch.ts';
import type { FoundSource, SourceContext } from './source-kind.ts';

export function findFiles({ row, known, log }: SourceContext): FoundSource {
  const pattern = parsePattern(row.pattern);
  const { marker } = row.options.completeWhen;
  return {
    items: 'file',
    watch: watchFolder(row.folder, {
      ...foldersOf(pattern),
      fits: (name) => pattern.match(name) !== undefined,
      passesOver: (base) => isTemporaryName(base) && (marker === undefined || base !== basename(marker)),
      known: known.map(({ name, look }) => [name, look] as const),
      settleMs: row.options.settleMs,
      events: row.options.events,
      wholeTiffs: row.options.wholeTiffs,
      log,
    }),
    locate(name) {
      const place = pattern.match(name) ?? {};
      return { place: row.axes.map((axis) => place[axis] ?? 0) };
    },
  };
}
