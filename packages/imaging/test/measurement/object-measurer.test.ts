import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { chooseColumns, type FeatureColumn } from '../../src/measurement/feature-columns.ts';
import { ObjectMeasurer } from '../../src/measurement/object-measurer.ts';
import type { ObjectFeatures } from '../../src/measurement/object-features.ts';
import type { Pixels } from '../../src/formats/pixels.ts';
import { measureWithSkimage, type OracleRow } from './skimage-oracle.ts';
import { scenes, type Scene } from './random-scenes.ts';

const columns = chooseColumns([], undefined);

function measure(scene: Scene, stripRows = Infinity): ObjectFeatures[] {
  const measurer = new ObjectMeasurer({ width: scene.width });
  const step = Math.min(stripRows * scene.width, scene.labels.length);
  for (let at = 0; at < scene.labels.length; at += step) {
    measurer.addRows(scene.labels.subarray(at, at + step), scene.image.subarray(at, at + step));
  }
  const count = measurer.finish();
  const objects = [...measurer.objects()];
  expect(objects.length).toBe(count);
  return objects;
}

/** 1e-6 relative; 1e-6 absolute where the value is near 0, which the oracle misses by its own rounding. */
function isClose(ours: number, theirs: number | null): boolean {
  if (theirs === null) return Number.isNaN(ours);
  return Math.abs(ours - theirs) <= 1e-6 * Math.max(1, Math.abs(theirs));
}

/** An angle is the same half a turn on, and none where the axes are equal but for rounding. */
function isSameDirection(object: ObjectFeatures, theirs: number): boolean {
  if (object.eccentricity < 1e-3) return true;
  const turn = Math.abs(object.orientation - theirs) % Math.PI;
  if (Math.min(turn, Math.PI - turn) < 1e-6) return true;
  // scikit-image 0.19 has the sign wrong at exactly 45° (corrected in its pull request 6836).
  return Math.abs(Math.abs(theirs) - Math.PI / 4) < 1e-12 && Math.abs(object.orientation + theirs) < 1e-6;
}

function differences(objects: readonly ObjectFeatures[], expected: readonly OracleRow[]): string[] {
  expect(objects.map((object) => object.id)).toEqual(expected.map((row) => row['id']));
  const wrong: string[] = [];
  for (const [index, object] of objects.entries()) {
    for (const column of columns) {
      const ours = valueOf(column, object);
      const theirs = expected[index]![column.name];
      if (theirs === undefined) throw new Error(`the oracle has no ${column.name}`);
      const same =
        column.name === 'orientation' ? isSameDirection(object, theirs ?? NaN) : isClose(ours, theirs);
      if (!same) wrong.push(`object ${object.id}: ${column.name} ${ours}, scikit-image ${theirs}`);
    }
  }
  return wrong;
}

function valueOf(column: FeatureColumn, object: ObjectFeatures): number {
  return column.valueOf(object, { x: 1, y: 1 });
}

describe('ObjectMeasurer against scikit-image', () => {
  const batch = fc.sample(scenes, { numRuns: 120, seed: 20_170 });
  const expected = measureWithSkimage(batch);

  it('agrees in every column and row of random scenes', () => {
    const wrong = batch.flatMap((scene, index) =>
      differences(measure(scene), expected[index]!).map((text) => `scene ${index}: ${text}`),
    );
    expect(wrong.slice(0, 10)).toEqual([]);
  });

  it('has objects of every kind in those scenes, so that agreeing means something', () => {
    const rows = expected.flat();
    const count = (has: (row: OracleRow) => boolean): number => rows.filter(has).length;
    expect(rows.length).toBeGreaterThan(5000);
    expect(Math.max(...expected.map((scene) => scene.length))).toBeGreaterThan(2000);
    expect(count((row) => row['area'] === 1)).toBeGreaterThan(100);
    expect(count((row) => row['area']! > 500)).toBeGreaterThan(20);
    expect(count((row) => row['bbox_min_x'] === 0)).toBeGreaterThan(50);
    expect(count((row) => row['minor_axis_length']! < 1e-6 && row['area']! > 3)).toBeGreaterThan(10);
    expect(count((row) => row['id']! > 65_535)).toBeGreaterThan(50);
    expect(count((row) => row['mean']! > 65_000)).toBeGreaterThan(50);
  });

  it('gives the same bits whatever the height of the strips', () => {
    for (const scene of batch.slice(0, 40)) {
      expect(measure(scene, 1)).toEqual(measure(scene));
      expect(measure(scene, 7)).toEqual(measure(scene));
    }
  });
});

