/**
 * From an event in the server to a pixel that has changed on the page: an agent reports that a task has succeeded,
 * and its square on the heat map of a page in Chromium turns green. Timed from the moment in which the report is
 * sent, by the machine's clock; a square's colour is looked at in every frame.
 */
import { existsSync } from 'node:fs';
import { chromium, type Page } from 'playwright-core';
import { startHeldRun } from './held-run.ts';
import type { ServerProcess } from '../server/server-process.ts';
import { summarize, type Times } from '../server/times.ts';

const chromiumPath = '/usr/bin/chromium';
export const hasChromium = existsSync(chromiumPath);

const patienceMs = 10_000;

/**
 * Looks at the map in every frame, and notes when it has more of the colour of what has succeeded. It looks at every
 * eighth pixel each way, which is several in a square: reading all of them would keep the page busy.
 */
const watchMap = `
  const canvas = document.querySelector('[data-testid=heat-map]');
  const small = new OffscreenCanvas(canvas.width / 8, canvas.height / 8);
  const context = small.getContext('2d', { willReadFrequently: true });
  context.imageSmoothingEnabled = false;
  const count = () => {
    context.clearRect(0, 0, small.width, small.height);
    context.drawImage(canvas, 0, 0, small.width, small.height);
    const { data } = context.getImageData(0, 0, small.width, small.height);
    let green = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at] === 0 && data[at + 1] === 158 && data[at + 2] === 115) green++;
    }
    return green;
  };
  let shown = count();
  window.changes = [];
  const look = () => {
    const green = count();
    if (green > shown) window.changes.push(Date.now());
    shown = green;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
`;

/** @param events at most 400; they come 0.1 to 0.9 s after the one before is seen */
export async function measureEventToPage(
  server: ServerProcess,
  folder: string,
  events: number,
): Promise<Times> {
  const held = await startHeldRun(server, folder, 20, 20);
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
    await page.goto(await held.client.signInAddress());
    await page.goto(`${server.url}/runs/${held.run}`);
    await page.locator('[data-testid=heat-map][aria-label*="400 running"]').waitFor();
    await page.evaluate(watchMap);
    const taken: number[] = [];
    while (taken.length < events) {
      await new Promise((wake) => setTimeout(wake, 100 + 800 * Math.random()));
      const began = Date.now();
      if (!(await held.endTask())) throw new Error('There are no tasks left.');
      taken.push((await changeOf(page, taken.length)) - began);
    }
    return summarize(taken);
  } finally {
    await browser.close();
    await held.close();
  }
}

/** When the map changed for the nth time, from 0. The page's policy forbids `waitForFunction`. */
async function changeOf(page: Page, nth: number): Promise<number> {
  const at = await page.evaluate(`new Promise((resolve) => {
    const end = Date.now() + ${patienceMs};
    const look = () => {
      if (window.changes.length > ${nth}) resolve(window.changes[${nth}]);
      else if (Date.now() > end) resolve(undefined);
      else requestAnimationFrame(look);
    };
    look();
  })`);
  if (typeof at !== 'number') throw new Error(`The page does not show event ${nth + 1}.`);
  return at;
}
