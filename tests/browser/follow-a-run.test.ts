/** A person watches runs in a real browser: signing in, counts and squares that change, a task and its log. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import type { Page } from 'playwright-core';
import { openLaboratory, type Laboratory } from './laboratory.ts';
import { hasChromium, testBrowser } from './open-browser.ts';
import { pressTabTo } from './press-tab-to.ts';

describe.skipIf(!hasChromium)('the pages in a browser', () => {
  const database = testDatabase();
  const browser = testBrowser();
  let lab: Laboratory;

  beforeAll(async () => {
    lab = await openLaboratory(database);
  }, 120_000);
  afterAll(() => lab.close());

  /** A page of somebody who has signed in. */
  async function signIn(options?: Parameters<typeof browser.openPage>[0]): Promise<Page> {
    const page = await browser.openPage(options);
    await page.goto(await lab.client.signInAddress());
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    return page;
  }

  const map = (page: Page) => page.getByTestId('heat-map').first();

  /** Waits until the map's description, which counts its squares, fits. */
  async function waitForMap(page: Page, fits: RegExp): Promise<void> {
    await page.locator('[data-testid=heat-map]').first().waitFor();
    const deadline = Date.now() + 20_000;
    for (;;) {
      const label = (await map(page).getAttribute('aria-label')) ?? '';
      if (fits.test(label)) return;
      if (Date.now() > deadline) throw new Error(`The map says "${label}".`);
      await page.waitForTimeout(50);
    }
  }

  it('tell who is not signed in how to get in', async () => {
    const page = await browser.openPage();
    await page.goto(`${lab.url}/runs`);
    await page.getByText('npx gantry up').waitFor();
    await page.goto(`${lab.url}/sign-in/no-such-address`);
    await page.getByText('has been used before').waitFor();
  });

  it('say what belongs where there is nothing yet, with the command', async () => {
    const page = await signIn();
    await page.getByText('npx gantry run').waitFor();
    await page.getByRole('region', { name: 'Waiting for you' }).getByText('Nothing.').waitFor();
    await page.getByRole('meter', { name: 'Cores in use' }).waitFor();
    const storage = page.getByRole('region', { name: 'Storage' });
    await storage.getByText(/^[\d.]+ [kMGT]?B of [\d.]+ [kMGT]?B free$/).waitFor();
    await storage.getByText('Runs have made 0 items.').waitFor();
  });

  it(
    'show a run that begins, and its counts and squares as they change, without a reload',
    { timeout: 90_000 },
    async () => {
      const page = await signIn();
      const run = await lab.startRun({ name: 'watched', planes: 2, held: true });
      // It turns up by itself.
      await page.getByRole('link', { name: 'watched' }).first().click();
      await page.evaluate('window.notReloaded = true');
      // Of plane 1 all but the first and the seventh tile succeed; the first waits.
      await waitForMap(page, /^prepare, z 1: (?=.*\b10 succeeded)(?=.*\b1 running)(?=.*\b1 failed)/);
      await expect.poll(() => readColor(page, 3, 1)).toBe('failed');
      await expect.poll(() => readColor(page, 2, 1)).toBe('succeeded');
      // Both planes lie beside each other, until one is chosen.
      await page
        .getByRole('region', { name: 'z 2' })
        .getByLabel(/11 succeeded, 1 failed/)
        .waitFor();
      const planes = page.getByRole('radiogroup', { name: 'z', exact: true });
      await planes.getByRole('radio', { name: 'All' }).press('ArrowRight');
      await planes.getByRole('radio', { name: '1' }).press('ArrowRight');
      await waitForMap(page, /^prepare: (?=.*\b11 succeeded)(?=.*\b1 failed)(?!.*running)/);
      expect(new URL(page.url()).searchParams.get('at')).toBe('z=2');
      await planes.getByRole('radio', { name: '2' }).press('ArrowLeft');
      await waitForMap(page, /1 running/);
      await lab.openGate();
      await waitForMap(page, /^prepare: (?=.*\b11 succeeded)(?=.*\b1 failed)(?!.*running)/);
      await lab.waitForEnd(run);
      await page.getByRole('main').getByText('failed', { exact: true }).first().waitFor();
      expect(await page.evaluate('window.notReloaded')).toBe(true);
    },
  );

  /** What lies at a square of a map of 3 by 4, by its colour. */
  async function readColor(page: Page, column: number, row: number): Promise<string> {
    const pixel = (await page.evaluate(
      `(() => {
        const canvas = document.querySelector('[data-testid=heat-map]');
        const ratio = canvas.width / canvas.clientWidth;
        // Squares of 44 pixels around the middle; a third of one aside of its sign.
        const x = canvas.clientWidth / 2 + (${column} - 2 + 0.2) * 44;
        const y = canvas.clientHeight / 2 + (${row} - 1.5 + 0.5) * 44;
        return [...canvas.getContext('2d').getImageData(Math.round(x * ratio), Math.round(y * ratio), 1, 1).data];
      })()`,
    )) as number[];
    const colors: Record<string, string> = { '213,94,0': 'failed', '0,158,115': 'succeeded' };
    const color = pixel.slice(0, 3).join();
    return colors[color] ?? color;
  }

  it(
    'show a task: why, its words as they come, its command, what it reads and has made',
    { timeout: 90_000 },
    async () => {
      await lab.closeGate();
      const run = await lab.startRun({ name: 'talkative', planes: 1, rows: 1, columns: 2, held: true });
      const page = await signIn();
      await page.goto(`${lab.url}/runs/${run}?tab=tasks`);
      await page.getByRole('row', { name: /running/ }).click();
      expect(page.url()).toMatch(/\/runs\/\d+\/tasks\/\d+\?tab=tasks/);
      const log = page.getByRole('log');
      await log.getByText('reading plane 1 tile 0').waitFor();
      await log.getByText('waiting, line 5', { exact: true }).waitFor();
      await log.getByText('waiting, line 25', { exact: true }).waitFor();
      await page.getByLabel('Command').getByText('main.mjs').waitFor();
      await page.getByLabel('Items of tile').getByText('tile_z1_0.txt').waitFor();
      await lab.openGate();
      await log.getByText('done', { exact: true }).waitFor();
      const find = page.getByRole('textbox', { name: /^Find in the log/ });
      await find.fill('LINE 2');
      const count = page.getByRole('search').getByText(/^\d+ of \d+$/);
      await count.waitFor();
      const [at, all] = /(\d+) of (\d+)/
        .exec((await count.textContent()) ?? '')!
        .slice(1)
        .map(Number);
      expect(at).toBe(all);
      // Lines 2 and 20 to 25, at the least.
      expect(all).toBeGreaterThanOrEqual(7);
      expect(await log.locator('mark').last().textContent()).toBe('line 2');
      await find.press('Shift+Enter');
      await page
        .getByRole('search')
        .getByText(`${all! - 1} of ${all}`)
        .waitFor();
      expect(new URL(page.url()).searchParams.get('find')).toContain('LINE 2');
      await find.fill('nothing of the kind');
      await page.getByText('nowhere').waitFor();
      await find.press('Escape');
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Download tile_z1_0-ready.txt' }).click();
      expect((await download).suggestedFilename()).toBe('tile_z1_0-ready.txt');
      await page.keyboard.press('Escape');
      await page.getByRole('complementary').waitFor({ state: 'detached' });
    },
  );

  it('take HTML in names and in words of tools as text', { timeout: 60_000 }, async () => {
    const name = '<img src=x onerror="window.hacked=1">';
    const run = await lab.startRun({ name, planes: 1, rows: 2, columns: 4 });
    await lab.waitForEnd(run);
    const page = await signIn();
    await page.getByText(name).first().waitFor();
    await page.goto(`${lab.url}/runs/${run}?tab=tasks&state=failed`);
    await page.getByRole('heading', { name }).waitFor();
    await page.getByRole('row', { name: /failed/ }).click();
    await page.getByRole('log').getByText('<b onclick=').waitFor();
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await page.locator('img[src=x], [role=log] b').count()).toBe(0);
  });

  it('try again and cancel where one looks, and ask before', { timeout: 90_000 }, async () => {
    await lab.closeGate();
    const run = await lab.startRun({ name: 'stopped', planes: 1, held: true });
    const page = await signIn();
    await page.goto(`${lab.url}/runs/${run}`);
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('will not be finished').waitFor();
    await dialog.getByRole('button', { name: 'Leave it' }).click();
    expect((await lab.client.run(run)).state).toBe('active');
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    await dialog.getByRole('button', { name: 'Cancel the run' }).click();
    await page.getByRole('main').getByText('cancelled', { exact: true }).first().waitFor();
    await lab.openGate();
    await page.getByRole('button', { name: /^Retry \d/ }).click();
    await dialog.getByRole('button', { name: /^Retry \d/ }).click();
    await lab.waitForEnd(run);
    await page.getByRole('main').getByText('failed', { exact: true }).first().waitFor();
    expect((await lab.client.run(run)).tasks).toMatchObject({ succeeded: 11, failed: 1 });
  });

  it('are held back and go on, whole or a stage of them', { timeout: 90_000 }, async () => {
    const page = await signIn();
    await lab.closeGate();
    const run = await lab.startRun({ name: 'held back', planes: 1, held: true });
    await page.goto(`${lab.url}/runs/${run}`);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByText('paused', { exact: true }).first().waitFor();
    expect((await lab.client.run(run)).state).toBe('paused');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    expect((await lab.client.run(run)).state).toBe('active');
    // By the keyboard, in the graph.
    await page.getByRole('button', { name: 'Pause prepare' }).press('Enter');
    const goOn = page.getByRole('button', { name: 'Have prepare go on' });
    await goOn.waitFor();
    expect((await lab.client.run(run)).stages).toContainEqual(
      expect.objectContaining({ name: 'prepare', paused: true }),
    );
    await goOn.press('Enter');
    await page.getByRole('button', { name: 'Pause prepare' }).waitFor();
    await lab.openGate();
    await lab.waitForEnd(run);
  });

  it('say that the connection is lost, and go on by themselves', { timeout: 90_000 }, async () => {
    const page = await signIn();
    await page.getByText('Live', { exact: true }).waitFor();
    await lab.stopServer();
    await page.getByText('The connection to the server is lost.').waitFor();
    await lab.startServer();
    await page.getByText('Live', { exact: true }).waitFor();
    await lab.startRun({ name: 'after the pause', planes: 1, rows: 1, columns: 1 });
    await page.getByRole('link', { name: 'after the pause' }).first().waitFor();
  });

  it('do as well in a browser without shared workers', { timeout: 60_000 }, async () => {
    const page = await browser.openPage();
    await page.addInitScript('delete window.SharedWorker');
    await page.goto(await lab.client.signInAddress());
    await page.getByText('Live', { exact: true }).waitFor();
    await lab.startRun({ name: 'without workers', planes: 1, rows: 1, columns: 1 });
    await page.getByRole('link', { name: 'without workers' }).first().waitFor();
  });

  it('lead to a task and its log by the keyboard alone', { timeout: 90_000 }, async () => {
    const run = await lab.startRun({ name: 'by keyboard', planes: 1 });
    await lab.waitForEnd(run);
    const page = await signIn();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.type('by keyboard');
    // Its datasets are found, too; the run comes first.
    await page.getByRole('option', { name: /^\d+ by keyboard/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'by keyboard' }).waitFor();
    await waitForMap(page, /11 succeeded/);
    await pressTabTo(page, 'map of the lattice');
    // Tile 7 lies in the second row, last column.
    for (const key of ['ArrowRight', 'ArrowDown', 'ArrowRight', 'ArrowRight', 'ArrowRight'])
      await page.keyboard.press(key);
    await page.getByText('row 2, col 4: failed').waitFor({ state: 'attached' });
    await page.keyboard.press('Enter');
    await page.getByRole('log').getByText('no light').waitFor();
    await pressTabTo(page, 'Log');
  });

  it('have met no fault in their scripts, nor broken their policy', () => {
    expect(browser.faults).toEqual([]);
  });
});
