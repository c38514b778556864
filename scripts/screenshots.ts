/**
 * `npm run screenshots`: takes a picture of every page of the demo, in light and dark, into `screenshots/`, for looking
 * at; and those that README and docs show into `docs/pictures/`, small. The demo is one of its own, so that they are
 * the same whoever takes them.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { chromiumPath, hasChromium, launchChromium } from './chromium.ts';
import { makeDemoPlace, waitFor, type StartedDemo } from './demo/demo-apart.ts';
import { repositoryRoot } from './repository.ts';

interface Shot {
  /** The name of the file. */
  readonly name: string;
  readonly path: string;
  /** What must be there before the picture is taken. */
  readonly ready: string;
  /** Of the window, pixels; the usual one if absent. */
  readonly height?: number;
  /** True for those that README or docs show: in light. */
  readonly kept?: true;
}

const folder = join(repositoryRoot, 'screenshots');
const kept = join(repositoryRoot, 'docs', 'pictures');
/** Seconds of the acquisition: long enough to be met in its middle. */
const seconds = 40;
/** How long pictures within a page may take, until none is loading any more. */
const settleMs = 1_500;
const viewport = { width: 1280, height: 860 };
/** Its name is seen on the pages. */
const home = '/tmp/gantry-demo';
const schemes = ['light', 'dark'] as const;

const map = '[data-testid=heat-map]';

/** While tiles come. */
const duringIt: readonly Shot[] = [
  { name: 'home-at-work', path: '/', ready: 'article' },
  { name: 'run-at-work', path: '/runs/1?color=pictures', ready: map, kept: true, height: 960 },
];

async function afterIt(demo: StartedDemo): Promise<Shot[]> {
  const { stages } = await demo.client.graph(1);
  const made = (stage: string, output: string): number =>
    stages.find(({ name }) => name === stage)!.outputs.find(({ name }) => name === output)!.dataset!;
  const [mosaic, labels, table] = [
    made('assemble', 'mosaic'),
    made('label', 'labels'),
    made('features', 'table'),
  ];
  const [stitching] = await demo.client.tasks(1, { stage: 'stitch' });
  return [
    { name: 'home', path: '/', ready: 'article' },
    { name: 'runs', path: '/runs', ready: 'table' },
    { name: 'new-run', path: '/runs/new', ready: 'h1' },
    { name: 'run', path: '/runs/1', ready: map },
    { name: 'run-durations', path: '/runs/1?color=duration', ready: map },
    { name: 'run-mosaics', path: '/runs/1?stage=assemble&color=pictures', ready: map },
    { name: 'run-all-stages', path: '/runs/1?maps=all', ready: map },
    { name: 'tasks', path: '/runs/1?tab=tasks', ready: '[role=row] >> nth=3' },
    { name: 'task', path: `/runs/1/tasks/${stitching!.id}`, ready: '[role=log]' },
    { name: 'datasets', path: '/datasets', ready: '[role=row] >> nth=3' },
    { name: 'dataset', path: `/datasets/${mosaic}`, ready: 'h1' },
    { name: 'item', path: `/datasets/${mosaic}?place=t%3D1`, ready: 'aside' },
    {
      ...{ name: 'viewer', ready: '[data-testid=readout]', kept: true },
      path: `/datasets/${mosaic}/view?place=t%3D1&view=1180,960,1.4&over=${labels}`,
    },
    {
      ...{ name: 'table', ready: '[role=grid]', kept: true },
      path: `/datasets/${table}/table?place=t%3D1&column=area&x=area&y=mean`,
    },
    { name: 'failures', path: '/failures', ready: 'h1' },
    { name: 'agents', path: '/agents', ready: 'h1' },
  ];
}

async function takeAll(demo: StartedDemo, shots: readonly Shot[]): Promise<void> {
  const browser = await launchChromium();
  try {
    for (const colorScheme of schemes) {
      const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
      const page = await context.newPage();
      await page.goto(await demo.client.signInAddress());
      for (const shot of shots) {
        await page.setViewportSize({ ...viewport, height: shot.height ?? viewport.height });
        await page.goto(new URL(shot.path, demo.address).href);
        const png = await take(page, shot);
        await writeFile(join(folder, `${shot.name}-${colorScheme}.png`), png);
        if (shot.kept === true && colorScheme === 'light') {
          const small = await sharp(png).webp({ quality: 82, effort: 6 }).toBuffer();
          await writeFile(join(kept, `${shot.name}.webp`), small);
        }
      }
      await context.close();
    }
  } finally {
    await browser.close();
  }
}

async function take(page: Page, { name, ready }: Shot): Promise<Buffer> {
  await page.locator(ready).first().waitFor();
  await page.waitForLoadState('networkidle', { timeout: settleMs }).catch(() => {
    // The stream of live events never ends.
  });
  await page.waitForTimeout(settleMs);
  console.log(`${name}, ${page.url()}`);
  return page.screenshot();
}

if (!hasChromium) {
  console.error(`There is no ${chromiumPath}; Debian has it as chromium.`);
  process.exit(3);
}
await rm(folder, { recursive: true, force: true });
for (const one of [folder, kept]) await mkdir(one, { recursive: true });
const place = await makeDemoPlace(home);
try {
  const demo = await place.start(seconds);
  try {
    await waitFor('the first mosaic', 120, async () => {
      const outputs = await demo.client.outputs(1);
      return outputs.some(({ output, items }) => output === 'mosaic' && items.length > 0) ? true : undefined;
    });
    await takeAll(demo, duringIt);
    await waitFor('the end of the run', 300, async () =>
      (await demo.client.run(1)).state === 'active' ? undefined : true,
    );
    await takeAll(demo, await afterIt(demo));
  } finally {
    await demo.stop();
  }
} finally {
  await place.remove();
}
