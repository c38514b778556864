import { describe, expect, it } from 'vitest';
import type { DatasetLineage } from '@gantry/model';
import { layOutLineage } from '../../src/datasets/lay-out-lineage.ts';

/** `stage: 1,2>3` is a stage that makes dataset 3 of 1 and 2. */
function lineageOf(...steps: readonly string[]): DatasetLineage {
  const parsed = steps.map((step) => {
    const [stage = '', rest = ''] = step.split(': ');
    const [from = [], to = []] = rest.split('>').map((part) => part.split(',').map(Number));
    return { run: 1, runName: 'run', stage, tool: `${stage}@1`, from, to };
  });
  const ids = [...new Set(parsed.flatMap(({ from, to }) => [...from, ...to]))].sort((a, b) => a - b);
  return {
    datasets: ids.map((id) => ({ id, name: `d${id}`, type: 'image', state: 'closed', items: 1 })),
    steps: parsed,
    cut: false,
  };
}

describe('a lineage', () => {
  // Tiles become a vector, both a mosaic; mosaic and labels become a table and its units.
  const lineage = lineageOf(
    'stitch: 1>2',
    'assemble: 1,2>3',
    'threshold: 3>4',
    'label: 4>5',
    'features: 3,5>6,7',
  );
  const { positions, sources, lines } = layOutLineage(lineage);
  const at = new Map(positions.map((position) => [position.name, position]));

  it('goes from left to right, every dataset at a place of its own', () => {
    for (const { from, to } of lines) expect(at.get(from)!.x, `${from} ${to}`).toBeLessThan(at.get(to)!.x);
    expect(new Set(positions.map(({ x, y }) => `${x} ${Math.round(y)}`)).size).toBe(positions.length);
    expect([...sources]).toEqual(['1']);
  });

  it('leads a line that passes a column through a place of its own in it', () => {
    expect(lines).not.toContainEqual({ from: '1', to: '3' });
    const first = lines.find(({ from, to }) => from === '1' && to.startsWith('via'));
    expect(lines).toContainEqual({ from: first?.to, to: '3' });
    expect(at.get(first?.to ?? '')!.x).toBe(at.get('2')!.x);
  });

  it('leads what several outputs of a stage are made of together', () => {
    const passing = positions.filter(({ name }) => name.startsWith('via 3,'));
    expect(passing).toHaveLength(2);
    const last = passing.toSorted((a, b) => a.x - b.x).at(-1);
    expect(lines.filter(({ from }) => from === last?.name).map(({ to }) => to)).toEqual(['6', '7']);
  });

  it('may be of one dataset alone', () => {
    const alone = layOutLineage({
      datasets: [{ id: 9, name: 'd9', type: 'image', state: 'open', items: 0 }],
      steps: [],
      cut: false,
    });
    expect(alone.positions).toHaveLength(1);
    expect(alone.lines).toEqual([]);
  });
});
