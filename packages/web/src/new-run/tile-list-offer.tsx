/** A folder that lists its tiles itself: says so, and offers to take those, in the stead of files by their names. */
import type { FolderLook } from '@gantry/model';
import { Button } from '@mantine/core';
import { formatCount, formatThings } from '../parts/numbers.ts';
import classes from './new-run.module.css';

interface TileListOfferProps {
  readonly tiles: FolderLook['tiles'];
  /** Whether the list counts. */
  readonly isTaken: boolean;
  readonly onTake: (taken: boolean) => void;
}

export function TileListOffer({ tiles, isTaken, onTake }: TileListOfferProps) {
  if (tiles === null && !isTaken) return null;
  const name = tiles?.file.split('/').at(-1);
  return (
    <div className={classes['list']} role="group" aria-label="List of tiles">
      <p>
        {tiles === null ? (
          'There is no list of tiles in the folder, or it is being looked for.'
        ) : tiles.problem === null ? (
          <>
            <code>{name}</code> lists {formatThings(tiles.complete, 'complete tile')}
            {tiles.incomplete > 0 &&
              ` and ${formatCount(tiles.incomplete)} that ${tiles.incomplete === 1 ? 'is' : 'are'} not complete yet`}
            .{isTaken && 'Places, extents and planes to skip are taken from it.'}
          </>
        ) : (
          tiles.problem
        )}
      </p>
      <Button size="compact-sm" variant="default" onClick={() => onTake(!isTaken)}>
        {isTaken ? 'Use file names instead' : 'Take the tiles that it lists'}
      </Button>
    </div>
  );
}
