/** A person looks into datasets in a real browser: the list, the lattice of thumbnails, an item and where it comes from. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { writeImage } from '@gantry/imaging';
import { checksumFile } from '@gantry/storage';
import type { Page } from 'playwright-core';
import { repositoryRoot } from '../../scripts/repository.ts';
import { judgePage, measureOverflow } from './judge-page.ts';
import { openLaboratory, type Laboratory } from './laboratory.ts';
import { hasChromium, testBrowser } from './open-browser.ts';

describe.skipIf(!hasChromium)('the pages of datasets', () => {
  const database = testDatabase();
  const browser = testBrowser();
  let lab: Laboratory;
  let folder: string;
  /** Two planes of two rows and three columns, of which one tile is missing; and the masks of them. */
  let tiles = 0;
  let masks = 0;
  let run = 0;

  beforeAll(async () => {
    lab = await openLaboratory(database);
    folder = await mkdtemp(join(tmpdir(), 'gantry-datasets-'));
    tiles = await lab.client.createDataset({
      name: 'kidney tiles',
      type: 'image',
      axes: ['z', 'row', 'col'],
    });
    for (const z of [1, 2])
      for (const row of [1, 2])
        for (const col of [1, 2, 3]) if (z + row + col < 7) await addTile([z, row, col]);
    await lab.client.closeDataset(tiles);
    run = await lab.client.createRun({
      name: 'masks of kidney',
      pipeline: {
        file: 'masks.yaml',
        text: `gantry: pipeline/v1
name: masks
sources: { tiles: { type: image, axes: [z, row, col] } }
stages: { mask: { tool: threshold@1, inputs: { image: tiles } } }
`,
      },
      tools: [join(repositoryRoot, 'tools', 'threshold')],
      sources: { tiles },
    });
    await lab.waitForEnd(run);
    masks = (await lab.client.datasets({ text: 'mask.mask' }))[0]?.id ?? 0;
  }, 120_000);
  afterAll(async () => {
    await lab.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** A small picture: dark on the left, bright on the right, differently for each place. */
  async function addTile(place: readonly number[], dataset = tiles): Promise<void> {
    await mkdir(join(folder, String(dataset)), { recursive: true });
    const name = `tile_${place.join('_')}.ome.tif`;
    const path = join(folder, String(dataset), name);
    const [width, height] = [64, 48];
    const data = Uint16Array.from(
      { length: width * height },
      (_, n) => (n % width) * 40 + 10 * (place[0] ?? 0),
    );
    await writeImage(
      path,
      { width, height, bitDepth: 16, sampleFormat: 'uint', data },
      { metadata: { physicalSizeX: { value: 0.5, unit: 'µm' }, physicalSizeY: { value: 0.5, unit: 'µm' } } },
    );
    const { size, checksum } = await checksumFile(path);
    await lab.client.admitItems(dataset, { items: [{ place: [...place], name, path, size, checksum }] });
  }

  async function signIn(options?: Parameters<typeof browser.openPage>[0]): Promise<Page> {
    const page = await browser.openPage(options);
    await page.goto(await lab.client.signInAddress());
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    return page;
  }

  /** Waits until so many thumbnails have been loaded and are shown. */
  async function waitForPictures(page: Page, count: number): Promise<void> {
    // Not by `waitForFunction`, which the page's policy forbids.
    const loaded = `[...document.querySelectorAll('main img')].filter((one) => one.complete && one.naturalWidth > 0).length`;
    await expect.poll(() => page.evaluate<number>(loaded), { timeout: 15_000 }).toBeGreaterThanOrEqual(count);
  }

  it('list what there is with pictures, sizes and who made it, and narrow it by words and type', async () => {
    const page = await signIn();
    await page.getByRole('link', { name: 'Datasets' }).click();
    const row = (name: string) => page.getByRole('row', { name });
    await row('kidney tiles').waitFor();
    const text = (await row('kidney tiles').textContent()) ?? '';
    expect(text).toContain('z 1–2 · row 1–2 · col 1–3');
    expect(text).toContain('11 items of 12 places');
    expect(text).toContain('a source');
    expect(await row('masks of kidney mask.mask').textContent()).toContain(`run ${run}`);
    await waitForPictures(page, 2);
    await page.getByLabel('Words of the name').fill('KIDNEY tiles');
    await row('masks of kidney mask.mask').waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.get('text')).toBe('KIDNEY tiles');
    await page.getByLabel('Words of the name').fill('no such words');
    await page.getByText('No dataset is like that.').waitFor();
    await page.goBack();
    await page.goto(`${lab.url}/datasets?type=table`);
    await page.getByText('No dataset is like that.').waitFor();
  });

  it('are found by the search over everything', async () => {
    const page = await signIn();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.type('kidney tiles');
    await page.getByRole('option', { name: /kidney tiles/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'kidney tiles' }).waitFor();
  });

  it('lay pictures out by their places, plane by plane, and as a list', async () => {
    const page = await signIn();
    await page.goto(`${lab.url}/datasets/${tiles}`);
    const cell = (name: string) => page.getByRole('gridcell', { name });
    await cell('z 1, row 1, col 1: tile_1_1_1.ome.tif').waitFor();
    await waitForPictures(page, 6);
    // A picture lies where its place is: a row higher is higher, a column further is further to the right.
    const boxes = await Promise.all(
      ['row 1, col 1', 'row 1, col 3', 'row 2, col 1'].map((place) => cell(`z 1, ${place}`).boundingBox()),
    );
    const [first, right, below] = boxes;
    expect([right!.x > first!.x, right!.y === first!.y, below!.y > first!.y, below!.x === first!.x]).toEqual([
      ...[true, true, true, true],
    ]);
    await page.getByRole('slider').press('ArrowRight');
    await cell('z 2, row 2, col 3: no item').waitFor();
    await cell('z 2, row 2, col 2: tile_2_2_2.ome.tif').waitFor();
    expect(new URL(page.url()).searchParams.get('at')).toBe('z=2');
    await page.getByText('List', { exact: true }).click();
    await page.getByRole('row', { name: /tile_1_1_2\.ome\.tif/ }).waitFor();
    expect(await page.getByRole('table', { name: 'Items' }).getAttribute('aria-rowcount')).toBe('12');
    // The address alone says what is seen.
    await page.goto(`${lab.url}/datasets/${tiles}?at=z%3D2&place=z%3D2%2Crow%3D1%2Ccol%3D3`);
    await page.getByRole('complementary', { name: 'Item at z 2, row 1, col 3' }).waitFor();
    expect(await cell('z 2, row 1, col 3').getAttribute('aria-selected')).toBe('true');
  });

  it(
    'lead to an item, its metadata and its provenance by the keyboard alone, and back',
    { timeout: 60_000 },
    async () => {
      const page = await signIn();
      await page.goto(`${lab.url}/datasets/${masks}`);
      await page.getByRole('gridcell', { name: 'z 1, row 1, col 1' }).waitFor();
      await tabTo(page, 'z 1, row 1, col 1');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('PageDown');
      await page.getByRole('gridcell', { name: 'z 2, row 2, col 2: tile' }).waitFor();
      await page.keyboard.press('Enter');
      const panel = page.getByRole('complementary', { name: 'Item at z 2, row 2, col 2' });
      await panel.getByLabel('Image', { exact: true }).getByText('64 × 48 px').waitFor();
      await panel.getByText('0.5 µm', { exact: true }).waitFor();
      const made = panel.getByLabel('Made by');
      await made.getByText(`${run} masks of kidney`).waitFor();
      await made.getByText('threshold@1').first().waitFor();
      await made.getByText('method = otsu').waitFor();
      await panel.getByText('it is an end result').waitFor();
      // What it was made from is a link to an item, too, which knows what was made from it.
      const input = panel.getByRole('link', { name: 'tile_2_2_2.ome.tif z 2' });
      await input.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'kidney tiles' }).waitFor();
      const source = page.getByRole('complementary', { name: 'Item at z 2, row 2, col 2' });
      await source.getByText('No task: it is a file of a source').waitFor();
      await source.getByLabel('What mask makes of it').getByRole('link', { name: /mask/ }).waitFor();
      await page.keyboard.press('Escape');
      await source.waitFor({ state: 'detached' });
      await page.goBack();
    },
  );

  /** Presses Tab until the focus is on what is named so. */
  async function tabTo(page: Page, name: string): Promise<void> {
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press('Tab');
      const label = await page.evaluate<string | null>(`document.activeElement?.ariaLabel ?? null`);
      if (label?.startsWith(name) === true) return;
    }
    throw new Error(`60 presses of Tab do not lead to ${name}.`);
  }

  it('hand an item over, with the commands and requests that do the same', async () => {
    const page = await signIn();
    await page.goto(`${lab.url}/datasets/${tiles}?place=z%3D1%2Crow%3D1%2Ccol%3D2`);
    const panel = page.getByRole('complementary', { name: 'Item at z 1, row 1, col 2' });
    const download = page.waitForEvent('download');
    await panel.getByRole('link', { name: 'Download' }).click();
    expect((await download).suggestedFilename()).toBe('tile_1_1_2.ome.tif');
    const titleOf = (name: string) => panel.getByRole('button', { name }).getAttribute('title');
    expect(await titleOf('Copy path')).toBe(join(folder, String(tiles), 'tile_1_1_2.ome.tif'));
    expect(await titleOf('Copy as command')).toBe(
      `npx gantry datasets save ${tiles} --place z=1,row=1,col=2 tile_1_1_2.ome.tif`,
    );
    expect(await titleOf('Copy as API call')).toContain(
      `/api/v1/datasets/${tiles}/item?place=z%3D1%2Crow%3D1%2Ccol%3D2`,
    );
  });

  it('show what a task has read and made as pictures that lead to the items', async () => {
    const page = await signIn();
    const [task] = await lab.client.tasks(run, { limit: 1 });
    await page.goto(`${lab.url}/runs/${run}/tasks/${task!.id}`);
    await page
      .getByLabel('Items of image')
      .getByRole('link', { name: /tile_1_1_1/ })
      .waitFor();
    await waitForPictures(page, 2);
    await page
      .getByLabel('What it made')
      .getByRole('link', { name: /tile_1_1_1-mask/ })
      .first()
      .click();
    await page.getByRole('complementary', { name: 'Item at z 1, row 1, col 1' }).waitFor();
  });

  it('draw the lineage, from which each dataset is a step away', async () => {
    const page = await signIn();
    await page.goto(`${lab.url}/datasets/${masks}?show=lineage`);
    const drawn = page.locator('.react-flow');
    await drawn.getByRole('link', { name: /mask\.mask/ }).waitFor();
    await page.getByRole('cell', { name: 'mask threshold@1' }).waitFor();
    await drawn.getByRole('link', { name: /kidney tiles/ }).click();
    await page.getByRole('heading', { name: 'kidney tiles' }).waitFor();
  });

  it('grow as items come, and close and seal after saying what that means', { timeout: 60_000 }, async () => {
    const dataset = await lab.client.createDataset({ name: 'growing', type: 'image', axes: ['row', 'col'] });
    const page = await signIn();
    await page.goto(`${lab.url}/datasets/${dataset}`);
    await page.getByText('There is no file in this dataset yet.').waitFor();
    await page.evaluate('window.notReloaded = true');
    await addTile([1, 1], dataset);
    await page.getByRole('gridcell', { name: 'row 1, col 1: tile_1_1' }).click();
    const panel = page.getByRole('complementary', { name: 'Item at row 1, col 1' });
    await panel.getByText('64 × 48 px').waitFor();
    await panel.focus();
    await addTile([1, 2], dataset);
    await page.getByRole('gridcell', { name: 'row 1, col 2: tile_1_2' }).waitFor();
    await page.getByText('2 items', { exact: true }).waitFor();
    // Nothing that one does is disturbed by it.
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('Item at row 1, col 1');
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Close…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('It stays at 2 places').waitFor();
    await dialog.getByRole('button', { name: 'Leave it' }).click();
    expect((await lab.client.dataset(dataset)).state).toBe('open');
    await page.getByRole('button', { name: 'Close…' }).click();
    await dialog.getByRole('button', { name: 'Close the dataset' }).click();
    await page.getByRole('button', { name: 'Seal…' }).click();
    await dialog.getByText('A seal is not broken again.').waitFor();
    await dialog.getByRole('button', { name: 'Seal the dataset' }).click();
    await page.getByText('sealed', { exact: true }).first().waitFor();
    await page.getByRole('tab', { name: 'About' }).click();
    const { fingerprint } = await lab.client.dataset(dataset);
    await page.getByText(fingerprint ?? 'none').waitFor();
    expect(await page.evaluate('window.notReloaded')).toBe(true);
  });

  it('say what is wrong where there is no such dataset or item', async () => {
    const page = await signIn();
    await page.goto(`${lab.url}/datasets/99999`);
    await page.getByText('There is no dataset 99999.').waitFor();
    await page.goto(`${lab.url}/datasets/${tiles}?place=z%3D9%2Crow%3D1%2Ccol%3D1`);
    await page.getByRole('complementary').getByText('has no item at z 9, row 1, col 1').waitFor();
  });

  const pages: readonly [string, () => string, string][] = [
    ['the list', () => '/datasets', '[role=row] >> nth=1'],
    ['a dataset', () => `/datasets/${tiles}`, '[role=gridcell] img'],
    ['its list', () => `/datasets/${tiles}?as=list`, '[role=row] >> nth=3'],
    ['an item', () => `/datasets/${masks}?place=z%3D1%2Crow%3D1%2Ccol%3D2`, '[aria-label="Made by"]'],
    ['lineage', () => `/datasets/${masks}?show=lineage`, '.react-flow__node'],
    ['about', () => `/datasets/${tiles}?show=about`, '[aria-label=About]'],
  ];

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`have nothing that axe-core finds, in ${colorScheme}`, { timeout: 120_000 }, async () => {
      const page = await signIn({ colorScheme, reducedMotion: 'reduce' });
      for (const [name, path, ready] of pages) {
        await page.goto(lab.url + path());
        await page.locator(ready).first().waitFor();
        expect.soft(await judgePage(page), name).toEqual([]);
      }
      await page.goto(`${lab.url}/datasets/${tiles}`);
      await page.getByRole('button', { name: 'Seal…' }).click();
      await page.getByText('A seal is not broken again.').waitFor();
      expect.soft(await judgePage(page), 'a question').toEqual([]);
    });
  }

  it('fit their width, on a desk and on a tablet', { timeout: 60_000 }, async () => {
    for (const width of [1280, 820]) {
      const page = await signIn({ viewport: { width, height: 900 } });
      for (const [name, path, ready] of pages) {
        await page.goto(lab.url + path());
        await page.locator(ready).first().waitFor();
        expect(await measureOverflow(page), `${name} at ${width}`).toBe(0);
      }
    }
  });

  it('have met no fault in their scripts, nor broken their policy', () => {
    expect(browser.faults).toEqual([]);
  });
});
