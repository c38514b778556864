/** The kinds of live sources. */
import { findFiles } from './find-files.ts';
import { findTiles } from './find-tiles.ts';
import type { FoundSource, SourceContext } from './source-kind.ts';

export function openSource(context: SourceContext): FoundSource {
  switch (context.row.options.kind) {
    case 'files':
      return findFiles(context);
    case 'tiles':
      return findTiles(context);
  }
}
