import { it, beforeAll, afterAll } from 'vitest';
import { testDatabase } from '@gantry/database/testing';
import { testBrowser } from './open-browser.ts';
import { openLaboratory, type Laboratory } from './laboratory.ts';
const database = testDatabase();
const browser = testBrowser();
let lab: Laboratory;
beforeAll(async () => { lab = await openLaboratory(database); }, 60000);
afterAll(() => lab.close());
it('shoots', async () => {
  if (1) {} const page0 = await browser.openPage();
  await page0.goto(lab.url + '/'); await page0.getByText('npx gantry up').waitFor(); await page0.screenshot({ path: '/tmp/shots/signed-out-light.png' });
  {
    const page = await browser.openPage();
    await page.goto(await lab.client.signInAddress()); await page.getByText('Nothing has run').waitFor();
    await page.screenshot({ path: '/tmp/shots/home-empty-light.png' });
    await page.goto(lab.url+'/runs'); await page.waitForTimeout(500); await page.screenshot({ path: '/tmp/shots/runs-empty-light.png' });
  }
  const done = await lab.startRun({ name: 'kidney section, plate 12', planes: 1, rows: 2, columns: 3 });
  const failed = await lab.startRun({ name: 'brain slice 7 <i>left</i>', planes: 2, rows: 4, columns: 6 });
  const run = await lab.startRun({ name: 'zebrafish, 28 h', planes: 3, rows: 8, columns: 12, wait: 250, held: true });
  await new Promise((r) => setTimeout(r, 11000));
  for (const scheme of ['light', 'dark'] as const) {
    const page = await browser.openPage({ colorScheme: scheme });
    await page.goto(await lab.client.signInAddress());
    await page.waitForTimeout(1500);
    await page.screenshot({ path: `/tmp/shots/home-${scheme}.png` });
    await page.goto(`${lab.url}/runs`); await page.waitForTimeout(700);
    await page.screenshot({ path: `/tmp/shots/runs-${scheme}.png` });
    await page.goto(`${lab.url}/runs/${run}`); await page.waitForTimeout(1800);
    await page.screenshot({ path: `/tmp/shots/run-${scheme}.png` });
    await page.goto(`${lab.url}/runs/${run}?maps=all`); await page.waitForTimeout(1200);
    await page.screenshot({ path: `/tmp/shots/run-all-${scheme}.png` });
    await page.goto(`${lab.url}/runs/${failed}?tab=tasks&state=failed`); await page.waitForTimeout(1200);
    await page.screenshot({ path: `/tmp/shots/tasks-${scheme}.png` });
    const { id } = (await lab.client.tasks(failed, { state: 'failed' }))[0]!;
    await page.goto(`${lab.url}/runs/${failed}/tasks/${id}`); await page.waitForTimeout(1500);
    await page.screenshot({ path: `/tmp/shots/task-${scheme}.png` });
    const held = (await lab.client.tasks(run, { state: 'running' }))[0];
    if (held) { await page.goto(`${lab.url}/runs/${run}/tasks/${held.id}`); await page.waitForTimeout(1500);
    await page.screenshot({ path: `/tmp/shots/task-running-${scheme}.png` }); }
    await page.goto(`${lab.url}/runs/${run}?color=duration`); await page.waitForTimeout(1200);
    await page.keyboard.press('Control+k'); await page.waitForTimeout(600);
    await page.screenshot({ path: `/tmp/shots/search-${scheme}.png` });
  }
  console.log(browser.faults);
  await lab.openGate(); await lab.waitForEnd(run);
}, 120000);
