import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  levelsToOneTile,
  readImage,
  TiffRowWriter,
  TiffWriter,
  writeImage,
  type BitDepth,
  type Image,
  type SampleFormat,
} from '../../src/index.ts';
import { predictorPays } from '../../src/formats/encode-tiff-tile.ts';
import { countDifferences, makeImage, meanOf } from './make-image.ts';
import { hasTifffile, hasVips, tifffile, vips, vipsHeader } from './oracles.ts';

const kinds: [BitDepth, SampleFormat][] = [
  [8, 'uint'],
  [16, 'uint'],
  [32, 'uint'],
  [32, 'float'],
];
const metadata = {
  name: 'Zelle <7> & "Kern"',
  physicalSizeX: { value: 0.325, unit: 'µm' },
  physicalSizeY: { value: 0.65, unit: 'µm' },
  channel: { Name: 'DAPI', EmissionWavelength: '461' },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-tiff-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The mean of the pixels that exist in each 2×2 block, straight from the definition. */
function naiveHalf(image: Image): Image {
  const width = Math.ceil(image.width / 2);
  const height = Math.ceil(image.height / 2);
  const data = image.data.slice(0, width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const values: number[] = [];
      for (const dy of [0, 1]) {
        for (const dx of [0, 1]) {
          const [sx, sy] = [2 * x + dx, 2 * y + dy];
          if (sx < image.width && sy < image.height) values.push(image.data[sy * image.width + sx]!);
        }
      }
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      data[y * width + x] = image.sampleFormat === 'float' ? mean : Math.floor(mean + 0.5);
    }
  }
  return { ...image, width, height, data };
}

describe.each(kinds)('a file of %i-bit %s', (bitDepth, sampleFormat) => {
  // Neither side is a multiple of the tile's, and both are odd.
  const image = makeImage(701, 433, bitDepth, sampleFormat);

  it('gives back every pixel and the metadata', async () => {
    const path = join(folder, `whole-${bitDepth}-${sampleFormat}.ome.tif`);
    await writeImage(path, image, { metadata, tileSize: 128 });
    const read = await readImage(path);
    expect(read).toMatchObject({ width: 701, height: 433, bitDepth, sampleFormat });
    expect(read.header).toMatchObject({ tiled: true, metadata, metadataProblem: undefined });
    expect(countDifferences(read.data, image.data)).toBe(0);
  });

  it('has each lower resolution as the mean of the one above, down to one tile', async () => {
    const path = join(folder, `levels-${bitDepth}-${sampleFormat}.ome.tif`);
    const levels = levelsToOneTile(701, 433, 64);
    expect(levels).toBe(5); // 701, 351, 176, 88, 44
    const writer = await TiffRowWriter.create(path, { ...image, tileSize: 64, levels, metadata });
    // Rows come in uneven portions, as a mosaic's do.
    for (let row = 0, take = 1; row < 433; row += take, take = (take * 7) % 101) {
      await writer.writeRows(image.data.subarray(row * 701, Math.min(433, row + take) * 701));
    }
    await writer.finish();
    let expected = image;
    expect(countDifferences((await readImage(path)).data, image.data)).toBe(0);
    for (let subifd = 0; subifd < levels - 1; subifd++) {
      expected = naiveHalf(expected);
      const tile = await readImage(path, { subifd });
      expect([tile.width, tile.height]).toEqual([expected.width, expected.height]);
      expect(countDifferences(tile.data, expected.data)).toBe(0);
    }
  });

  it.skipIf(!hasTifffile)('is an OME-TIFF to tifffile, TIFF and BigTIFF alike', async () => {
    for (const bigTiff of [false, true]) {
      const path = join(folder, `oracle-${bigTiff}-${bitDepth}-${sampleFormat}.ome.tif`);
      const writer = await TiffRowWriter.create(path, {
        ...image,
        tileSize: 128,
        levels: 3,
        metadata,
        bigTiff,
      });
      await writer.writeRows(image.data);
      await writer.finish();
      const seen = tifffile(
        `
f = t.TiffFile(sys.argv[1]); s = f.series[0]; ome = t.xml2dict(f.ome_metadata)['OME']['Image']
p = ome['Pixels']; raw = np.fromfile(sys.argv[2], dtype=s.dtype).reshape(s.shape)
print(json.dumps(dict(ome=f.is_ome, big=f.is_bigtiff, series=len(f.series), dtype=str(s.dtype),
  levels=[l.shape for l in s.levels], same=bool((s.asarray() == raw).all()), name=ome['Name'], type=p['Type'],
  sizes=[p['Size' + a] for a in 'XYZCT'], px=[p['PhysicalSizeX'], p['PhysicalSizeXUnit'], p['PhysicalSizeY']],
  channel=p['Channel']['Name'], small=float(s.levels[2].asarray().astype(float).sum()))))`,
        path,
        await dump(image),
      );
      const quarter = naiveHalf(naiveHalf(image));
      const type = sampleFormat === 'float' ? 'float' : `uint${bitDepth}`;
      expect(seen).toEqual({
        ome: true,
        big: bigTiff,
        series: 1,
        dtype: type === 'float' ? 'float32' : type,
        levels: [
          [433, 701],
          [217, 351],
          [109, 176],
        ],
        same: true,
        name: metadata.name,
        type,
        sizes: [701, 433, 1, 1, 1],
        px: [0.325, 'µm', 0.65],
        channel: 'DAPI',
        small: meanOf(quarter.data) * quarter.data.length,
      });
    }
  });

  it.skipIf(!hasVips)('opens in libvips with its size, depth and resolution', async () => {
    const path = join(folder, `vips-${bitDepth}-${sampleFormat}.ome.tif`);
    await writeImage(path, image, { metadata });
    const format = { 8: 'uchar', 16: 'ushort', 32: sampleFormat === 'float' ? 'float' : 'uint' }[bitDepth];
    expect(
      ['width', 'height', 'format', 'bands'].map((field) =>
        vipsHeader(field, path)
          .replace(/^.*VIPS_FORMAT_(\w+)\)$/, '$1')
          .toLowerCase(),
      ),
    ).toEqual(['701', '433', format, '1']);
    const mean = meanOf(image.data);
    expect(Math.abs(Number(vips('avg', path)) - mean)).toBeLessThanOrEqual(Math.abs(mean) * 1e-6 + 1e-6);
    expect(Number(vipsHeader('xres', path))).toBeCloseTo(1000 / 0.325, 2); // pixels per millimetre
  });
});