describe('ObjectMeasurer far from the origin', () => {
  it('measures a shape at x = 30,000 as exactly as one at 0', () => {
    const width = 30_100;
    const height = 40;
    const labels = new Uint16Array(width * height);
    const image = new Uint16Array(width * height);
    for (let y = 3; y < 37; y++) {
      for (let x = 0; x < 60; x++) {
        if (((x - 29.3) / 27) ** 2 + ((y - 20.1 + (x - 29) * 0.2) / 9) ** 2 > 1) continue;
        const value = 65_535 - ((x * 7 + y * 13) % 5);
        labels[y * width + x] = 1;
        image[y * width + x] = value;
        labels[y * width + x + 30_000] = 2;
        image[y * width + x + 30_000] = value;
      }
    }
    const [near, far] = measure({ width, labels, image }) as [ObjectFeatures, ObjectFeatures];
    expect(far.centroidX - 30_000).toBeCloseTo(near.centroidX, 10);
    for (const name of ['majorAxisLength', 'minorAxisLength', 'orientation', 'eccentricity'] as const) {
      expect(far[name]).toBe(near[name]);
    }
    for (const name of ['perimeter', 'mean', 'sd', 'skewness', 'kurtosis', 'min', 'max'] as const) {
      expect(far[name]).toBe(near[name]);
    }
    expect(differences([near, far], measureWithSkimage([{ width, labels, image }])[0]!)).toEqual([]);
  });

  it.each([1, 100, 5000])('keeps its precision when the first %i of its pixels are outliers', (outliers) => {
    const width = 1000;
    const labels = new Uint8Array(width * width).fill(1);
    const image = Uint16Array.from(labels, (_, index) => (index < outliers ? 0 : 65_530 + (index % 6)));
    const [object] = measure({ width, labels, image });
    const n = image.length;
    const mean = image.reduce((sum, value) => sum + value, 0) / n;
    const moment = (k: number): number => image.reduce((sum, value) => sum + (value - mean) ** k, 0) / n;
    const variance = moment(2);
    expect(object!.mean).toBeCloseTo(mean, 8);
    expect(object!.sd / Math.sqrt(variance)).toBeCloseTo(1, 10);
    expect(object!.skewness / (moment(3) / variance ** 1.5)).toBeCloseTo(1, 9);
    expect(object!.kurtosis / (moment(4) / variance ** 2 - 3)).toBeCloseTo(1, 9);
  });
});

describe('ObjectMeasurer where a feature is not defined', () => {
  const single = (image: Pixels): ObjectFeatures =>
    measure({ width: 3, labels: Uint8Array.of(0, 5, 0), image })[0]!;

  it('has neither circularity, skewness nor kurtosis for one pixel', () => {
    const pixel = single(Uint16Array.of(1, 700, 2));
    expect(pixel).toMatchObject({ id: 5, area: 1, mean: 700, sd: 0, min: 700, max: 700, perimeter: 0 });
    expect(pixel).toMatchObject({ eccentricity: 0, majorAxisLength: 0, minorAxisLength: 0 });
    expect([pixel.circularity, pixel.skewness, pixel.kurtosis]).toEqual([NaN, NaN, NaN]);
  });

  it('has no intensities where a pixel is NaN or infinite, and keeps the shape', () => {
    for (const value of [NaN, Infinity, -Infinity]) {
      const pixel = single(Float32Array.of(0, value, 0));
      expect([pixel.mean, pixel.sd, pixel.min, pixel.max]).toEqual([NaN, NaN, NaN, NaN]);
      expect(pixel).toMatchObject({ area: 1, centroidX: 1, centroidY: 0 });
    }
  });

  it('has no intensities without an image', () => {
    const measurer = new ObjectMeasurer({ width: 2, perimeter: false });
    measurer.addRows(Uint8Array.of(1, 1, 0, 1), undefined);
    expect(measurer.finish()).toBe(1);
    const [object] = measurer.objects();
    expect(object).toMatchObject({ area: 3, mean: NaN, min: NaN, perimeter: NaN });
  });

  it('has no objects where there are no labels', () => {
    expect(measure({ width: 4, labels: new Uint16Array(8), image: new Uint16Array(8) })).toEqual([]);
  });

  it('gives a line at 45° the sign of its slope', () => {
    const labels = Uint8Array.from('100001000010000002000200020020000000', Number);
    const objects = measure({ width: 6, labels, image: labels });
    const falling = measure({
      width: 3,
      labels: Uint8Array.from('100010001', Number),
      image: new Uint8Array(9),
    });
    const rising = measure({
      width: 3,
      labels: Uint8Array.from('001010100', Number),
      image: new Uint8Array(9),
    });
    expect(objects.length).toBe(2);
    expect(falling[0]!.orientation).toBeCloseTo(Math.PI / 4, 12);
    expect(rising[0]!.orientation).toBeCloseTo(-Math.PI / 4, 12);
  });

  it('refuses strips that are not whole rows or do not match', () => {
    const measurer = new ObjectMeasurer({ width: 2 });
    expect(() => measurer.addRows(new Uint8Array(3), new Uint8Array(3))).toThrow(/whole rows/);
    expect(() => measurer.addRows(new Uint8Array(4), new Uint8Array(2))).toThrow(/4 pixels, the image 2/);
    expect(() => [...measurer.objects()]).toThrow(/finish/);
  });
});
