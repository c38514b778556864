/** Every page against WCAG 2.2 AA, in light and dark, as axe-core judges it; and its width on small screens. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { judgePage, measureOverflow } from './judge-page.ts';
import { openLaboratory, type Laboratory } from './laboratory.ts';
import { hasChromium, testBrowser } from './open-browser.ts';

describe.skipIf(!hasChromium)('every page', () => {
  const database = testDatabase();
  const browser = testBrowser();
  let lab: Laboratory;
  let run = 0;
  let failedTask = 0;
  let liveRun = 0;

  beforeAll(async () => {
    lab = await openLaboratory(database);
    run = await lab.startRun({ name: 'done, with failures', planes: 2, rows: 2, columns: 4 });
    await lab.waitForEnd(run);
    failedTask = (await lab.client.tasks(run, { state: 'failed' }))[0]?.id ?? 0;
    await lab.startRun({ name: 'at work', planes: 1, rows: 1, columns: 1, held: true });
    const live = await lab.startLiveRun('acquisition');
    liveRun = live.run;
    // Two files that are no whole ones, and one that does not fit.
    await writeFile(join(live.folder, 'tile_z1_r1_c1.tif'), '');
    await writeFile(join(live.folder, 'tile_z1_r1_c2.tif'), 'II*\0\0\0\0\0');
    await writeFile(join(live.folder, 'notes.txt'), 'odd');
  }, 120_000);
  afterAll(async () => {
    await lab.openGate();
    await lab.close();
  });

  const pages: readonly [string, () => string, string][] = [
    ['home', () => '/', 'h1'],
    ['runs', () => '/runs', 'table'],
    ['a run', () => `/runs/${run}`, '[data-testid=heat-map]'],
    ['a run in small maps', () => `/runs/${run}?maps=all`, '[data-testid=heat-map]'],
    ['a run on a watched folder', () => `/runs/${liveRun}`, '[aria-label^="Watched folder"]'],
    ['tasks', () => `/runs/${run}?tab=tasks`, '[role=row] >> nth=3'],
    ['a task', () => `/runs/${run}/tasks/${failedTask}`, '[role=log]'],
    ['a page that is not there', () => '/nowhere', 'h1'],
  ];

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has nothing that axe-core finds, in ${colorScheme}`, { timeout: 120_000 }, async () => {
      const page = await browser.openPage({ colorScheme, reducedMotion: 'reduce' });
      await page.goto(lab.url);
      await page.getByText('npx gantry up').waitFor();
      expect.soft(await judgePage(page), 'not signed in').toEqual([]);
      await page.goto(await lab.client.signInAddress());
      for (const [name, path, ready] of pages) {
        await page.goto(lab.url + path());
        await page.locator(ready).first().waitFor();
        expect.soft(await judgePage(page), name).toEqual([]);
      }
      await page.keyboard.press('Control+k');
      await page.getByRole('option').first().waitFor();
      expect.soft(await judgePage(page), 'search').toEqual([]);
      await page.keyboard.press('Escape');
      await page.goto(`${lab.url}/runs/${run}`);
      await page.getByRole('button', { name: /^Retry/ }).click();
      await page.getByRole('dialog').waitFor();
      expect.soft(await judgePage(page), 'a question').toEqual([]);
    });
  }

  it('fits its width, on a desk and on a tablet', { timeout: 60_000 }, async () => {
    for (const width of [1280, 820]) {
      const page = await browser.openPage({ viewport: { width, height: 900 } });
      await page.goto(await lab.client.signInAddress());
      for (const [name, path, ready] of pages) {
        await page.goto(lab.url + path());
        await page.locator(ready).first().waitFor();
        const over = await measureOverflow(page);
        expect(over, `${name} at ${width}`).toBe(0);
      }
    }
  });
});
