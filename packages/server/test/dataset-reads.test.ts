import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserClient } from '@gantry/client';
import { testDatabase } from '@gantry/database/testing';
import { buildDeepZoom, writeImage, type Image } from '@gantry/imaging';
import { datasetSummarySchema, userApiPath, type DatasetType } from '@gantry/model';
import { checksumOutput, openDataDirectory, type DataDirectory } from '@gantry/storage';
import { startServer, type RunningServer } from '../src/index.ts';

const database = testDatabase();
let folder: string;
let data: DataDirectory;
let server: RunningServer;
let client: UserClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-datasets-'));
  data = await openDataDirectory(join(folder, 'data'), { explicit: true });
  server = await startServer({
    ...{
      dataDirectory: data,
      pool: database.pool,
      host: '127.0.0.1',
      port: 0,
      toolFolders: [],
      version: 'test',
    },
    ...{ userToken: 'owner-token', agentToken: 'agent-token' },
    log: (line) => process.stderr.write(`${line}\n`),
  });
  client = new UserClient({ server: server.url, token: 'owner-token' });
});
afterAll(async () => {
  await server.close();
  await data.close();
  await rm(folder, { recursive: true, force: true });
});

/** A dataset with these files at 1, 2, … of axis n; or with its only one, without axes. */
async function addDataset(type: DatasetType, names: readonly string[], axes = ['n']): Promise<number> {
  const dataset = await client.createDataset({ name: `${type} of the test`, type, axes });
  const items = await Promise.all(
    names.map(async (name, index) => {
      const path = join(folder, name);
      const { size, checksum } = await checksumOutput(path);
      return { place: axes.length === 0 ? [] : [index + 1], name, path, size, checksum };
    }),
  );
  await client.admitItems(dataset, { items });
  return dataset;
}

async function refusal(path: string): Promise<{ status: number; code: string; mend: string | undefined }> {
  const response = await fetch(`${server.url}${userApiPath}${path}`, {
    headers: { authorization: 'Bearer owner-token' },
  });
  const problem = (await response.json()) as { code: string; mend?: string };
  return { status: response.status, code: problem.code, mend: problem.mend };
}

const tile: Image = {
  width: 320,
  height: 200,
  bitDepth: 16,
  sampleFormat: 'uint',
  data: Uint16Array.from({ length: 320 * 200 }, (_, n) => n % 4096),
};

describe('an item over HTTP', () => {
  it('of an image tells size, depth, pixel size and channel, as its OME-XML has them', async () => {
    await writeImage(join(folder, 'tile.ome.tif'), tile, {
      metadata: {
        physicalSizeX: { value: 325, unit: 'nm' },
        physicalSizeY: { value: 0.325, unit: 'µm' },
        acquired: '2026-03-04T05:06:07',
        channel: { Name: 'DAPI', EmissionWavelength: '461', EmissionWavelengthUnit: 'nm' },
        plane: { ExposureTime: '120', ExposureTimeUnit: 'ms' },
      },
    });
    const dataset = await addDataset('image', ['tile.ome.tif']);
    const item = await client.item(dataset, { n: 1 });
    expect(item).toMatchObject({
      ...{ place: { n: 1 }, name: 'tile.ome.tif', path: join(folder, 'tile.ome.tif'), revision: 1 },
      ...{ found: 'file', madeBy: null, usedBy: [], dataset: { id: dataset, axes: ['n'], state: 'open' } },
    });
    expect(item.metadata).toEqual({
      ...{ kind: 'image', format: 'tiff', width: 320, height: 200, bitDepth: 16, sampleFormat: 'uint' },
      ...{ pages: 1, levels: 1, tiled: true, channel: 'DAPI', acquired: '2026-03-04T05:06:07' },
      ...{ description: null, problem: null, pixelSize: { x: 0.325, y: 0.325, unit: 'µm' } },
      fields: [
        { name: 'Emission wavelength', value: '461 nm' },
        { name: 'Exposure time', value: '120 ms' },
      ],
    });
  });

  it('of a table tells columns and rows, with quotes and line ends as they may be', async () => {
    await writeFile(
      join(folder, 'a.csv'),
      '\uFEFFid,"size, µm²",note\r\n1,2,"two\nlines"\r\n2,3,"a ""b"""\r\n\r\n3,4,\r\n',
    );
    await writeFile(join(folder, 'b.tsv'), 'id\tvalue\n1\t2');
    await writeFile(join(folder, 'c.csv'), '');
    const dataset = await addDataset('table', ['a.csv', 'b.tsv', 'c.csv']);
    const looks = await Promise.all([1, 2, 3].map(async (n) => (await client.item(dataset, { n })).metadata));
    expect(looks).toEqual([
      { kind: 'table', columns: ['id', 'size, µm²', 'note'], rows: 3 },
      { kind: 'table', columns: ['id', 'value'], rows: 1 },
      { kind: 'table', columns: [], rows: 0 },
    ]);
  });

  it('of a pyramid is a folder: it tells its levels, and is not handed over as a file', async () => {
    await writeImage(join(folder, 'large.ome.tif'), tile);
    await buildDeepZoom({
      ...{ input: join(folder, 'large.ome.tif'), output: join(folder, 'pyramid') },
      ...{ tileSize: 128, depth: 8, threads: 1 },
    });
    const dataset = await addDataset('pyramid', ['pyramid'], []);
    const item = await client.item(dataset, {});
    expect(item).toMatchObject({
      found: 'folder',
      metadata: { kind: 'image', format: 'dzi', width: 320, height: 200, bitDepth: 16, levels: 3 },
    });
    const refused = await refusal(`/datasets/${dataset}/file`);
    expect(refused).toMatchObject({ status: 400, code: 'item-is-folder' });
    expect(refused.mend).toContain('viewer');
  });

  it('that is damaged, or gone, says so and how to mend it', async () => {
    await writeFile(join(folder, 'broken.tif'), 'no image');
    await writeFile(join(folder, 'gone.tif'), 'gone soon');
    const dataset = await addDataset('image', ['broken.tif', 'gone.tif']);
    await rm(join(folder, 'gone.tif'));
    const broken = (await client.item(dataset, { n: 1 })).metadata;
    expect(broken).toMatchObject({ kind: 'unreadable', mend: expect.stringContaining('complete') as string });
    expect(await client.item(dataset, { n: 2 })).toMatchObject({
      found: 'missing',
      metadata: { kind: 'none' },
    });
    expect(await refusal(`/datasets/${dataset}/file?place=n=2`)).toMatchObject({
      status: 404,
      code: 'file-missing',
    });
    expect(await refusal(`/datasets/${dataset}/item?place=n=3`)).toMatchObject({
      status: 404,
      code: 'unknown-item',
    });
    expect(await refusal(`/datasets/${dataset}/item?place=z=3`)).toMatchObject({
      status: 400,
      mend: 'Write it as n=1.',
    });
    expect(await refusal(`/datasets/${dataset}/item?place=n:3`)).toMatchObject({
      status: 400,
      code: 'bad-request',
    });
  });

  it('is handed over as a file that no browser takes for a page', async () => {
    await mkdir(join(folder, 'odd'), { recursive: true });
    await writeFile(join(folder, 'odd', 'ü "page".html'), '<script>1</script>');
    const dataset = await addDataset('file', ['odd/ü "page".html'], []);
    const response = await fetch(`${server.url}${userApiPath}/datasets/${dataset}/file`, {
      headers: { authorization: 'Bearer owner-token' },
    });
    expect(await response.text()).toBe('<script>1</script>');
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
    expect(response.headers.get('content-disposition')).toContain('attachment');
    expect(response.headers.get('content-length')).toBe('18');
  });
});

