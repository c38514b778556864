/** A run of the standard tools: what belongs to its pictures and tables is found by what the run knows. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { writeImage, type Image } from '@gantry/imaging';
import type {
  AroundAnswer,
  MeasuredAnswer,
  OverlaysAnswer,
  RunDetail,
  RunOutput,
  TableAnswer,
} from '@gantry/model';
import { openPictureLaboratory, type PictureLaboratory } from './picture-laboratory.ts';

const repository = join(import.meta.dirname, '..', '..', '..');
const database = testDatabase();
let lab: PictureLaboratory;
let agent: ChildProcess;
let source = 0;
/** Of an output of the run, by stage and output. */
const datasets = new Map<string, number>();

const pipeline = `
gantry: pipeline/v1
name: measure
sources: { planes: { type: image, axes: [t, z] } }
stages:
  threshold: { tool: threshold@1, inputs: { image: planes } }
  label: { tool: label@1, inputs: { mask: threshold.mask } }
  features: { tool: features@1, inputs: { image: planes, labels: label.labels } }
`;

/** Bright squares on black, as many as the number says. */
function makeSquares(count: number): Image {
  const data = new Uint16Array(120 * 40);
  for (let square = 0; square < count; square++) {
    for (let pixel = 0; pixel < 64; pixel++)
      data[(10 + Math.floor(pixel / 8)) * 120 + 4 + square * 20 + (pixel % 8)] = 900 + square;
  }
  return { width: 120, height: 40, bitDepth: 16, sampleFormat: 'uint', data };
}

async function getJson<T>(path: string): Promise<T> {
  const response = await lab.get(path);
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as T;
}

beforeAll(async () => {
  lab = await openPictureLaboratory(database);
  agent = spawn(
    process.execPath,
    [
      join(repository, 'packages/agent/src/main.ts'),
      ...['--server', lab.url, '--data-dir', join(lab.folder, 'agent'), '--name', 'test', '--slots', '2'],
    ],
    { env: { ...process.env, GANTRY_AGENT_TOKEN: 'agent-token' }, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const files: [string, number, number][] = [];
  for (const [t, z] of [
    [1, 1],
    [1, 2],
    [1, 4],
    [2, 2],
    [5, 2],
  ] as const) {
    const path = join(lab.folder, `plane_t${t}_z${z}.ome.tif`);
    await writeImage(path, makeSquares(z));
    files.push([path, t, z]);
  }
  source = await lab.addDataset('image', ['t', 'z'], files);
  await lab.post(`/datasets/${source}/close`);
  const run = await lab.post('/runs', {
    pipeline: { file: 'pipeline.yaml', text: pipeline },
    tools: [join(repository, 'tools')],
    sources: { planes: source },
  });
  for (;;) {
    const { state, tasks } = await getJson<RunDetail>(`/runs/${run.id}`);
    if (state === 'succeeded') break;
    if (state !== 'active') throw new Error(`The run has ${state}: ${JSON.stringify(tasks)}`);
    await new Promise((wake) => setTimeout(wake, 100));
  }
  for (const { stage, output, dataset } of await getJson<RunOutput[]>(`/runs/${run.id}/outputs`))
    datasets.set(`${stage}.${output}`, dataset);
}, 90_000);

afterAll(async () => {
  const ended = new Promise((resolve) => agent.once('exit', resolve));
  agent.kill('SIGTERM');
  await ended;
  await lab.close();
});

describe('overlays', () => {
  it('of an image are the labels and masks that its run has made of it, with their tables', async () => {
    const { overlays, tables } = await getJson<OverlaysAnswer>(
      `/datasets/${source}/picture/overlays?place=t=1,z=4`,
    );
    const table = {
      dataset: datasets.get('features.table'),
      place: { t: 1, z: 4 },
      name: 'plane_t1_z4-features.csv',
    };
    expect(overlays).toMatchObject([
      {
        ...{ kind: 'labels', stage: 'label', output: 'labels', place: { t: 1, z: 4 } },
        ...{ dataset: datasets.get('label.labels'), tables: [table] },
      },
      { kind: 'mask', stage: 'threshold', dataset: datasets.get('threshold.mask'), tables: [] },
    ]);
    expect(tables).toEqual([table]);
  });

  it('of labels have the image that they were made of among them', async () => {
    const { overlays } = await getJson<OverlaysAnswer>(
      `/datasets/${datasets.get('label.labels')}/picture/overlays?place=t=1,z=2`,
    );
    expect(overlays.map(({ kind, stage }) => [kind, stage])).toEqual([
      ['mask', 'threshold'],
      ['image', 'planes'],
    ]);
  });
});

describe('a table of a run', () => {
  it('names the images that it was measured of', async () => {
    const { images } = await getJson<MeasuredAnswer>(
      `/datasets/${datasets.get('features.table')}/table/measured?place=t=2,z=2`,
    );
    expect(images).toEqual([
      { input: 'image', kind: 'image', dataset: source, place: { t: 2, z: 2 }, name: 'plane_t2_z2.ome.tif' },
      {
        ...{ input: 'labels', kind: 'labels', dataset: datasets.get('label.labels') },
        ...{ place: { t: 2, z: 2 }, name: 'plane_t2_z2-mask-labels.ome.tif' },
      },
    ]);
  });

  it('has the units that the tool has written beside it', async () => {
    const { rows, columns } = await getJson<TableAnswer>(
      `/datasets/${datasets.get('features.table')}/table?place=t=1,z=4`,
    );
    expect(rows).toBe(4);
    expect(columns.find(({ name }) => name === 'area')).toMatchObject({
      ...{ unit: 'px²', minimum: 64, maximum: 64 },
      definition: expect.stringContaining('pixels') as unknown,
    });
    expect(columns.find(({ name }) => name === 'mean')?.values).toEqual([900, 901, 902, 903]);
  });
});

describe('around a place', () => {
  it('are the coordinates of each axis that have an item, and its neighbours in order', async () => {
    expect(await getJson<AroundAnswer>(`/datasets/${source}/around?place=t=1,z=2`)).toEqual({
      along: [
        { axis: 't', values: [1, 2, 5] },
        { axis: 'z', values: [1, 2, 4] },
      ],
      previous: { t: 1, z: 1 },
      next: { t: 1, z: 4 },
    });
    expect(await getJson<AroundAnswer>(`/datasets/${source}/around?place=t=5,z=2`)).toMatchObject({
      along: [{ values: [1, 2, 5] }, { values: [2] }],
      previous: { t: 2, z: 2 },
      next: null,
    });
  });
});