async function dump(image: Image): Promise<string> {
  const path = join(folder, `raw-${image.bitDepth}-${image.sampleFormat}`);
  await writeFile(path, image.data);
  return path;
}

describe('the writer', () => {
  it('takes tiles in any order', async () => {
    const path = join(folder, 'order.ome.tif');
    const image = makeImage(300, 200, 16);
    const writer = await TiffWriter.create(path, { ...image, tileSize: 128 });
    for (const index of [5, 0, 3, 1, 4, 2]) {
      const [column, row] = [index % 3, Math.floor(index / 3)];
      const tile = new Uint16Array(128 * 128);
      for (let y = 0; y < Math.min(128, 200 - row * 128); y++) {
        const start = (row * 128 + y) * 300;
        tile.set(
          (image.data as Uint16Array).subarray(
            start + column * 128,
            start + Math.min(300, column * 128 + 128),
          ),
          y * 128,
        );
      }
      await writer.writeTile(0, column, row, tile);
    }
    await writer.finish();
    expect(countDifferences((await readImage(path)).data, image.data)).toBe(0);
  });

  it('leaves nothing behind when a file is not finished, and the old file as it was', async () => {
    const own = await mkdtemp(join(folder, 'own-'));
    const path = join(own, 'a.ome.tif');
    const image = makeImage(100, 100, 8);
    await writeImage(path, image);
    const writer = await TiffRowWriter.create(path, { ...image, tileSize: 64 });
    await writer.writeRows(new Uint8Array(100 * 50));
    await expect(writer.finish()).rejects.toThrow(/0 of 4 tiles written/);
    expect(await readdir(own)).toEqual(['a.ome.tif']);
    expect(countDifferences((await readImage(path)).data, image.data)).toBe(0);
  });

  it('refuses more rows than the image has, and sizes that no TIFF can have', async () => {
    const path = join(folder, 'refused.ome.tif');
    const layout = { width: 20, height: 10, bitDepth: 8, sampleFormat: 'uint' } as const;
    const writer = await TiffRowWriter.create(path, layout);
    await expect(writer.writeRows(new Uint8Array(20 * 11))).rejects.toThrow(RangeError);
    await writer.abort();
    for (const bad of [{ width: 0 }, { height: 1.5 }, { tileSize: 100 }]) {
      await expect(TiffWriter.create(path, { ...layout, ...bad })).rejects.toMatchObject({
        code: 'image-shape',
      });
    }
    await expect(writeImage(path, { ...layout, data: new Uint8Array(3) })).rejects.toMatchObject({
      code: 'image-shape',
      file: path,
    });
  });

  it('differences where that pays, and not where it does not', () => {
    const ramp = Uint16Array.from({ length: 128 * 128 }, (_, i) => 40 * (i % 128) + (i >> 7) * 3);
    const noise = makeImage(128, 128, 16).data.map((value) => (value & 1) * 65_535);
    expect(predictorPays(ramp, 128)).toBe(true);
    expect(predictorPays(noise as Uint16Array<ArrayBuffer>, 128)).toBe(false);
    expect(predictorPays(Float32Array.from(ramp), 128)).toBe(false);
  });
});
