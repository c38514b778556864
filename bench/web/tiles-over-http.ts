/**
 * Tiles of a large picture over HTTP, as a viewer asks for them: random ones over all levels, each from asking to
 * having its bytes. Making the picture is `../web-tiles.ts`'s.
 */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { PictureClient, UserClient } from '@gantry/client';
import { userApiPath } from '@gantry/model';
import { dropFromPageCache } from '../web-tiles.ts';
import { ownerToken, type ServerProcess } from '../server/server-process.ts';
import { summarize, type Times } from '../server/times.ts';

export interface HttpTiles {
  readonly concurrency: number;
  /** Whether the system held the file's pages in memory at first. */
  readonly pageCache: 'cold' | 'warm';
  readonly bytes: number;
  readonly times: Times;
}

/** Makes the picture an item of a dataset. @returns the dataset */
export async function addPicture({ url }: ServerProcess, path: string): Promise<number> {
  const client = new UserClient({ server: url, token: ownerToken });
  const dataset = await client.createDataset({ name: 'picture', type: 'image', axes: ['n'] });
  const { size } = await stat(path);
  await client.admitItems(dataset, {
    items: [{ place: [1], name: basename(path), path, size, checksum: 'of the benchmark' }],
  });
  return dataset;
}

export async function measureHttpTiles(
  { url }: ServerProcess,
  {
    dataset,
    path,
    tiles,
    concurrency,
    cold,
  }: { dataset: number; path: string; tiles: number; concurrency: number; cold: boolean },
): Promise<HttpTiles> {
  const client = new PictureClient(new UserClient({ server: url, token: ownerToken }));
  const { levels, tileSize, defaultWindow } = await client.picture(dataset, { n: 1 });
  const dropped = cold && dropFromPageCache(path);
  const below = (count: number): number => Math.floor(Math.random() * count);
  const taken: number[] = [];
  let asked = 0;
  let bytes = 0;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (asked < tiles) {
        const level = asked++ % levels.length;
        const { width, height } = levels[level]!;
        const query = new URLSearchParams({
          ...{ place: 'n=1', level: String(level) },
          x: String(below(Math.ceil(width / tileSize))),
          y: String(below(Math.ceil(height / tileSize))),
          // No two windows alike: a tile that was rendered before is rendered again.
          low: String(defaultWindow.low),
          high: String(defaultWindow.high + 10 * Math.random()),
        });
        const began = performance.now();
        const response = await fetch(
          `${url}${userApiPath}/datasets/${dataset}/picture/tile?${query.toString()}`,
          {
            headers: { authorization: `Bearer ${ownerToken}` },
          },
        );
        const body = await response.arrayBuffer();
        if (!response.ok) throw new Error(`A tile is answered with ${response.status}.`);
        taken.push(performance.now() - began);
        bytes += body.byteLength;
      }
    }),
  );
  return { concurrency, pageCache: dropped ? 'cold' : 'warm', bytes, times: summarize(taken) };
}
