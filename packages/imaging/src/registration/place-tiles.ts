/**
 * Turns translations of pairs into positions of tiles: a maximum spanning tree over trusted pairs, then the
 * islands that it leaves, each set where the stage model expects it. Trusting is left to `judge-pairs.ts`.
 * Source: Chalfoun et al., doi:10.1038/s41598-017-04567-y.
 */
import type { GridPair, TileGrid } from './grid.ts';
import type { Vector } from './stage-model.ts';

/** A pair with the translation to be used for it. */
export interface PairLink {
  readonly pair: GridPair;
  readonly translation: Vector;
  readonly correlation: number;
  /** Trusted pairs that close a loop come first into the tree, then the trusted, then the imprecise. */
  readonly rank: 'closed' | 'trusted' | 'imprecise' | 'model';
}

export interface PlacedTile {
  readonly position: Vector;
  /** Of the pair that the tile hangs on; 0 where the stage model alone placed it, −1 for the first tile. */
  readonly correlation: number;
  /** Tiles of one island are joined by what pixels say; 0 is the largest. */
  readonly island: number;
}

interface Island {
  readonly members: number[];
  readonly positions: Map<number, Vector>;
  readonly correlations: Map<number, number>;
}

/**
 * Positions of all tiles, by the grid's indices; fractions of pixels, any origin.
 * @param steps expected translation of a step in each direction, for islands without any neighbour
 */
export function placeTiles(
  grid: TileGrid,
  links: readonly PairLink[],
  steps: { readonly horizontal: Vector; readonly vertical: Vector },
): PlacedTile[] {
  const tree = spanningTree(grid.cells.length, links);
  const islands = findIslands(grid.cells.length, tree);
  const islandOf = new Map<number, Island>();
  for (const island of islands) for (const member of island.members) islandOf.set(member, island);
  const offsets = joinIslands(grid, islands, islandOf, links, steps);
  return grid.cells.map((_, index) => {
    const island = islandOf.get(index);
    const relative = island?.positions.get(index);
    const offset = island && offsets.get(island);
    if (!island || !relative || !offset) throw new Error(`Tile ${index} was not placed`);
    const number = islands.indexOf(island);
    const isRoot = island.members[0] === index;
    return {
      position: add(relative, offset),
      correlation: isRoot ? (number === 0 ? -1 : 0) : (island.correlations.get(index) ?? 0),
      island: number,
    };
  });
}

const RANKS: readonly PairLink['rank'][] = ['closed', 'trusted', 'imprecise', 'model'];

/** Kruskal's algorithm; the better rank first, then the higher correlation. */
function spanningTree(tiles: number, links: readonly PairLink[]): PairLink[] {
  const parents = Array.from({ length: tiles }, (_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    while (parents[root] !== root) {
      parents[root] = parents[parents[root] ?? root] ?? root;
      root = parents[root] ?? root;
    }
    return root;
  };
  return links
    .filter((link) => link.rank !== 'model')
    .sort(
      (one, other) =>
        RANKS.indexOf(one.rank) - RANKS.indexOf(other.rank) || other.correlation - one.correlation,
    )
    .filter(({ pair }) => {
      const from = rootOf(pair.from);
      const to = rootOf(pair.to);
      parents[from] = to;
      return from !== to;
    });
}

/** Tiles that the tree joins, with positions relative to the first of them; the largest island first. */
function findIslands(tiles: number, tree: readonly PairLink[]): Island[] {
  const neighbours = Map.groupBy(
    tree.flatMap((link) => [
      { tile: link.pair.from, next: link.pair.to, sign: 1, link },
      { tile: link.pair.to, next: link.pair.from, sign: -1, link },
    ]),
    ({ tile }) => tile,
  );
  const islands: Island[] = [];
  const seen = new Set<number>();
  for (let start = 0; start < tiles; start++) {
    if (seen.has(start)) continue;
    const island: Island = {
      members: [start],
      positions: new Map([[start, { x: 0, y: 0 }]]),
      correlations: new Map(),
    };
    seen.add(start);
    for (const tile of island.members) {
      const here = island.positions.get(tile) ?? { x: 0, y: 0 };
      for (const { next, sign, link } of neighbours.get(tile) ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        island.members.push(next);
        island.positions.set(next, add(here, link.translation, sign));
        island.correlations.set(next, link.correlation);
      }
    }
    islands.push(island);
  }
  return islands.sort((one, other) => other.members.length - one.members.length);
}

/**
 * Sets every island relative to the largest. The next is always the one with most pairs to what is set; its
 * place is the mean of what the stage model expects of them, which is nearer the truth than any one.
 */
function joinIslands(
  grid: TileGrid,
  islands: readonly Island[],
  islandOf: ReadonlyMap<number, Island>,
  links: readonly PairLink[],
  steps: { readonly horizontal: Vector; readonly vertical: Vector },
): Map<Island, Vector> {
  const offsets = new Map<Island, Vector>();
  const bridges = Map.groupBy(
    links.flatMap((link) => {
      const from = islandOf.get(link.pair.from);
      const to = islandOf.get(link.pair.to);
      return from && to && from !== to
        ? [
            { island: from, link },
            { island: to, link },
          ]
        : [];
    }),
    ({ island }) => island,
  );
  /** Offsets that pairs to what is set propose for an island that is not. */
  const proposals = new Map<Island, Vector[]>();
  const place = (island: Island, offset: Vector): void => {
    offsets.set(island, offset);
    proposals.delete(island);
    for (const { link } of bridges.get(island) ?? []) {
      const { from, to } = link.pair;
      const sign = islandOf.get(from) === island ? 1 : -1;
      const [here, there] = sign === 1 ? [from, to] : [to, from];
      const other = islandOf.get(there);
      if (!other || offsets.has(other)) continue;
      const position = add(island.positions.get(here) ?? { x: 0, y: 0 }, offset);
      const expected = add(position, link.translation, sign);
      const proposal = add(expected, other.positions.get(there) ?? { x: 0, y: 0 }, -1);
      proposals.set(other, [...(proposals.get(other) ?? []), proposal]);
    }
  };
  const nominal = (index: number): Vector => {
    const { row, column } = grid.cells[index] ?? { row: 0, column: 0 };
    return {
      x: column * steps.horizontal.x + row * steps.vertical.x,
      y: column * steps.horizontal.y + row * steps.vertical.y,
    };
  };
  const fromNominal = (island: Island): Vector =>
    mean(
      island.members.map((index) => add(nominal(index), island.positions.get(index) ?? nominal(index), -1)),
    );
  const [largest] = islands;
  if (!largest) return offsets;
  place(largest, { x: 0, y: 0 });
  const origin = fromNominal(largest);
  for (let rest = islands.length - 1; rest > 0; rest--) {
    let next: Island | undefined;
    let most = 0;
    for (const [island, list] of proposals) {
      if (list.length > most) {
        next = island;
        most = list.length;
      }
    }
    const unset = next ?? islands.find((island) => !offsets.has(island));
    if (!unset) break;
    const list = proposals.get(unset);
    place(unset, list ? mean(list) : add(fromNominal(unset), origin, -1));
  }
  return offsets;
}

function add(one: Vector, other: Vector, sign = 1): Vector {
  return { x: one.x + sign * other.x, y: one.y + sign * other.y };
}

function mean(vectors: readonly Vector[]): Vector {
  const sum = vectors.reduce((total, vector) => add(total, vector), { x: 0, y: 0 });
  return { x: sum.x / vectors.length, y: sum.y / vectors.length };
}
