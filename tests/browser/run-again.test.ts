/** A person has tasks run again: one, some, or all that a filter shows; and sees what no agent has room for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import type { Page } from 'playwright-core';
import { judgePage, measureOverflow } from './judge-page.ts';
import { openLaboratory, type Laboratory } from './laboratory.ts';
import { hasChromium, testBrowser } from './open-browser.ts';

describe.skipIf(!hasChromium)('tasks', () => {
  const database = testDatabase();
  const browser = testBrowser();
  let lab: Laboratory;

  beforeAll(async () => {
    lab = await openLaboratory(database);
    await lab.mendTools();
  }, 120_000);
  afterAll(async () => {
    await lab.close();
  });

  async function signIn(options?: Parameters<typeof browser.openPage>[0]): Promise<Page> {
    const page = await browser.openPage(options);
    await page.goto(await lab.client.signInAddress());
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    return page;
  }

  /** How many attempts the tasks of each stage have had. */
  async function attemptsOf(run: number): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { id, stage } of await lab.client.tasks(run, { limit: 1000 }))
      counts[stage] = (counts[stage] ?? 0) + (await lab.client.task(id)).attempts.length;
    return counts;
  }

  it(
    'are run again as they are ticked, or all that is shown, after their number was told',
    { timeout: 90_000 },
    async () => {
      const run = await lab.startRun({ name: 'once more', planes: 2 });
      await lab.waitForEnd(run);
      const page = await signIn({ reducedMotion: 'reduce' });
      await page.goto(`${lab.url}/runs/${run}?tab=tasks&stage=prepare`);
      await page.getByRole('checkbox', { name: /^Task \d+, prepare, z 1.* row 1.* col 1/ }).check();
      await page.getByRole('checkbox', { name: /^Task \d+, prepare, z 1.* row 1.* col 2/ }).check();
      await page.waitForURL(/ticked=/);
      await page.reload();
      await page.getByText('2 ticked').waitFor();
      await page.getByRole('button', { name: 'Run 2 again…' }).click();
      const dialog = page.getByRole('dialog');
      await dialog
        .getByText('2 tasks are done again; of the 2 tasks below, those whose inputs change.')
        .waitFor();
      expect(await judgePage(page)).toEqual([]);
      await dialog.getByRole('checkbox', { name: /^Everything below/ }).check();
      await dialog.getByText('2 tasks are done again, and the 2 tasks below.').waitFor();
      await dialog.getByRole('checkbox', { name: /^Everything below/ }).uncheck();
      await dialog.getByRole('button', { name: 'Run 2 tasks again' }).click();
      await page.getByRole('status', { name: 'News' }).getByText('2 tasks run again').waitFor();
      await page.getByText('2 ticked').waitFor({ state: 'detached' });
      await lab.waitForEnd(run);
      // What they made is equal, so that nothing below was done again.
      expect(await attemptsOf(run)).toEqual({ prepare: 26, join: 2, bind: 1 });

      await page.goto(`${lab.url}/runs/${run}?tab=tasks&stage=join&state=succeeded`);
      await page.getByRole('button', { name: 'Run all shown again…' }).click();
      await dialog.getByRole('checkbox', { name: /^Everything below/ }).check();
      await dialog.getByRole('button', { name: 'Run 3 tasks again' }).click();
      await dialog.waitFor({ state: 'detached' });
      await lab.waitForEnd(run);
      expect(await attemptsOf(run)).toEqual({ prepare: 26, join: 4, bind: 2 });

      await page.goto(`${lab.url}/runs/${run}?tab=tasks&state=waiting`);
      expect(await page.getByRole('button', { name: 'Run all shown again…' }).isDisabled()).toBe(true);
    },
  );

  it('that no agent has room for are told of on the page of their run', { timeout: 60_000 }, async () => {
    const before = await lab.startRun({ name: 'before', planes: 1, rows: 1, columns: 1 });
    await lab.waitForEnd(before);
    const { sources } = await lab.client.run(before);
    const tools = lab.toolFolder;
    const run = await lab.client.createRun({
      name: 'far too large',
      pipeline: {
        file: 'pipeline.yaml',
        text: `gantry: pipeline/v1
name: large
sources: { tiles: { type: file, axes: [z, row, col] } }
stages: { prepare: { tool: prepare@1, inputs: { tile: tiles }, params: { gate: '' }, resources: { memory: 64TiB } } }
`,
      },
      tools: [tools],
      sources: { tiles: sources[0]?.dataset ?? 0 },
    });
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await signIn({ colorScheme, reducedMotion: 'reduce' });
      await page.goto(`${lab.url}/runs/${run}?tab=tasks`);
      const banner = page.getByRole('status', { name: 'No agent has room' });
      await banner
        .getByText(/1 task of prepare waits: no agent has room for 0.25 cores and 64TiB of memory/)
        .waitFor();
      await banner.getByText(/the largest, bench-2, has/).waitFor();
      expect(await judgePage(page)).toEqual([]);
      expect(await measureOverflow(page)).toBe(0);
      await page.getByRole('row', { name: /ready/ }).click();
      await page.getByText(/No agent has room for it: it asks for/).waitFor();
    }
    await lab.client.cancelRun(run);
  });
});
