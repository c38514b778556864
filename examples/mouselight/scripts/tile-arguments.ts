/**
 * How every script of a MouseLight stage is called: `$1` the folder that holds what it reads, `$2` the one for what it
 * writes, `$3` the tile's path below both, `$4` the tile's name, then the task's own arguments.
 */
import { join } from 'node:path';

export interface TileArguments {
  /** Path of a file of the tile, such as `input('-ngc.0.tif')`, or of another tile. */
  input(ending: string, tilePath?: string, tileName?: string): string;
  output(ending: string): string;
  readonly tileName: string;
  readonly others: readonly string[];
}

export const channels = [0, 1];

export function readTileArguments(): TileArguments {
  const [inputRoot = '', outputRoot = '', tilePath = '', tileName = '', ...others] = process.argv.slice(2);
  return {
    input: (ending, path = tilePath, name = tileName) => join(inputRoot, path, name + ending),
    output: (ending) => join(outputRoot, tilePath, tileName + ending),
    tileName,
    others,
  };
}
