/**
 * A graph as text, a line per node: what is still to be read runs down in lanes, and a node's row joins those that it
 * reads. Nodes come in topological order. What is written beside the rows is left to the caller.
 */

export interface LaneNode {
  readonly name: string;
  /** Names of earlier nodes. */
  readonly reads: readonly string[];
}

/**
 * The drawing of each node's row, all of equal width.
 *
 * ```
 * ●
 * ├─●
 * └─┴─●
 * ```
 */
export function drawLanes(nodes: readonly LaneNode[]): string[] {
  const lastReader = new Map<string, number>();
  for (const [row, { reads }] of nodes.entries()) for (const name of reads) lastReader.set(name, row);
  const lanes: (string | undefined)[] = [];
  const rows = nodes.map((node, row) => {
    const read = lanes.flatMap((name, lane) =>
      name !== undefined && node.reads.includes(name) ? [lane] : [],
    );
    const own = firstFree(lanes, (read.at(-1) ?? -1) + 1);
    const first = read[0] ?? own;
    let text = '';
    for (let lane = 0; lane < Math.max(lanes.length, own + 1); lane++) {
      const name = lanes[lane];
      const inside = lane >= first && lane < own;
      const ends = name !== undefined && lastReader.get(name) === row;
      text += cell({
        own: lane === own,
        first: lane === first,
        inside,
        read: read.includes(lane),
        ends,
        there: name !== undefined,
      });
      text += inside ? '─' : ' ';
    }
    for (const lane of read) if (lastReader.get(lanes[lane]!) === row) lanes[lane] = undefined;
    lanes[own] = lastReader.has(node.name) ? node.name : undefined;
    return text.trimEnd();
  });
  const width = Math.max(0, ...rows.map((text) => text.length));
  return rows.map((text) => text.padEnd(width));
}

function cell(at: {
  readonly own: boolean;
  readonly first: boolean;
  readonly inside: boolean;
  readonly read: boolean;
  readonly ends: boolean;
  readonly there: boolean;
}): string {
  if (at.own) return '●';
  if (at.read && at.first) return at.ends ? '└' : '├';
  if (at.read) return at.ends ? '┴' : '┼';
  // A lane that is passed by is not interrupted.
  if (at.there) return '│';
  return at.inside ? '─' : ' ';
}

function firstFree(lanes: readonly (string | undefined)[], from: number): number {
  let lane = from;
  while (lanes[lane] !== undefined) lane += 1;
  return lane;
}