describe('datasets over HTTP', () => {
  it('are listed, narrowed and paged', async () => {
    await writeFile(join(folder, 'one.txt'), 'one');
    const ids = [await addDataset('notebook', ['one.txt']), await addDataset('notebook', ['one.txt'])];
    const found = await client.datasets({ type: 'notebook', text: 'TEST', limit: 1 });
    expect(found.map(({ id }) => id)).toEqual([ids[1]]);
    const next = await client.datasets({ type: 'notebook', after: ids[1], limit: 5 });
    expect(next.map(({ id }) => id)).toEqual([ids[0]]);
    const items = await client.items(ids[0]!, { at: 'n=1..3', limit: 10 });
    expect(items).toMatchObject([{ place: { n: 1 }, name: 'one.txt', size: 3, revision: 1 }]);
    expect((await client.lineage(ids[0]!)).datasets).toMatchObject([{ id: ids[0], items: 1 }]);
    expect((await client.previewChange(ids[0]!, 'close')).refused).toBeNull();
    await client.closeDataset(ids[0]!);
    await client.sealDataset(ids[0]!);
    expect(await client.dataset(ids[0]!)).toMatchObject({
      state: 'sealed',
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  it('tell of themselves when they change, to who listens and to who comes back', async () => {
    await writeFile(join(folder, 'live.txt'), 'live');
    const read = async (enough: (text: string) => boolean, last?: string): Promise<string> => {
      const gone = new AbortController();
      const response = await fetch(`${server.url}${userApiPath}/events`, {
        headers: {
          authorization: 'Bearer owner-token',
          ...(last === undefined ? {} : { 'last-event-id': last }),
        },
        signal: gone.signal,
      });
      const decoder = new TextDecoder();
      let text = '';
      for await (const chunk of response.body!) {
        text += decoder.decode(chunk as Uint8Array, { stream: true });
        if (enough(text)) break;
      }
      gone.abort();
      return text;
    };
    const hello = await read((text) => text.includes('event: hello'));
    const [, last = ''] = /id: (\S+)/.exec(hello) ?? [];
    const heard = read((text) => /event: datasets[^]*"items":1,/.test(text));
    const dataset = await addDataset('annotation', ['live.txt']);
    const text = await heard;
    const lines = [...text.matchAll(/event: datasets\ndata: (.*)\n/g)].map(([, line = '']) => line);
    const told = lines.flatMap((line) => datasetSummarySchema.array().parse(JSON.parse(line)));
    expect(told.findLast(({ id }) => id === dataset)).toMatchObject({ items: 1, state: 'open' });
    const again = await read((told) => told.includes('event: datasets'), last);
    expect(again).toContain(`"id":${dataset},`);
  });
});
