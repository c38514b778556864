/**
 * Somebody who has just installed Gantry stitches a folder of their own in a browser: by the keyboard alone, with the
 * example pipeline; and is told where and how, when something is wrong.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readImageHeader } from '@gantry/imaging';
import type { Page } from 'playwright-core';
import { LARGE_GRID } from '../../bench/specimen.ts';
import { writeSpecimen } from '../../bench/write-specimen.ts';
import { repositoryRoot } from '../../scripts/repository.ts';
import { gantryUp, type GantryUp } from './gantry-up.ts';
import { judgePage, measureOverflow } from './judge-page.ts';
import { hasChromium, testBrowser } from './open-browser.ts';

const realTiles = join(repositoryRoot, '..', 'shared', 'data', 'nist-tiles-4x4');
const hasRealTiles = existsSync(realTiles);
if (!hasRealTiles)
  console.warn(`SKIPPED: no real tiles, because ${realTiles} is not there; rendered ones instead.`);

const brokenPipeline = `gantry: pipeline/v1
name: mine
source: { type: image, axes: [row, col] }
stages:
  stitch: { tool: stich@1, over: all, inputs: { tiles: source } }
`;

describe.skipIf(!hasChromium)('a new run, from the browser', () => {
  const browser = testBrowser();
  let gantry: GantryUp;
  let folder: string;
  /** A folder of tiles that are all well, and copies of it that are not. */
  let tiles: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gantry-new-run-'));
    tiles = join(folder, 'my tiles');
    if (hasRealTiles) await cp(realTiles, tiles, { recursive: true });
    else await writeSpecimen(tiles, { ...LARGE_GRID, rows: 3, columns: 3, tileWidth: 512, tileHeight: 384 });
    gantry = await gantryUp();
  }, 180_000);
  afterAll(async () => {
    await gantry.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function signIn(options?: Parameters<typeof browser.openPage>[0]): Promise<Page> {
    const page = await browser.openPage(options);
    await page.goto(await gantry.client().signInAddress());
    await page.getByRole('heading', { name: 'Home' }).waitFor();
    return page;
  }

  /** The page with the example chosen. */
  async function openForm(options?: Parameters<typeof browser.openPage>[0]): Promise<Page> {
    const page = await signIn(options);
    await page.goto(`${gantry.url}/runs/new`);
    await page.getByRole('radio', { name: /Stitch and measure/ }).click();
    await page.getByLabel('Folder', { exact: true }).waitFor();
    return page;
  }

  async function chooseFolder(page: Page, path: string): Promise<void> {
    await page.getByLabel('Folder', { exact: true }).fill(path);
    await page.getByTestId('lattice-preview').waitFor();
  }

  async function copyTiles(name: string): Promise<{ path: string; images: string[] }> {
    const path = join(folder, name);
    await cp(tiles, path, { recursive: true });
    const images = (await readdir(path)).filter((file) => file.endsWith('.tif')).sort();
    return { path, images };
  }

  /** The id of what has the focus, or its label. */
  async function focused(page: Page): Promise<string> {
    return page.evaluate(
      `(() => { const one = document.activeElement; return one.id || one.ariaLabel || ''; })()`,
    );
  }

  /** Presses Tab until what has the focus bears that name. */
  async function tabTo(page: Page, name: RegExp): Promise<void> {
    for (let presses = 0; presses < 80; presses++) {
      const text = (await page.evaluate(
        `(() => { const one = document.activeElement; return [one.ariaLabel, one.labels?.[0]?.textContent, one.textContent].find((text) => text) ?? ''; })()`,
      )) as string;
      if (name.test(text)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`80 presses of Tab do not lead to ${String(name)}.`);
  }

  it('goes from nothing to the mosaic by the keyboard alone', { timeout: 240_000 }, async () => {
    const page = await signIn();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').waitFor();
    await page.keyboard.type('start a new run');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'New run' }).waitFor();
    await page.getByRole('radio', { name: /Stitch and measure/ }).waitFor();
    await tabTo(page, /^Stitch and measure/);
    await page.keyboard.press('Space');
    await page.getByLabel('Folder', { exact: true }).waitFor();

    await tabTo(page, /^Browse…$/);
    await page.keyboard.press('Enter');
    await page.getByRole('listbox').waitFor();
    await tabTo(page, /^Path of the folder$/);
    await page.keyboard.press('Control+a');
    await page.keyboard.type(folder);
    await page.keyboard.press('Enter');
    const list = page.getByRole('listbox', { name: new RegExp(`^${folder}: `) });
    await list.waitFor();
    await expect.poll(() => focused(page)).toContain(`${folder}: `);
    await page.keyboard.type('my t');
    await page.keyboard.press('Enter');
    const inner = page.getByRole('listbox', { name: new RegExp(`^${tiles}: `) });
    await inner.waitFor();
    await expect.poll(() => focused(page)).toContain(`${tiles}: `);
    await tabTo(page, /^Use this folder$/);
    await page.keyboard.press('Enter');

    await page.getByTestId('lattice-preview').waitFor();
    await expect.poll(() => page.getByLabel('File names').inputValue()).toMatch(/\{row:ddd\}.*\{col:ddd\}/);
    await page.getByText('No place of the grid lacks a file').waitFor();
    await tabTo(page, /^Name of the run$/);
    await page.keyboard.type('my first mosaic');
    await tabTo(page, /^Start the run$/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'my first mosaic' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/runs/1');

    await page
      .getByRole('main')
      .getByText('succeeded', { exact: true })
      .first()
      .waitFor({ timeout: 180_000 });
    const outputs = await gantry.client().outputs(1);
    const mosaic = outputs.find(({ stage, output }) => stage === 'assemble' && output === 'mosaic')?.items[0];
    const [first] = (await readdir(tiles)).filter((name) => name.endsWith('.tif'));
    const [whole, tile] = [
      await readImageHeader(mosaic?.path ?? ''),
      await readImageHeader(join(tiles, first ?? '')),
    ];
    expect(whole.width).toBeGreaterThan(2 * tile.width);
    expect(whole.height).toBeGreaterThan(2 * tile.height);
  });

  it(
    'keeps every choice through a reload, and offers another run with the same',
    { timeout: 120_000 },
    async () => {
      const page = await openForm();
      await chooseFolder(page, tiles);
      await page.getByRole('button', { name: /^label/ }).click();
      await page.getByLabel('minSize').fill('35');
      await page.getByLabel('Name of the run').fill('kept');
      await expect.poll(() => page.url()).toContain('kept');
      await page.reload();
      await page.getByTestId('lattice-preview').waitFor();
      expect(await page.getByLabel('Name of the run').inputValue()).toBe('kept');
      expect(await page.getByLabel('Folder', { exact: true }).inputValue()).toBe(tiles);
      // Closed stages show what was changed in them.
      await page.getByRole('button', { name: /^label.*minSize 35 px/ }).waitFor();
      await page.getByRole('button', { name: 'Start the run' }).click();
      await page.getByRole('heading', { name: 'kept' }).waitFor();
      const run = Number(/\d+$/.exec(new URL(page.url()).pathname)?.[0]);
      expect(await gantry.client().run(run)).toMatchObject({ name: 'kept' });

      await page.getByRole('link', { name: 'New run like this' }).click();
      await page.getByTestId('lattice-preview').waitFor();
      expect(await page.getByLabel('Name of the run').inputValue()).toBe('kept');
      await page.getByRole('button', { name: /^label.*minSize 35 px/ }).waitFor();
      expect(new URL(page.url()).searchParams.get('from')).toBeNull();
      await gantry.client().cancelRun(run);
    },
  );

  it('copies the command, which says the same', { timeout: 60_000 }, async () => {
    const page = await openForm({ permissions: ['clipboard-read', 'clipboard-write'] });
    await chooseFolder(page, tiles);
    await page.getByRole('button', { name: /^label/ }).click();
    await page.getByLabel('minSize').fill('9');
    await page.getByRole('button', { name: /^label.*minSize 9 px/ }).waitFor();
    const command = await page.getByRole('button', { name: 'Copy as command' }).getAttribute('title');
    const words = execFileSync(
      '/bin/sh',
      ['-c', `npx() { for word in "$@"; do printf '%s\\n' "$word"; done; }\n${command ?? ''}`],
      {
        encoding: 'utf8',
      },
    );
    expect(words.split('\n')).toEqual([
      ...['gantry', 'run', 'examples/stitch-and-measure/pipeline.yaml', '--input', tiles, '--pattern'],
      expect.stringContaining('{row:ddd}') as string,
      ...['--param', 'label.minSize=9', ''],
    ]);
    const call = await page.getByRole('button', { name: 'Copy as API call' }).getAttribute('title');
    expect(call).toContain(`${gantry.url}/api/v1/runs`);
  });

  it('says at each field what is wrong there, and what to do', { timeout: 120_000 }, async () => {
    const page = await openForm();
    // Nothing is chosen: the start leads to what is lacking.
    await page.getByRole('button', { name: 'Start the run' }).click();
    const path = page.getByLabel('Folder', { exact: true });
    await expect.poll(() => focused(page)).toBe('source-source-folder');
    expect(await path.getAttribute('aria-invalid')).toBe('true');

    await path.fill(join(folder, 'nowhere'));
    await page
      .getByText(`There is no folder ${join(folder, 'nowhere')}.`)
      .first()
      .waitFor();
    await path.fill('tiles');
    await page.getByText('not an absolute path').first().waitFor();
    const empty = join(folder, 'empty');
    await mkdir(empty, { recursive: true });
    await path.fill(empty);
    await page.getByText('has no files').first().waitFor();

    await chooseFolder(page, tiles);
    const names = page.getByLabel('File names');
    await names.fill('other_{row:d}_{col:d}.tif');
    await page
      .getByText(/fits none of the \d+ files/)
      .first()
      .waitFor();
    await names.fill('img_{row');
    await page.getByText('that is not closed').first().waitFor();
    await page.getByRole('button', { name: 'Use what was found' }).click();
    await page.getByText('No place of the grid lacks a file').waitFor();

    await page.getByRole('button', { name: /^label/ }).click();
    await page.getByLabel('minSize').fill('-3');
    await page.getByText('It must be at least 0.').waitFor();
  });

  it('names places that come twice, with their files', { timeout: 60_000 }, async () => {
    const { path, images } = await copyTiles('again');
    const [first = ''] = images;
    await cp(join(path, first), join(path, first.replace(/^[a-z]+/, 'copy')));
    const page = await openForm();
    await chooseFolder(page, path);
    const found = await page.getByLabel('File names').inputValue();
    await page.getByLabel('File names').fill(found.replace(/^[a-z]+/, '{_:c+}'));
    await page.getByText(/1 place has several files/).waitFor();
    await page
      .getByText(/2 files of .* are at the place row 1, col 1/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Start the run' }).click();
    await expect.poll(() => focused(page)).toBe('source-source-pattern');
  });

  it(
    'finds an image that was cut short before the run, and stops at it in the run',
    { timeout: 120_000 },
    async () => {
      const { path, images } = await copyTiles('cut');
      const [, second = ''] = images;
      const whole = (await stat(join(path, second))).size;
      await truncate(join(path, second), Math.floor(whole / 2));
      const page = await openForm();
      await chooseFolder(page, path);
      await page.getByText(/1 file cannot be read as an image/).waitFor();
      await page.getByText(new RegExp(`${second} is truncated`)).waitFor();
      await page.getByRole('button', { name: 'Start the run' }).click();
      const notice = page.getByRole('alert', { name: 'Reading source' });
      await notice.getByText(/is cut short/).waitFor();
      const run = Number(/\d+$/.exec(new URL(page.url()).pathname)?.[0]);
      expect((await gantry.client().run(run)).sources).toMatchObject([{ closed: false }]);
      // The first page says that somebody is waited for, and leads there.
      await page.goto(`${gantry.url}/`);
      await page
        .getByRole('region', { name: 'Waiting for you' })
        .getByRole('link', { name: '1 file of a folder cannot be read' })
        .click();
      await page.waitForURL(`**/runs/${run}`);
      await notice.getByRole('button', { name: 'Go on without it' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Go on without it' }).click();
      await page.getByText('1 file of source was left out').waitFor();
      expect((await gantry.client().run(run)).sources).toMatchObject([
        { closed: true, items: images.length - 1 },
      ]);
      await gantry.client().cancelRun(run);
    },
  );

  it('takes a pipeline of one’s own, and shows its faults at their lines', { timeout: 60_000 }, async () => {
    const page = await openForm();
    await page.getByRole('radio', { name: /A pipeline of your own/ }).click();
    await page.locator('#own-pipeline').fill(brokenPipeline);
    await page.getByText(/There is no tool/).waitFor();
    await page.getByText(/Did you mean/).waitFor();
    await page.getByRole('button', { name: 'line 5' }).click();
    const selected = await page.evaluate(
      `(() => { const one = document.activeElement; return one.value.slice(one.selectionStart, one.selectionEnd); })()`,
    );
    expect(selected).toContain('stich@1');
    await page.locator('#own-pipeline').fill(brokenPipeline.replace('stich@1', 'stitch@1'));
    await page.getByRole('region', { name: "The pipeline's stages" }).waitFor();
    await page.reload();
    expect(await page.locator('#own-pipeline').inputValue()).toContain('stitch@1');
  });

  it('follows a folder while images come', { timeout: 120_000 }, async () => {
    const { path, images } = await copyTiles('live');
    const last = images.at(-1) ?? '';
    const late = join(folder, last);
    await cp(join(path, last), late);
    await rm(join(path, last));
    const page = await openForm();
    await chooseFolder(page, path);
    await page.getByRole('radio', { name: /Also those that still come/ }).click();
    await page.getByLabel('A file that says so').fill('done.txt');
    await page.getByText('The command line takes folders of images that are there').waitFor();
    await expect.poll(() => page.url()).toContain('done.txt');
    await page.getByRole('button', { name: 'Start the run' }).click();
    await page
      .getByLabel('Watched folder of source')
      .getByText(`${images.length - 1} files taken`)
      .waitFor();
    await cp(late, join(path, last));
    await page.getByLabel('Watched folder of source').getByText(`${images.length} files taken`).waitFor();
    await writeFile(join(path, 'done.txt'), '');
    const run = Number(/\d+$/.exec(new URL(page.url()).pathname)?.[0]);
    await expect
      .poll(async () => (await gantry.client().run(run)).sources[0]?.closed, { timeout: 20_000 })
      .toBe(true);
    await gantry.client().cancelRun(run);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has nothing that axe-core finds, in ${colorScheme}`, { timeout: 120_000 }, async () => {
      const page = await openForm({ colorScheme, reducedMotion: 'reduce' });
      expect.soft(await judgePage(page), 'a pipeline chosen').toEqual([]);
      await page.getByRole('button', { name: 'Browse…' }).click();
      await page.getByRole('listbox').waitFor();
      await page.getByRole('button', { name: 'The whole machine' }).click();
      await page.getByRole('option').nth(3).waitFor();
      expect.soft(await judgePage(page), 'a folder is chosen').toEqual([]);
      await page.keyboard.press('Escape');
      await chooseFolder(page, tiles);
      await page.getByText('No place of the grid lacks a file').waitFor();
      await page.getByRole('button', { name: /^pyramid/ }).click();
      await page.getByLabel('tileSize').fill('3');
      await page.getByText('It must be at least 64.').waitFor();
      await page.getByRole('radio', { name: /Also those that still come/ }).click();
      await page.getByLabel('A file that says so').waitFor();
      expect.soft(await judgePage(page), 'a folder and a wrong parameter').toEqual([]);
      await page.getByLabel('File names').fill('nothing_{row:d}_{col:d}.tif');
      await page
        .getByText(/fits none/)
        .first()
        .waitFor();
      expect.soft(await judgePage(page), 'a pattern that fits nothing').toEqual([]);
      await page.getByText('A dataset', { exact: true }).click();
      await page.getByRole('radio', { name: 'my tiles' }).first().waitFor();
      expect.soft(await judgePage(page), 'datasets').toEqual([]);
      await page.getByRole('radio', { name: /A pipeline of your own/ }).click();
      await page.locator('#own-pipeline').fill(brokenPipeline);
      await page.getByText(/There is no tool/).waitFor();
      expect.soft(await judgePage(page), 'a pipeline with a fault').toEqual([]);
    });
  }

  it('fits its width, on a desk and on a tablet', { timeout: 60_000 }, async () => {
    for (const width of [1280, 820]) {
      const page = await openForm({ viewport: { width, height: 900 } });
      await chooseFolder(page, tiles);
      expect(await measureOverflow(page), `at ${width}`).toBe(0);
    }
  });

  it('has met no fault in its scripts, nor broken its policy', () => {
    expect(browser.faults).toEqual([]);
  });
});
