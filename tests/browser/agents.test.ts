/** The page of agents: adding a machine, saying what it takes, and sending it away. */
import { testDatabase } from '@gantry/database/testing';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildWeb } from '../../scripts/build-web.ts';
import { openHostLaboratory, waitFor, type HostLaboratory, type LabAgent } from '../hosts/host-laboratory.ts';
import { judgePage, measureOverflow } from './judge-page.ts';
import { hasChromium, testBrowser } from './open-browser.ts';

const database = testDatabase();
const browser = testBrowser();

describe.skipIf(!hasChromium)('the page of agents', () => {
  let lab: HostLaboratory;
  let agent: LabAgent;

  beforeAll(async () => {
    buildWeb();
    lab = await openHostLaboratory(database.pool);
    agent = await lab.startAgent('scope', {
      invitation: { labels: { scanner: 'b' }, pool: 'night' },
      args: ['--storage', 'transfer', '--gpu', '2'],
    });
    await waitFor(async () => agent.said().includes('joined') || undefined);
    await waitFor(async () => ((await lab.agent('scope')).machine.length > 0 ? true : undefined));
  }, 60_000);
  afterAll(() => lab.close());

  async function open(options: BrowserContextOptions = {}): Promise<Page> {
    const page = await browser.openPage(options);
    await page.goto(await lab.client.signInAddress());
    await page.goto(`${lab.server.url}/agents`);
    await page.getByRole('meter').first().waitFor();
    return page;
  }

  it('tells what a machine does, what it has, and how files come to it', { timeout: 60_000 }, async () => {
    const page = await open();
    const row = page.getByRole('row', { name: /scope/ });
    await row.getByText('files travel').waitFor();
    await row.getByText('scanner=b').waitFor();
    await row.getByText('pool night').waitFor();
    await row.getByText('2 graphics processors').waitFor();
    await row.getByRole('img', { name: /^CPU: \d+ %$/ }).waitFor();
  });

  it(
    'gives a token that lets one machine join, and takes an invitation back',
    { timeout: 60_000 },
    async () => {
      const page = await open();
      await page.getByRole('button', { name: 'Add a machine' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name').fill('second');
      await dialog.getByLabel('Pool').fill('not a pool');
      await dialog.getByText('must have at most 63 letters').waitFor();
      expect(await dialog.getByRole('button', { name: 'Make the token' }).isDisabled()).toBe(true);
      await dialog.getByLabel('Pool').fill('day');
      await dialog.getByLabel('Labels').fill('room=2, lens=x');
      await dialog.getByRole('button', { name: 'Make the token' }).click();
      const token = (await dialog.getByText(/^gantry-agent\./).textContent()) ?? '';
      await dialog.getByRole('button', { name: 'Done', exact: true }).click();
      const list = page.getByRole('region', { name: 'Open invitations' });
      await list.getByText('second').waitFor();

      const second = await lab.startAgent('second', { token });
      await page
        .getByRole('row', { name: /second.*room=2/ })
        .getByText('connected')
        .waitFor();
      await list.waitFor({ state: 'detached' });
      expect(await lab.agent('second')).toMatchObject({ pool: 'day', labels: { room: '2', lens: 'x' } });
      await second.stop();

      await lab.client.inviteAgent({ name: 'third' });
      await list.getByRole('button', { name: 'Withdraw the invitation of third' }).click();
      await list.waitFor({ state: 'detached' });
      expect(await lab.client.invitations()).toEqual([]);
    },
  );

  it('sets what an agent takes while it runs, and takes its right away', { timeout: 60_000 }, async () => {
    const page = await open();
    const row = page.getByRole('row', { name: /scope/ });
    await row.getByRole('button', { name: 'What can be done with scope' }).click();
    await page.getByRole('menuitem', { name: /^Set what it takes/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Tasks at a time').fill('1.5');
    await dialog.getByText('A whole number.').waitFor();
    await dialog.getByLabel('Tasks at a time').fill('7');
    await dialog.getByLabel('Memory, GiB').fill('3.5');
    await dialog.getByLabel('Labels').fill('scanner=c');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await row.getByText('7 tasks at a time').waitFor();
    await row.getByText('scanner=c').waitFor();
    expect(await lab.agent('scope')).toMatchObject({
      set: { slots: 7, memory: 3.5 * 2 ** 30 },
      pool: 'night',
    });
    await waitFor(async () => agent.said().includes('takes 7 tasks') || undefined);

    await row.getByRole('button', { name: 'What can be done with scope' }).click();
    await page.getByRole('menuitem', { name: /^Revoke/ }).click();
    await page.getByRole('button', { name: 'Revoke it' }).click();
    await row.getByText('revoked').waitFor();
    expect(await agent.ended).not.toBe(0);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has nothing that axe-core finds, in ${colorScheme}`, { timeout: 120_000 }, async () => {
      await lab.client.inviteAgent({ name: `open ${colorScheme}`, labels: { a: 'b' } });
      const page = await open({ colorScheme, reducedMotion: 'reduce' });
      await page.getByRole('region', { name: 'Open invitations' }).waitFor();
      expect.soft(await judgePage(page), 'the page').toEqual([]);
      await page.getByRole('button', { name: 'Add a machine' }).click();
      expect.soft(await judgePage(page), 'inviting').toEqual([]);
      await page.getByRole('button', { name: 'Make the token' }).click();
      await page.getByText('It asks for this token').waitFor();
      expect.soft(await judgePage(page), 'the token').toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'What can be done with scope' }).click();
      await page.getByRole('menuitem', { name: /^Set what it takes/ }).click();
      await page.getByRole('dialog').waitFor();
      expect.soft(await judgePage(page), 'what it takes').toEqual([]);
    });
  }

  it('fits its width, on a desk and on a tablet', { timeout: 60_000 }, async () => {
    for (const width of [1280, 820]) {
      const page = await open({ viewport: { width, height: 900 } });
      expect(await measureOverflow(page), String(width)).toBe(0);
    }
  });

  it('has met no fault in the scripts of its pages, nor broken their policy', () => {
    expect(browser.faults).toEqual([]);
  });
});
