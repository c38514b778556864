/** A person looks at results in a real browser: a picture, its values and objects, and the table that was measured. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PictureClient } from '@gantry/client';
import { testDatabase } from '@gantry/database/testing';
import { readImage, type Image } from '@gantry/imaging';
import { checksumFile } from '@gantry/storage';
import type { Page } from 'playwright-core';
import { repositoryRoot } from '../../scripts/repository.ts';
import { judgePage, measureOverflow } from './judge-page.ts';
import { openLaboratory, type Laboratory } from './laboratory.ts';
import { hasChromium, testBrowser } from './open-browser.ts';

const tile = join(repositoryRoot, '../shared/data/nist-tiles-4x4/img_r002_c001.ome.tif');
const hasData = existsSync(tile);
if (!hasData) process.stderr.write(`SKIPPED: no real image to look at, because ${tile} is not there\n`);

const pipeline = `
gantry: pipeline/v1
name: measure
sources: { images: { type: image, axes: [t] } }
stages:
  threshold: { tool: threshold@1, inputs: { image: images } }
  label: { tool: label@1, inputs: { mask: threshold.mask }, params: { minSize: 30 } }
  features: { tool: features@1, inputs: { image: images, labels: label.labels } }
`;

describe.skipIf(!hasChromium || !hasData)('looking at results', () => {
  const database = testDatabase();
  const browser = testBrowser();
  let lab: Laboratory;
  let looking: PictureClient;
  let image: Image;
  let images = 0;
  let labels = 0;
  let tables = 0;

  beforeAll(async () => {
    lab = await openLaboratory(database);
    looking = new PictureClient(lab.client);
    image = await readImage(tile);
    const { client } = lab;
    images = await client.createDataset({ name: 'images', type: 'image', axes: ['t'] });
    const { size, checksum } = await checksumFile(tile);
    const items = [1, 2].map((t) => ({ place: [t], name: `t${t}.ome.tif`, path: tile, size, checksum }));
    await client.admitItems(images, { items });
    await client.closeDataset(images);
    const run = await client.createRun({
      pipeline: { file: 'pipeline.yaml', text: pipeline },
      tools: [join(repositoryRoot, 'tools')],
      sources: { images },
    });
    await lab.waitForEnd(run);
    for (const { stage, output, dataset } of await client.outputs(run)) {
      if (stage === 'label') labels = dataset;
      if (output === 'table') tables = dataset;
    }
  }, 180_000);
  afterAll(() => lab.close());

  async function open(path: string, options?: Parameters<typeof browser.openPage>[0]): Promise<Page> {
    const page = await browser.openPage(options);
    await page.goto(await lab.client.signInAddress());
    await page.goto(lab.url + path);
    return page;
  }

  /** The middle of the picture on the screen. */
  async function middleOf(page: Page): Promise<{ x: number; y: number }> {
    const box = await page.getByTestId('picture').boundingBox();
    if (box === null) throw new Error('There is no picture.');
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }

  /** A pixel of what is drawn, in the middle. */
  const readMiddle = (page: Page): Promise<number[]> =>
    page.evaluate(`(() => {
      const canvas = document.querySelector('[data-testid=picture] canvas');
      return [...canvas.getContext('2d').getImageData(canvas.width >> 1, canvas.height >> 1, 1, 1).data];
    })()`);

  it("tells the file's value under the pointer, and follows the window", { timeout: 90_000 }, async () => {
    const value = image.data[140 * image.width + 200]!;
    const at = `/datasets/${images}/view?place=t=1&view=200.5,140.5,8`;
    const page = await open(`${at}&low=0&high=${2 * value}`);
    await page.getByTestId('readout').waitFor();
    const { x, y } = await middleOf(page);
    await page.mouse.move(x - 40, y);
    await page.mouse.move(x, y);
    await expect.poll(() => page.getByTestId('value').textContent()).toBe(String(value));
    await page.getByText('x 200').waitFor();
    await expect.poll(async () => Math.abs((await readMiddle(page))[0]! - 128)).toBeLessThanOrEqual(1);
    // The brightest end is moved down to this value: it is white now, and the address says so.
    await page.getByLabel('High', { exact: true }).fill(String(value));
    await page.keyboard.press('Tab');
    await expect.poll(() => readMiddle(page)).toEqual([255, 255, 255, 255]);
    await expect.poll(() => new URL(page.url()).searchParams.get('high')).toBe(String(value));
  });

  it('has a scale bar that is right at every zoom', { timeout: 90_000 }, async () => {
    const described = await looking.picture(images, { t: 1 });
    const um = described.pixelSize?.x ?? NaN;
    for (const scale of [2, 8]) {
      const page = await open(`/datasets/${images}/view?place=t=1&view=200,140,${scale}`);
      await page
        .getByTestId('zoom')
        .getByText(`${scale * 100} %`)
        .waitFor();
      const bar = page.getByTestId('scale-bar');
      const [, length, unit] = /^([\d.]+) (nm|µm|mm|m)$/.exec((await bar.textContent()) ?? '') ?? [];
      const factor = { nm: 1e-3, µm: 1, mm: 1e3, m: 1e6 }[unit ?? ''] ?? NaN;
      const width = (await bar.locator('div').boundingBox())?.width ?? 0;
      expect(Math.abs(((width / scale) * um) / (Number(length) * factor) - 1)).toBeLessThan(0.02);
    }
  });

  it('goes by the keyboard alone to the next plane, an object and its row', { timeout: 90_000 }, async () => {
    const { columns } = await looking.table(tables, { t: 2 }, { columns: ['id', 'bbox_min_x'] });
    expect(columns[0]?.values.length).toBeGreaterThan(3);
    const labelled = (await looking.overlays(images, { t: 1 })).overlays[0];
    expect(labelled).toMatchObject({ kind: 'labels', dataset: labels });
    const page = await open(`/datasets/${images}/view?place=t=1&view=200.5,140.5,6`);
    await page.getByTestId('readout').waitFor();
    await page.getByLabel('Overlay').getByText('labels').waitFor();
    await page.getByTestId('picture').focus();
    await page.keyboard.press('o');
    await expect.poll(() => new URL(page.url()).searchParams.get('over')).toBe(String(labels));
    await page.keyboard.press(']');
    await expect.poll(() => new URL(page.url()).searchParams.get('place')).toBe('t=2');
    expect(new URL(page.url()).searchParams.get('view')).toBe('200.5,140.5,6');
    await page.keyboard.press('v');
    const value = image.data[140 * image.width + 200]!;
    await expect.poll(() => page.getByTestId('said').textContent()).toContain(`value ${value}`);
    const { value: id } = await looking.pictureValue(labels, { t: 2 }, { x: 200, y: 140 });
    await page.keyboard.press('Enter');
    await page
      .getByTestId('said')
      .getByText(id === 0 ? 'No object' : `Object ${id}`)
      .waitFor({ state: 'attached' });
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Keys of the viewer').waitFor();
  });

  it('marks in the image what is chosen in the scatter plot', { timeout: 90_000 }, async () => {
    const page = await open(`/datasets/${tables}/table?place=t=1`);
    const plot = page.getByRole('application', { name: /^Scatter plot/ });
    await plot.waitFor();
    const box = await plot.boundingBox();
    if (box === null) throw new Error('There is no scatter plot.');
    const { columns } = await looking.table(tables, { t: 1 }, { columns: ['id', 'area', 'mean'] });
    // The largest object lies alone at the right.
    const [ids, areas, means] = columns.map(({ values }) => values as number[]);
    const row = areas!.indexOf(Math.max(...areas!));
    const place = (values: number[], value: number): number => {
      const [low, high] = [Math.min(...values), Math.max(...values)];
      const room = (high - low) * 0.03;
      return (value - low + room) / (high - low + 2 * room);
    };
    await page.mouse.click(
      box.x + place(areas!, areas![row]!) * box.width,
      box.y + (1 - place(means!, means![row]!)) * box.height,
    );
    await expect.poll(() => new URL(page.url()).searchParams.get('object')).toBe(String(ids![row]));
    await page.getByRole('status').getByText(`id ${ids![row]} marked`).waitFor();
    await page.locator('[role=row][aria-selected=true]').waitFor();
    await page.getByTestId('picture').waitFor();
  });

  it('goes through the plots by the keyboard alone', { timeout: 90_000 }, async () => {
    const page = await open(`/datasets/${tables}/table?place=t=1`);
    const { columns } = await looking.table(tables, { t: 1 }, { columns: ['id', 'area'] });
    const [ids, areas] = columns.map(({ values }) => values as number[]);
    const order = areas!.map((_, row) => row).toSorted((a, b) => areas![a]! - areas![b]! || a - b);
    const scatter = page.getByRole('application', { name: /^Scatter plot/ });
    await scatter.focus();
    for (const [step, row] of order.slice(0, 3).entries()) {
      await scatter.press('ArrowRight');
      await page.getByText(`id ${ids![row]} marked`).waitFor();
      await expect
        .poll(() => new URL(page.url()).searchParams.get('object'), { message: `step ${step}` })
        .toBe(String(ids![row]));
    }
    await scatter.press('Escape');
    await expect.poll(() => new URL(page.url()).searchParams.has('object')).toBe(false);
    const histogram = page.getByRole('application', { name: /^Histogram of area/ });
    await histogram.focus();
    await histogram.press('Home');
    await histogram.press('Shift+End');
    await page.getByText(`${ids!.length} chosen`).waitFor();
    await histogram.press('Home');
    await histogram.press('Enter');
    const width = (Math.max(...areas!) - Math.min(...areas!)) / 40;
    const lowest = areas!.filter((area) => area <= Math.min(...areas!) + width).length;
    await page.getByText(`rows, ${lowest} chosen`).waitFor();
    await histogram.press('Escape');
    await page.getByText('chosen').waitFor({ state: 'detached' });
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has nothing that axe-core finds, in ${colorScheme}`, { timeout: 120_000 }, async () => {
      const page = await open(`/datasets/${images}/view?place=t=1&over=${labels}`, {
        colorScheme,
        reducedMotion: 'reduce',
      });
      await page.getByTestId('readout').waitFor();
      expect.soft(await judgePage(page), 'viewer').toEqual([]);
      expect.soft(await measureOverflow(page), 'viewer').toBe(0);
      await page.goto(`${lab.url}/datasets/${tables}/table?place=t=1`);
      await page.getByRole('application', { name: /^Scatter plot/ }).waitFor();
      await page.getByTestId('readout').waitFor();
      expect.soft(await judgePage(page), 'table').toEqual([]);
      expect.soft(await measureOverflow(page), 'table').toBe(0);
    });
  }

  it('meets no fault in scripts, and breaks no policy', () => {
    expect(browser.faults).toEqual([]);
  });
});
