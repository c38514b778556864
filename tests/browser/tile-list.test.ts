/** A folder that lists its tiles itself: the form for a run says so, and a run follows the list. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { acquiredTiles, writeList, writeTile } from '../../examples/mouselight/acquisition.ts';
import { gantryUp, type GantryUp } from './gantry-up.ts';
import { judgePage, measureOverflow } from './judge-page.ts';
import { hasChromium, testBrowser } from './open-browser.ts';

const pipeline = `gantry: pipeline/v1
name: tiles
sources: { tiles: { type: image, axes: [x, y, z] } }
stages:
  pyramid: { tool: pyramid@1, inputs: { image: tiles } }
`;

describe.skipIf(!hasChromium)('a list of tiles, from the browser', () => {
  const browser = testBrowser();
  let gantry: GantryUp;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gantry-tile-list-'));
    for (const tile of acquiredTiles) writeTile(folder, tile);
    writeList(folder, acquiredTiles, ({ id }) => id !== 8);
    gantry = await gantryUp();
  }, 180_000);
  afterAll(async () => {
    await gantry.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function chooseFolder(colorScheme: 'light' | 'dark'): Promise<Page> {
    const page = await browser.openPage({ colorScheme });
    await page.goto(await gantry.client().signInAddress());
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    await page.goto(`${gantry.url}/runs/new`);
    await page.getByRole('radio', { name: /A pipeline of your own/ }).click();
    await page.locator('#own-pipeline').fill(pipeline);
    await page.getByLabel('Folder', { exact: true }).fill(folder);
    await page
      .getByText('pipeline-input.json lists 7 complete tiles and 1 that is not complete yet.')
      .waitFor();
    return page;
  }

  it('is offered, taken, and followed', { timeout: 60_000 }, async () => {
    const page = await chooseFolder('light');
    await page.getByRole('button', { name: 'Take the tiles that it lists' }).click();
    await page.getByText('Places, extents and planes to skip are taken from it.').waitFor();
    expect(await page.getByLabel('Pattern').count()).toBe(0);
    await page.reload();
    await page.getByRole('button', { name: 'Use file names instead' }).waitFor();
    await page.getByRole('radio', { name: /Also those that still come/ }).click();
    await page.getByRole('button', { name: 'Start the run' }).click();
    const watched = page.getByLabel('Watched folder of tiles');
    await watched.getByText('7 tiles taken').waitFor();
    await watched.getByText('1 not whole yet').waitFor();
    writeList(folder, acquiredTiles.slice(0, 4));
    await watched.getByText(/lists .* no longer, taken before/).waitFor();
    expect(await judgePage(page)).toEqual([]);
  });

  for (const scheme of ['light', 'dark'] as const)
    it(`is readable by everybody, ${scheme}`, { timeout: 60_000 }, async () => {
      writeList(folder, acquiredTiles, ({ id }) => id !== 8);
      const page = await chooseFolder(scheme);
      expect.soft(await judgePage(page), 'offered').toEqual([]);
      await page.getByRole('button', { name: 'Take the tiles that it lists' }).click();
      await page.getByText('Places, extents and planes to skip are taken from it.').waitFor();
      expect.soft(await judgePage(page), 'taken').toEqual([]);
      expect(await measureOverflow(page)).toBe(0);
      if (process.env['GANTRY_PICTURES'] !== undefined)
        await page.screenshot({
          path: join(process.env['GANTRY_PICTURES'], `tile-list-${scheme}.png`),
          fullPage: true,
        });
    });

  it('has met no fault in its scripts, nor broken its policy', () => {
    expect(browser.faults).toEqual([]);
  });
});
