/** A person sees what has failed, reads why, tries it again from there, and is told of what happens. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import type { Page } from 'playwright-core';
import { judgePage, measureOverflow } from './judge-page.ts';
import { openLaboratory, type Laboratory } from './laboratory.ts';
import { hasChromium, testBrowser } from './open-browser.ts';

describe.skipIf(!hasChromium)('failures', () => {
  const database = testDatabase();
  const browser = testBrowser();
  let lab: Laboratory;

  beforeAll(async () => {
    lab = await openLaboratory(database);
  }, 120_000);
  afterAll(async () => {
    await lab.openGate();
    await lab.close();
  });

  async function signIn(options?: Parameters<typeof browser.openPage>[0]): Promise<Page> {
    const page = await browser.openPage(options);
    await page.goto(await lab.client.signInAddress());
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    return page;
  }

  const groups = (page: Page) => page.getByRole('article');
  const news = (page: Page) => page.getByRole('status', { name: 'News' });

  /** Presses Tab until the focus is on what bears a name that fits. */
  async function tabTo(page: Page, name: RegExp): Promise<void> {
    for (let presses = 0; presses < 80; presses++) {
      await page.keyboard.press('Tab');
      const found = (await page.evaluate(
        `(() => { const { ariaLabel, textContent } = document.activeElement; return ariaLabel ?? textContent ?? ''; })()`,
      )) as string;
      if (name.test(found)) return;
    }
    throw new Error(`80 presses of Tab do not lead to ${String(name)}.`);
  }

  it('are none at first, and the page says what belongs there', async () => {
    const page = await signIn();
    await page.getByRole('link', { name: 'Failures', exact: true }).click();
    await page.getByText('Nothing has failed.').waitFor();
    await page.getByText('npx gantry failures').waitFor();
  });

  it(
    'come up by themselves, grouped by cause with the end of a log, counted in the navigation and on the home page',
    { timeout: 90_000 },
    async () => {
      const page = await signIn();
      await page.goto(`${lab.url}/failures`);
      const run = await lab.startRun({ name: 'evening', planes: 3 });
      await lab.waitForEnd(run);
      const group = groups(page).filter({ hasText: 'prepare@1.0.0 ended with exit code 3 on' });
      await group.waitFor();
      await group.getByText('3 tasks', { exact: true }).waitFor();
      // Each plane's join, and the bind of all, wait for them.
      await group.getByRole('link', { name: '4 tasks wait for these' }).waitFor();
      await group.getByRole('log').getByText('no light').waitFor();
      expect(await group.getByText('failed', { exact: true }).count()).toBeGreaterThan(0);
      await page.getByRole('link', { name: 'Failures, 3 tasks' }).waitFor();
      await page.getByRole('link', { name: 'Home' }).click();
      await page.getByRole('link', { name: /3 failed tasks in 1 run/ }).click();
      await group.waitFor();
    },
  );

  it('are grouped otherwise and filtered by the address, which can be sent to somebody', async () => {
    const page = await signIn();
    await page.goto(`${lab.url}/failures`);
    await page.getByText('Host', { exact: true }).click();
    await page.waitForURL(/by=host/);
    await groups(page).first().waitFor();
    await page.getByText('Stage', { exact: true }).click();
    await groups(page).getByRole('heading', { name: 'prepare of prepare-and-join' }).waitFor();
    await page.getByLabel('When', { exact: true }).first().click();
    await page.getByRole('option', { name: 'in the last hour' }).click();
    await page.waitForURL(/by=stage.*since=1h|since=1h.*by=stage/);
    const other = await signIn();
    await other.goto(page.url());
    await groups(other).getByRole('heading', { name: 'prepare of prepare-and-join' }).waitFor();
    await other.goto(`${lab.url}/failures?outcome=lost`);
    await other.getByText('Nothing like that has failed').waitFor();
    await other.getByRole('button', { name: 'Not only lost' }).click();
    await groups(other).first().waitFor();
  });

  it(
    'are tried again one by one and as a selection, and keep what is ticked in the address',
    { timeout: 60_000 },
    async () => {
      const page = await signIn();
      await page.goto(`${lab.url}/failures`);
      await page.getByRole('button', { name: 'All 3 tasks', exact: true }).click();
      await page.getByRole('checkbox', { name: /^Task \d+, prepare, z 1/ }).check();
      await page.getByRole('checkbox', { name: /^Task \d+, prepare, z 2/ }).check();
      await page.waitForURL(/ticked=/);
      await page.reload();
      const selection = page.getByRole('region', { name: 'Ticked tasks' });
      await selection.getByText('2 tasks ticked').waitFor();
      const before = await lab.client.failedTasks();
      await selection.getByRole('button', { name: 'Retry them' }).click();
      await news(page).getByText('2 tasks tried again').waitFor();
      await selection.waitFor({ state: 'detached' });
      // There is still no light: they fail again, under other attempts.
      await expect
        .poll(async () => {
          const now = await lab.client.failedTasks();
          return now.tasks.filter(({ attempt }) => !before.tasks.some((one) => one.attempt === attempt))
            .length;
        })
        .toBe(2);
      await page
        .getByRole('button', { name: /^Retry task \d+/ })
        .first()
        .click();
      await news(page).getByText('1 task tried again').waitFor();
    },
  );

  it(
    'that are mended go, with their group, and a notification tells how the run ended',
    { timeout: 90_000 },
    async () => {
      const page = await signIn();
      await page.goto(`${lab.url}/failures`);
      await groups(page).first().waitFor();
      await lab.mendTools();
      await page.getByRole('button', { name: 'Retry 3 tasks' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('Runs that have ended').waitFor();
      await dialog.getByRole('button', { name: 'Copy as command' }).waitFor();
      await dialog.getByRole('button', { name: 'Copy as API call' }).waitFor();
      await dialog.getByRole('button', { name: 'Retry 3 tasks' }).click();
      await groups(page).first().waitFor({ state: 'detached' });
      await page.getByText('Nothing has failed.').waitFor();
      await news(page)
        .getByRole('link', { name: /evening\) has succeeded/ })
        .waitFor();
      await page.getByRole('link', { name: 'Failures', exact: true }).waitFor();
      await lab.breakTools();
    },
  );

  it('and their notifications are there for a browser that comes later, until they are read', async () => {
    const page = await signIn();
    await page.getByRole('button', { name: /^Notifications, \d+ unread/ }).click();
    const panel = page.getByRole('region', { name: 'Notifications' });
    await panel.getByRole('link', { name: /Unread:.*evening\) has succeeded/ }).waitFor();
    await panel.getByRole('button', { name: 'Mark all as read' }).click();
    await page.getByRole('button', { name: 'Notifications', exact: true }).waitFor();
    const other = await signIn();
    await other.getByRole('button', { name: 'Notifications', exact: true }).click();
    const entry = other
      .getByRole('region', { name: 'Notifications' })
      .getByRole('link', { name: /has succeeded/ });
    await entry.first().click();
    await other.waitForURL(/\/runs\/\d+$/);
  });

  it('that are new do not push away what is looked at', { timeout: 60_000 }, async () => {
    const run = await lab.startRun({ name: 'first', planes: 1 });
    await lab.waitForEnd(run);
    const page = await signIn();
    await page.goto(`${lab.url}/failures?by=stage`);
    await groups(page).getByRole('heading', { name: 'prepare of prepare-and-join' }).waitFor();
    const other = await lab.startRun({ name: 'second', planes: 1, pipeline: 'prepare-only' });
    await lab.waitForEnd(other);
    await page.getByRole('button', { name: '1 new stage: show' }).waitFor();
    expect(await groups(page).count()).toBe(1);
    await page.getByRole('button', { name: '1 new stage: show' }).click();
    await groups(page).getByRole('heading', { name: 'prepare of prepare-only' }).waitFor();
    expect(await groups(page).getByRole('heading').first().textContent()).toContain('prepare-only');
  });

  it('are read and tried again by the keyboard alone', { timeout: 60_000 }, async () => {
    const page = await signIn();
    await tabTo(page, /^Failures, 2 tasks$/);
    await page.keyboard.press('Enter');
    await groups(page).first().waitFor();
    await page.getByRole('log').first().waitFor();
    await tabTo(page, /^Retry 2 tasks$/);
    await tabTo(page, /^End of the log of task/);
    await tabTo(page, /^All 2 tasks$/);
    await page.keyboard.press('Enter');
    await page.getByRole('checkbox', { name: /^Task/ }).first().waitFor();
    await tabTo(page, /^Retry task \d+$/);
    await page.keyboard.press('Enter');
    await news(page).getByText('1 task tried again').waitFor();
    await page.goto(`${lab.url}/`);
    await tabTo(page, /^Notifications/);
    await page.keyboard.press('Enter');
    const panel = page.getByRole('region', { name: 'Notifications' });
    await panel.waitFor();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.ariaLabel')).toMatch(/^Notifications/);
  });

  it(
    'of agents are told on the page of agents, with what these can take and run',
    { timeout: 60_000 },
    async () => {
      await lab.closeGate();
      const run = await lab.startRun({ name: 'held', planes: 1, rows: 1, columns: 1, held: true });
      const page = await signIn();
      await page.getByRole('link', { name: 'Agents' }).click();
      const row = page.getByRole('row', { name: /bench-2/ });
      await row.getByText('connected').waitFor();
      await row.getByRole('link', { name: /prepare · z 1, row 1, col 1/ }).waitFor();
      // The agent says so with its next heartbeat, and the page asks every two seconds.
      await expect
        .poll(() => row.getByRole('meter', { name: 'Cores' }).getAttribute('aria-valuetext'), {
          timeout: 10_000,
        })
        .toMatch(/^0.25 of/);
      await row.getByRole('link', { name: '2 failures' }).click();
      await page.waitForURL(/agent=bench-2/);
      await groups(page).first().waitFor();
      await lab.openGate();
      await lab.waitForEnd(run);
    },
  );

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`have nothing that axe-core finds, in ${colorScheme}`, { timeout: 120_000 }, async () => {
      const page = await signIn({ colorScheme, reducedMotion: 'reduce' });
      await page.goto(`${lab.url}/failures?outcome=lost`);
      await page.getByText('Nothing like that has failed').waitFor();
      expect.soft(await judgePage(page), 'nothing').toEqual([]);
      for (const by of ['cause', 'stage', 'agent', 'host']) {
        await page.goto(`${lab.url}/failures?by=${by}`);
        await page.getByRole('log').first().waitFor();
        expect.soft(await judgePage(page), by).toEqual([]);
      }
      await page.goto(`${lab.url}/failures`);
      await page.getByRole('button', { name: /^All \d+ tasks$/ }).click();
      await page.getByRole('checkbox', { name: /^Task/ }).first().check();
      expect.soft(await judgePage(page), 'ticked').toEqual([]);
      await page
        .getByRole('button', { name: /^Retry \d+ tasks$/ })
        .first()
        .click();
      await page.getByRole('dialog').waitFor();
      expect.soft(await judgePage(page), 'a question').toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: /^Notifications/ }).click();
      await page.getByRole('region', { name: 'Notifications' }).getByRole('link').first().waitFor();
      expect.soft(await judgePage(page), 'notifications').toEqual([]);
      await page.keyboard.press('Escape');
      const run = await lab.startRun({ name: 'news', planes: 1, rows: 1, columns: 1 });
      await lab.waitForEnd(run);
      await news(page).getByRole('link').first().waitFor();
      expect.soft(await judgePage(page), 'news').toEqual([]);
      await page.goto(`${lab.url}/agents`);
      await page.getByRole('meter').first().waitFor();
      expect.soft(await judgePage(page), 'agents').toEqual([]);
    });
  }

  it('fit their width, on a desk and on a tablet', { timeout: 60_000 }, async () => {
    for (const width of [1280, 820]) {
      const page = await signIn({ viewport: { width, height: 900 } });
      for (const [path, ready] of [
        ['/failures', '[role=log]'],
        ['/failures?by=agent', '[role=log]'],
        ['/agents', '[role=meter]'],
      ] as const) {
        await page.goto(lab.url + path);
        await page.locator(ready).first().waitFor();
        expect(await measureOverflow(page), `${path} at ${width}`).toBe(0);
      }
    }
  });

  it('have met no fault in the scripts of their pages, nor broken their policy', () => {
    expect(browser.faults).toEqual([]);
  });
});
