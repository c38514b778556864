import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compilePipeline,
  expectTasks,
  parsePipelineFile,
  placeAt,
  ReferenceRun,
  unbounded,
  type CompiledPipeline,
  type LatticeBounds,
} from '../src/index.ts';
import { exampleTools, makeTool } from './example-tools.ts';

const tools = [
  ...exampleTools,
  makeTool('map', {
    inputs: { tile: { type: 'image' } },
    outputs: { made: { type: 'image', path: 'made.tif' } },
  }),
  makeTool('gather', {
    inputs: { tiles: { type: 'image', many: true }, other: { type: 'image', required: false, many: true } },
    outputs: { made: { type: 'image', path: 'made.tif' } },
  }),
];

function compile(stages: string): CompiledPipeline {
  const text = `gantry: pipeline/v1
name: counted
sources: { tiles: { type: image, axes: [row, col, z] }, flats: { type: image, axes: [z] } }
stages:
${stages}`;
  return compilePipeline(parsePipelineFile(text, 'counted.yaml'), tools);
}

const everyForm = compile(`
  each: { tool: map@1, inputs: { tile: tiles } }
  joined: { tool: gather@1, over: each, inputs: { tiles: flats, other: each.made } }
  planes: { tool: gather@1, over: { group: [z] }, inputs: { tiles: each.made } }
  turned: { tool: gather@1, over: { group: [z, row] }, inputs: { tiles: tiles } }
  again: { tool: map@1, inputs: { tile: turned.made } }
  pairs: { tool: gather@1, over: { neighbors: { col: [0, 1] }, edges: drop }, inputs: { tiles: tiles } }
  clipped: { tool: gather@1, over: { neighbors: { row: [-1, 0] }, edges: clip }, inputs: { tiles: pairs.made } }
  all: { tool: gather@1, over: all, inputs: { tiles: again.made, other: flats } }`);

/** What the reference model comes to, with all items there and the sources closed. */
function countTasks(
  pipeline: CompiledPipeline,
  places: Record<string, number[][]>,
  bounds: LatticeBounds,
): Record<string, number> {
  const run = new ReferenceRun(pipeline, { tiles: bounds, flats: unbounded });
  for (const { name, axes } of pipeline.sources) {
    for (const row of places[name] ?? []) run.admit(name, placeAt(axes, row), 'bytes');
    run.close(name);
  }
  return Object.fromEntries(pipeline.stages.map((stage) => [stage.name, run.tasks(stage.name).size]));
}

describe('the tasks that a run will have', () => {
  it('are counted as the reference model counts them, whatever is there', { timeout: 60_000 }, () => {
    const value = fc.integer({ min: 1, max: 3 });
    const rows = (length: number) =>
      fc.uniqueArray(fc.array(value, { minLength: length, maxLength: length }), {
        selector: String,
        maxLength: 10,
      });
    const bounds = fc.record({
      extents: fc.record({ col: fc.constant([1, 2] as const) }, { requiredKeys: [] }),
      skip: fc.record({ col: fc.constant([2]) }, { requiredKeys: [] }),
      region: fc.record({ row: fc.constant([2, 3] as const) }, { requiredKeys: [] }),
    });
    fc.assert(
      fc.property(rows(3), rows(1), bounds, (tiles, flats, limits) => {
        // What extents promise is known before the items are; closing takes it back. Only what is there is compared.
        const promised = Object.keys(limits.extents).length > 0;
        const expected = countTasks(everyForm, { tiles, flats }, { ...limits, extents: {} });
        const counted = expectTasks(everyForm, {
          tiles: { places: tiles, bounds: { ...limits, extents: {} } },
          flats: { places: flats },
        });
        expect(Object.fromEntries(counted.map(({ name, tasks }) => [name, tasks]))).toEqual(expected);
        if (!promised) return;
        const within = expectTasks(everyForm, {
          tiles: { places: tiles, bounds: limits },
          flats: { places: flats },
        });
        expect(within[0]?.tasks).toBe(
          tiles.filter(([row = 0, col = 0]) => {
            const inRegion = limits.region.row === undefined || row >= 2;
            return (limits.skip.col === undefined ? col <= 2 : col === 1) && inRegion;
          }).length,
        );
      }),
      { numRuns: 150 },
    );
  });

  it('are not known behind files that tools make as they like', () => {
    const pipeline = compile(`
  split: { tool: split@1, inputs: { image: tiles } }
  map: { tool: map@1, inputs: { tile: split.parts } }
  all: { tool: gather@1, over: all, inputs: { tiles: map.made } }`);
    const sources = { tiles: { places: [[1, 1, 1]] }, flats: { places: [] } };
    expect(expectTasks(pipeline, sources)).toEqual([
      { name: 'split', tasks: 1, open: false },
      { name: 'map', tasks: undefined, open: false },
      { name: 'all', tasks: 1, open: false },
    ]);
  });

  it('may become more where a source is open, but for the one task over everything', () => {
    const pipeline = compile(`
  map: { tool: map@1, inputs: { tile: tiles } }
  all: { tool: gather@1, over: all, inputs: { tiles: map.made } }`);
    const sources = { tiles: { places: [[1, 1, 1]], open: true } };
    expect(expectTasks(pipeline, sources)).toEqual([
      { name: 'map', tasks: 1, open: true },
      { name: 'all', tasks: 1, open: false },
    ]);
    expect(expectTasks(pipeline, {})[0]).toEqual({ name: 'map', tasks: undefined, open: true });
  });

  it('are counted quickly for a hundred thousand places', () => {
    const places = Array.from({ length: 100_000 }, (_, index) => [
      Math.floor(index / 1000),
      Math.floor(index / 10) % 100,
      index % 10,
    ]);
    const flats = Array.from({ length: 10 }, (_, z) => [z]);
    const counted = expectTasks(everyForm, { tiles: { places }, flats: { places: flats } });
    expect(Object.fromEntries(counted.map(({ name, tasks }) => [name, tasks]))).toEqual({
      each: 100_000,
      joined: 100_000,
      planes: 10,
      turned: 1000,
      again: 1000,
      pairs: 99_000,
      clipped: 99_000,
      all: 1,
    });
  });
});
