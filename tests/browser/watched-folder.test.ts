/** A run on a watched folder, whose files come as they are written; some never become whole. */
import { appendFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import type { Page } from 'playwright-core';
import { openLaboratory, type Laboratory } from './laboratory.ts';
import { hasChromium, testBrowser } from './open-browser.ts';

describe.skipIf(!hasChromium)('the page of a run on a watched folder', () => {
  const database = testDatabase();
  const browser = testBrowser();
  let lab: Laboratory;

  beforeAll(async () => {
    lab = await openLaboratory(database);
  }, 120_000);
  afterAll(() => lab.close());

  async function openRun(run: number): Promise<Page> {
    const page = await browser.openPage();
    page.setDefaultTimeout(25_000);
    await page.goto(await lab.client.signInAddress());
    await page.goto(`${lab.url}/runs/${run}`);
    return page;
  }

  async function put(folder: string, name: string, bytes = 'plane 1 tile 0'): Promise<void> {
    await writeFile(join(folder, `.${name}.part`), bytes);
    await rename(join(folder, `.${name}.part`), join(folder, name));
  }

  it('counts the files that come, and names a tile that never finishes, since when and what to do', async () => {
    const { run, folder } = await lab.startLiveRun('acquisition');
    const page = await openRun(run);
    const panel = page.getByLabel('Watched folder of tiles');
    await panel.getByText('0 files taken').waitFor();
    await put(folder, 'tile_z1_r1_c1.tif');
    await panel.getByText('1 file taken, the last just now').waitFor();

    // Somebody goes on writing to a second one; a third is the head of a TIFF file whose pages never come.
    const grow = setInterval(() => void appendFile(join(folder, 'tile_z1_r1_c2.tif'), 'more'), 50);
    onTestFinished(() => clearInterval(grow));
    await put(folder, 'tile_z1_r1_c3.tif', 'II*\0\0\0\0\0pixels');
    await panel.getByText(/tile_z1_r1_c2\.tif is still growing; it has \d+ bytes\. For \d+ s\./).waitFor();
    await panel.getByText(/tile_z1_r1_c3\.tif lacks bytes/).waitFor();
    // They are written for a while; only after some time that is odd.
    await panel.getByText('watching', { exact: true }).waitFor();
    await panel.getByText('held up', { exact: true }).waitFor();
    await panel
      .getByText(/The folder waits for a file that is not whole\. tile_z1_r1_c3\.tif lacks/)
      .waitFor();
    await panel.getByText('copy it again, or remove it').waitFor();
    // The others go on meanwhile.
    await put(folder, 'tile_z1_r2_c1.tif', 'plane 1 tile 4');
    await panel.getByText('2 files taken').waitFor();

    clearInterval(grow);
    await rm(join(folder, 'tile_z1_r1_c3.tif'));
    await panel.getByText('3 files taken').waitFor();
    await panel.getByText('watching', { exact: true }).waitFor();
    expect(await panel.getByText(/tile_z1/).count()).toBe(0);
    await put(folder, '<b>odd.tif');
    await panel.getByText('Not fitting the pattern (1): <b>odd.tif').waitFor();
    expect(browser.faults).toEqual([]);
  }, 90_000);
});
