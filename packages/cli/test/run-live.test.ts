import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { copyWords, gantry, makeCopyProject, startGantry } from './gantry-process.ts';

it('takes files that come while it runs, until a file says that all are there', async () => {
  const folder = await makeCopyProject(2, 0);
  const running = startGantry([...copyWords, '--live', '--marker', 'done', '--json'], { folder });
  await running.waitFor('has begun');
  await writeFile(join(folder, 'items', 'p03.txt.part'), 'item 3\n');
  await rename(join(folder, 'items', 'p03.txt.part'), join(folder, 'items', 'p03.txt'));
  await writeFile(join(folder, 'items', 'done'), '');
  const { code, stdout } = await running.ended;
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ state: 'succeeded', tasks: { succeeded: 6 } });
}, 60_000);

it.each([
  ['a sign of the end without --live', ['--marker', 'done'], 'Add --live'],
  ['a time that is none', ['--live', '--quiet', '0'], 'above 0'],
])('refuses %s', async (_, words, text) => {
  const folder = await makeCopyProject(1, 0);
  const { code, stderr } = await gantry([...copyWords, ...words], { folder });
  expect(code).toBe(2);
  expect(stderr).toContain(text);
});
