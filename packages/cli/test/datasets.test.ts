/** `gantry datasets` as people and programs meet it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DatasetSummary, ItemDetail } from '@gantry/model';
import { copyWords, gantry, makeCopyProject, startGantry, type Ended } from './gantry-process.ts';

describe('gantry datasets', () => {
  it('lists, shows, saves, closes and seals what runs have read and made', { timeout: 120_000 }, async () => {
    const folder = await makeCopyProject(2, 0);
    // One server for all: otherwise every command starts one.
    startGantry(['up', '--data-dir', 'data', '--port', '0'], { folder });
    const datasets = (...words: string[]): Promise<Ended> =>
      gantry(['datasets', ...words, '--data-dir', 'data'], { folder });
    expect((await gantry(copyWords, { folder })).code).toBe(0);

    const all = JSON.parse((await datasets('--json')).stdout) as DatasetSummary[];
    expect(all.map(({ name, items, state }) => [name, items, state])).toEqual([
      ['copies second.copy', 2, 'closed'],
      ['copies first.copy', 2, 'closed'],
      ['items', 2, 'closed'],
    ]);
    const [second, first, source] = all.map(({ id }) => String(id));
    expect((await datasets('--text', 'first')).stdout).toContain('run 1, first');
    expect((await datasets('--type', 'picture')).stderr).toContain('Types are image');

    const shown = await datasets('show', first!);
    expect(shown.stdout).toContain('read by run 1 (second)');
    expect(shown.stdout).toMatch(/p 1 +p01\.out +7 B +revision 1/);
    const item = await datasets('show', second!, '--place', 'p=2', '--json');
    expect(JSON.parse(item.stdout) as ItemDetail).toMatchObject({
      madeBy: {
        stage: 'second',
        params: { wait: 0 },
        inputs: [{ from: 'first.copy', dataset: Number(first) }],
      },
    });
    expect((await datasets('show', second!, '--place', 'p=9')).code).toBe(2);
    expect((await datasets('show', second!, '--place', 'nine')).stderr).toContain('Write it as row=1,col=2');

    expect((await datasets('save', second!, 'saved.txt', '--place', 'p=2')).code).toBe(0);
    expect(await readFile(join(folder, 'saved.txt'), 'utf8')).toBe('item 2\n');
    const again = await datasets('save', first!, 'saved.txt', '--place', 'p=1');
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('is there already')]);
    expect(await readFile(join(folder, 'saved.txt'), 'utf8')).toBe('item 2\n');

    const refused = await datasets('close', source!);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('It is closed already.')]);
    const asked = await datasets('seal', source!);
    expect(asked.stdout).toContain('A seal is not broken again.');
    expect(asked.stderr).toContain(`gantry datasets seal ${source} --yes`);
    const sealed = await datasets('seal', source!, '--yes');
    expect(sealed.stdout).toMatch(/fingerprint [0-9a-f]{64}/);
  });
});
