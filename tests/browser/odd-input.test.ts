/** What tools, files and names may hold, as a page shows it: it stays whole, and nothing of it is obeyed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import type { Page } from 'playwright-core';
import { openLaboratory, type Laboratory } from './laboratory.ts';
import { hasChromium, testBrowser } from './open-browser.ts';

describe.skipIf(!hasChromium)('a page', () => {
  const database = testDatabase();
  const browser = testBrowser();
  let lab: Laboratory;

  beforeAll(async () => {
    lab = await openLaboratory(database);
  }, 120_000);
  afterAll(() => lab.close());

  async function openTask(run: number): Promise<Page> {
    const [task] = await lab.client.tasks(run, { stage: 'prepare' });
    const page = await browser.openPage();
    await page.goto(await lab.client.signInAddress());
    await page.goto(`${lab.url}/runs/${run}/tasks/${task?.id}`);
    return page;
  }

  it('shows the beginning of a line of a million characters, and what comes after it', async () => {
    const run = await lab.startRun({ name: 'loud', planes: 1, rows: 1, columns: 1, shout: 1_000_000 });
    await lab.waitForEnd(run);
    const page = await openTask(run);
    const log = page.getByRole('log');
    const [long, end] = [log.getByText(/^a{4000} … \(cut: the line is longer\)$/), log.getByText('done')];
    await Promise.all([long.waitFor(), end.waitFor()]);
    await page.getByText('3 lines').waitFor();
    const wide = await page.evaluate(
      '[document.documentElement, document.querySelector("[role=log]")].map((one) => one.scrollWidth - one.clientWidth)',
    );
    expect(wide).toEqual([0, 0]);
    // It answers at once, however long the line is.
    const began = Date.now();
    await page.getByRole('button', { name: 'Close the task' }).click();
    await log.waitFor({ state: 'detached' });
    expect(Date.now() - began).toBeLessThan(2_000);
  }, 60_000);

  it('takes HTML in the names of files as text', async () => {
    const prefix = '<img src=x onerror="window.hacked=1">&lt;b&gt;';
    const run = await lab.startRun({ name: 'odd names', planes: 1, rows: 1, columns: 1, prefix });
    await lab.waitForEnd(run);
    const page = await openTask(run);
    await page.getByLabel('Items of tile').getByText(`${prefix}_z1_0.txt`).waitFor();
    const made = page.getByRole('link', { name: `Download ${prefix}_z1_0-ready.txt` });
    const download = page.waitForEvent('download');
    await made.click();
    // The browser's own rules for names of files go over ours; the bytes are those of the file.
    expect((await download).suggestedFilename()).toMatch(/_z1_0-ready\.txt$/);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await page.locator('img[src=x]').count()).toBe(0);
  }, 60_000);

  it('has met no fault in its scripts, nor broken its policy', () => {
    expect(browser.faults).toEqual([]);
  });
});
