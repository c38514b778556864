/**
 * The demo of `npm start` as somebody sees it who has just started it: from the address that it names, by the keyboard
 * alone, to the end of the run, a task's words, the mosaic and the table; in light and dark, judged by axe-core.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readImage } from '@gantry/imaging';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { protocol } from '../../examples/microscope/protocol.ts';
import type { Truth } from '../../examples/microscope/truth.ts';
import { makeDemoPlace, waitFor, type DemoPlace, type StartedDemo } from '../../scripts/demo/demo-apart.ts';
import { judgePage } from './judge-page.ts';
import { hasChromium, testBrowser } from './open-browser.ts';
import { pressTabTo } from './press-tab-to.ts';

const tilesPerTime = protocol.rows * protocol.columns;
const runName = 'Demo: cells over time';

describe.skipIf(!hasChromium)('the demo in a browser', () => {
  const browser = testBrowser();
  let place: DemoPlace;
  let demo: StartedDemo;
  let page: Page;

  beforeAll(async () => {
    place = await makeDemoPlace();
    demo = await place.start(15);
  }, 120_000);
  afterAll(async () => {
    await demo.stop();
    await place.remove();
  });

  const origin = (): string => new URL(demo.address).origin;

  /** A page in dark of somebody who has signed in. */
  async function openDark(path: string): Promise<Page> {
    const dark = await browser.openPage({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await dark.goto(await demo.client.signInAddress());
    await dark.goto(origin() + path);
    return dark;
  }

  const datasetOf = async (stage: string, output: string): Promise<number> => {
    const { stages } = await demo.client.graph(1);
    const found = stages
      .find(({ name }) => name === stage)
      ?.outputs.find(({ name }) => name === output)?.dataset;
    if (found === undefined) throw new Error(`The run has no output ${stage}.${output}.`);
    return found;
  };

  it('leads from its address to its run while tiles come', { timeout: 90_000 }, async () => {
    page = await browser.openPage({ colorScheme: 'light', reducedMotion: 'reduce' });
    await page.goto(demo.address);
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    await page.getByRole('link', { name: runName }).first().waitFor();
    expect.soft(await judgePage(page), 'home').toEqual([]);
    await pressTabTo(page, runName);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: runName }).waitFor();
    await page.getByRole('region', { name: 'Watched folder of tiles' }).waitFor();
    await page.getByRole('region', { name: `t ${protocol.timePoints}` }).waitFor();
    expect.soft(await judgePage(page), 'a run at work').toEqual([]);
  });

  it('shows every place green at the end, without a reload', { timeout: 200_000 }, async () => {
    await page.evaluate('window.notReloaded = true');
    await waitFor('the end of the run', 180, async () =>
      (await demo.client.run(1)).state === 'active' ? undefined : true,
    );
    await page.getByRole('main').getByText('succeeded', { exact: true }).first().waitFor();
    for (let t = 1; t <= protocol.timePoints; t++) {
      const map = page.getByRole('region', { name: `t ${t}` }).getByTestId('heat-map');
      await expect
        .poll(() => map.getAttribute('aria-label'), { timeout: 15_000 })
        .toBe(`correct, t ${t}: ${tilesPerTime} succeeded`);
    }
    const states = page.getByRole('group', { name: /^States/ }).getByRole('button');
    expect(await states.allInnerTexts()).toEqual([`${tilesPerTime * protocol.timePoints} succeeded`]);
    expect(await page.evaluate('window.notReloaded')).toBe(true);
    expect.soft(await judgePage(page), 'a run that has ended').toEqual([]);
  });

  it('leads to the words of a task', { timeout: 90_000 }, async () => {
    await pressTabTo(page, 'stitch');
    await page.keyboard.press('Enter');
    await page
      .getByTestId('heat-map')
      .and(page.getByLabel(/^stitch: 4 succeeded/))
      .waitFor();
    await pressTabTo(page, 'map of the lattice');
    for (const key of ['ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
    await page.getByText('t 2: succeeded').waitFor({ state: 'attached' });
    await page.keyboard.press('Enter');
    await page.getByRole('log').getByText('31 of 31 pairs trusted').waitFor();
    expect.soft(await judgePage(page), 'a task').toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('complementary').waitFor({ state: 'detached' });
  });

  it("leads to the mosaic, whose values are the file's", { timeout: 120_000 }, async () => {
    await pressTabTo(page, 'assemble');
    await page.keyboard.press('Enter');
    await pressTabTo(page, 'mosaic');
    await page.keyboard.press('Enter');
    const mosaic = await datasetOf('assemble', 'mosaic');
    await page.waitForURL(`**/datasets/${mosaic}`);
    await page.getByRole('heading', { name: /assemble\.mosaic/ }).waitFor();
    const { path } = (await demo.client.item(mosaic, { t: 3 })) as { path: string };
    const image = await readImage(path);
    const [x, y] = [700, 500];
    await page.goto(`${origin()}/datasets/${mosaic}/view?place=t=3&view=${x}.5,${y}.5,8`);
    const picture = page.getByTestId('picture');
    await picture.waitFor();
    await page.getByTestId('readout').waitFor();
    // By the pointer, and by the keyboard.
    const box = (await picture.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2 - 30, box.y + box.height / 2);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const value = String(image.data[y * image.width + x]);
    await expect.poll(() => page.getByTestId('value').textContent(), { timeout: 15_000 }).toBe(value);
    await pressTabTo(page, 'image');
    await page.keyboard.press('v');
    await expect
      .poll(() => page.getByTestId('said').textContent(), { timeout: 15_000 })
      .toContain(`value ${value}`);
    expect.soft(await judgePage(page), 'the viewer').toEqual([]);
  });

  it('shows a row for each cell, give or take one in fifty', { timeout: 90_000 }, async () => {
    const truth = JSON.parse(await readFile(join(place.folder, 'truth.json'), 'utf8')) as Truth;
    const tables = await datasetOf('features', 'table');
    for (let t = 1; t <= protocol.timePoints; t++) {
      await page.goto(`${origin()}/datasets/${tables}/table?place=t=${t}`);
      const said = await page.getByText(/^\d+ of \d+ rows/).textContent();
      const rows = Number(/ of (\d+) rows/.exec(said ?? '')?.[1]);
      const cells = truth.cells.filter((cell) => cell.t === t).length;
      expect(Math.abs(rows - cells)).toBeLessThanOrEqual(0.02 * cells);
    }
    expect.soft(await judgePage(page), 'the table').toEqual([]);
  });

  it('is as clean in the dark', { timeout: 120_000 }, async () => {
    const [mosaic, tables] = [await datasetOf('assemble', 'mosaic'), await datasetOf('features', 'table')];
    const dark = await openDark('/');
    for (const [path, ready] of [
      ['/', 'h1'],
      ['/runs/1', '[data-testid=heat-map]'],
      ['/runs/1?color=pictures', '[data-testid=heat-map]'],
      [`/datasets/${mosaic}`, 'h1'],
      [`/datasets/${mosaic}/view?place=t=1`, '[data-testid=readout]'],
      [`/datasets/${tables}/table?place=t=1`, '[role=grid]'],
    ] as const) {
      await dark.goto(origin() + path);
      await dark.locator(ready).first().waitFor();
      expect.soft(await judgePage(dark), path).toEqual([]);
    }
    expect(await dark.evaluate('document.documentElement.dataset.mantineColorScheme')).toBe('dark');
  });

  it('has met no fault in its scripts, nor broken its policy', () => {
    expect(browser.faults).toEqual([]);
  });
});
