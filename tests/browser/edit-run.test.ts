/** A person edits the pipeline of a run in a real browser: sees what it comes to, makes it, and finds it among the revisions. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EditClient } from '@gantry/client';
import { testDatabase } from '@gantry/database/testing';
import type { Page } from 'playwright-core';
import { judgePage, measureOverflow } from './judge-page.ts';
import { openLaboratory, type Laboratory } from './laboratory.ts';
import { hasChromium, testBrowser } from './open-browser.ts';

describe.skipIf(!hasChromium)('editing a run in a browser', () => {
  const database = testDatabase();
  const browser = testBrowser();
  let lab: Laboratory;
  let run = 0;

  beforeAll(async () => {
    lab = await openLaboratory(database);
    run = await lab.startRun({ name: 'two planes', planes: 2, rows: 2, columns: 3 });
    await lab.waitForEnd(run);
  }, 120_000);
  afterAll(() => lab.close());

  async function signIn(options?: Parameters<typeof browser.openPage>[0]): Promise<Page> {
    const page = await browser.openPage(options);
    await page.goto(await lab.client.signInAddress());
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    return page;
  }

  /** A picture for people, where somebody wants one. */
  async function picture(page: Page, name: string): Promise<void> {
    const folder = process.env['GANTRY_TEST_PICTURES'];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  }

  const summary = (page: Page) => page.getByRole('complementary', { name: 'What it comes to' });

  it('says what a parameter would run again, and makes it', { timeout: 60_000 }, async () => {
    const page = await signIn();
    await page.goto(`${lab.url}/runs/${run}`);
    await page.getByRole('link', { name: 'Edit pipeline' }).click();
    await summary(page).getByText('Here it says what would be run again').waitFor();
    await picture(page, 'edit-empty');
    await page.getByRole('button', { name: /^prepare/ }).click();
    await page.getByLabel('wait').fill('1');
    await summary(page).getByText('prepare.wait 0 → 1').waitFor();
    await summary(page)
      .getByRole('row', { name: /prepare 12 tasks again/ })
      .waitFor();
    await summary(page)
      .getByRole('row', { name: /join 2 tasks if what they read changes/ })
      .waitFor();
    await picture(page, 'edit-param');
    // The address has it.
    await page.reload();
    await summary(page).getByText('prepare.wait 0 → 1').waitFor();
    await summary(page).getByLabel('What it is for').fill('to be sure');
    await summary(page).getByRole('button', { name: 'Make the edit, run 12 tasks' }).click();
    await page.getByText('Revision 2', { exact: true }).first().waitFor();
    await page.getByText('12 tasks redone').waitFor();
    await page.getByText('to be sure').waitFor();
    await lab.waitForEnd(run);
    await picture(page, 'revisions');
    expect(browser.faults).toEqual([]);
  });

  it('adds a stage and removes one, and names what is wrong where it is', { timeout: 60_000 }, async () => {
    const page = await signIn();
    await page.goto(`${lab.url}/runs/${run}/edit`);
    await page.getByRole('button', { name: 'Remove join' }).click();
    // What binds reads the tiles then, and there are several.
    await summary(page).getByText('join removed').waitFor();
    await summary(page).getByText('what 2 tasks made stays').waitFor();
    await page.getByRole('button', { name: 'Keep join' }).click();
    await page.getByRole('button', { name: 'Add a stage' }).click();
    await page.getByRole('combobox', { name: 'Tool' }).click();
    await page.getByRole('option', { name: /^Joins the tiles/ }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('again');
    await page.getByRole('combobox', { name: 'Reads as tiles' }).click();
    await page.getByRole('option', { name: 'prepare.ready' }).click();
    await summary(page)
      .getByRole('row', { name: /again 12 tasks more/ })
      .waitFor();
    await page.getByRole('combobox', { name: 'Walks' }).click();
    await page.getByRole('option', { name: 'all at once' }).click();
    await summary(page).getByText('again added').waitFor();
    await summary(page)
      .getByRole('row', { name: /again 1 task more/ })
      .waitFor();
    await picture(page, 'edit-add');
    await page.getByLabel('Run row').fill('1..1');
    await summary(page)
      .getByText(/tiles region row all → 1\.\.1/)
      .waitFor();
    await picture(page, 'edit-region');
    await summary(page)
      .getByRole('button', { name: /^Make the edit/ })
      .click();
    await page.getByText('Revision 3', { exact: true }).first().waitFor();
    const { stages } = await lab.client.run(run);
    expect(stages.map(({ name }) => name)).toEqual(['prepare', 'join', 'bind', 'again']);
    await lab.waitForEnd(run);
    expect(browser.faults).toEqual([]);
  });

  it('takes up what somebody else has edited meanwhile', { timeout: 60_000 }, async () => {
    const page = await signIn();
    await page.goto(`${lab.url}/runs/${run}/edit`);
    await page.getByRole('button', { name: /^prepare/ }).click();
    const base = (await lab.client.run(run)).revision;
    await new EditClient(lab.client).editRun(run, { base, params: { prepare: { wait: '3' } } });
    await expect.poll(() => page.getByLabel('wait').inputValue()).toBe('3');
    await page.getByLabel('wait').fill('4');
    await summary(page).getByText('prepare.wait 3 → 4').waitFor();
    await lab.waitForEnd(run);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has nothing that axe-core finds, in ${colorScheme}, and fits`, { timeout: 60_000 }, async () => {
      const page = await signIn({ colorScheme, reducedMotion: 'reduce' });
      const search = new URLSearchParams({
        remove: '["join"]',
        add: '{"more":{"tool":"join@1.0.0","over":"all","inputs":{"tiles":"prepare.ready"}}}',
        bounds: '{"tiles":{"region":{"row":"1..1"}}}',
        params: '{"prepare":{"wait":"x"}}',
      });
      await page.goto(`${lab.url}/runs/${run}/edit?${search.toString()}`);
      await summary(page).getByText('Still to mend').waitFor();
      await page.getByRole('combobox', { name: 'Reads as tiles' }).waitFor();
      await picture(page, `edit-wrong-${colorScheme}`);
      expect.soft(await judgePage(page)).toEqual([]);
      expect(await measureOverflow(page)).toBe(0);
      await page.goto(`${lab.url}/runs/${run}?tab=revisions`);
      await page.getByText('The run was started with it.').waitFor();
      await picture(page, `revisions-${colorScheme}`);
      expect.soft(await judgePage(page)).toEqual([]);
      expect(await measureOverflow(page)).toBe(0);
    });
  }
});
