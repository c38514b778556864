/** The server is killed, with SIGKILL, while pages are open; and is started again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { gantryUp, type GantryUp } from './gantry-up.ts';
import { hasChromium, testBrowser } from './open-browser.ts';

describe.skipIf(!hasChromium)('pages whose server is killed', () => {
  const browser = testBrowser();
  let up: GantryUp;

  beforeAll(async () => {
    up = await gantryUp();
  }, 120_000);
  afterAll(() => up.close());

  const lost = (page: Page) => page.getByText('The connection to the server is lost.');

  it(
    'say so, and are right again by themselves: counts, heat map and an open log',
    { timeout: 180_000 },
    async () => {
      const run = await up.startRun({ name: 'survivor', planes: 1, held: true });
      const map = await browser.openPage();
      await map.goto(await up.client().signInAddress());
      await map.goto(`${up.url}/runs/${run}`);
      const squares = map.getByTestId('heat-map').first();
      const describes = (words: RegExp) =>
        expect.poll(() => squares.getAttribute('aria-label'), { timeout: 30_000 }).toMatch(words);
      await describes(/^prepare: (?=.*\b10 succeeded)(?=.*\b1 running)(?=.*\b1 failed)/);

      const [task] = await up.client().tasks(run, { state: 'running' });
      const log = await map.context().newPage();
      log.setDefaultTimeout(30_000);
      await log.goto(`${up.url}/runs/${run}/tasks/${task?.id}`);
      const words = log.getByRole('log');
      await words.getByText('waiting, line 5', { exact: true }).waitFor();
      for (const page of [map, log]) await page.evaluate('window.notReloaded = true');
      const attempts = (await up.client().task(task!.id)).attempts.length;

      await up.kill();
      await Promise.all([lost(map).waitFor(), lost(log).waitFor()]);
      // What was there is still to be seen.
      await describes(/10 succeeded/);
      await log.getByText(/\d+ lines · waiting for the server/).waitFor();
      await words
        .getByText(/^waiting, line \d+$/)
        .first()
        .waitFor();

      await up.start();
      await Promise.all([lost(map).waitFor({ state: 'detached' }), lost(log).waitFor({ state: 'detached' })]);
      await map.getByText('Live', { exact: true }).waitFor();
      // What ran was lost with its agent, and is tried again: the log follows the new attempt.
      await log.getByText(/^Log of attempt/).waitFor();
      await words.getByText('waiting, line 3', { exact: true }).waitFor();
      expect((await up.client().task(task!.id)).attempts.length).toBeGreaterThan(attempts);
      expect(await log.getByRole('alert').count()).toBe(0);

      await up.openGate();
      await words.getByText('done', { exact: true }).waitFor();
      await describes(/^prepare: (?=.*\b11 succeeded)(?=.*\b1 failed)(?!.*running)/);
      await map.getByRole('main').getByText('failed', { exact: true }).first().waitFor();
      for (const page of [map, log]) expect(await page.evaluate('window.notReloaded')).toBe(true);
      expect(browser.faults).toEqual([]);
    },
  );

  it('go where one clicks meanwhile as soon as it is back', { timeout: 90_000 }, async () => {
    await up.openGate();
    await up.startRun({ name: 'not yet seen', planes: 1, rows: 1, columns: 1 });
    const page = await browser.openPage();
    await page.goto(await up.client().signInAddress());
    const link = page.getByRole('link', { name: 'not yet seen' }).first();
    await link.waitFor();
    await page.evaluate('window.notReloaded = true');
    await up.kill();
    // The page of a run has not been loaded yet, and cannot be now.
    await link.click();
    await lost(page).waitFor();
    expect(await page.evaluate('window.notReloaded')).toBe(true);
    await up.start();
    await page.getByRole('heading', { name: 'not yet seen' }).waitFor();
    await page.getByTestId('heat-map').first().waitFor();
    // With its styles, each of which can be read.
    const rules = await page.evaluate('[...document.styleSheets].map((sheet) => sheet.cssRules.length)');
    expect(rules).not.toContain(0);
    expect(await page.evaluate('window.notReloaded')).toBe(true);
  });
});
