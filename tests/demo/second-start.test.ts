/** `npm start` where it cannot have all to itself: a second one in the same directory, and a port that is taken. */
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeDemoPlace, waitFor, type DemoPlace } from '../../scripts/demo/demo-apart.ts';

async function makePlace(): Promise<DemoPlace> {
  const place = await makeDemoPlace();
  onTestFinished(() => place.remove());
  return place;
}

it('a second start shares the server, the run and the microscope, and goes on when the first is killed', async () => {
  const place = await makePlace();
  const first = await place.start(600);
  const second = await place.start(600);
  expect(new URL(second.address).origin).toBe(new URL(first.address).origin);
  const opened = await fetch(second.address, { redirect: 'manual' });
  expect(opened.headers.get('set-cookie')).toContain('HttpOnly');
  expect(await first.client.runs()).toHaveLength(1);

  await first.kill();
  // Under another address, as the port is any free one; with the same run, and tiles go on to come.
  const tiles = async (): Promise<number> =>
    (await readdir(join(place.folder, 'tiles'))).filter((name) => !name.startsWith('.')).length;
  const before = await tiles();
  await waitFor('a tile of the second microscope', 60, async () =>
    (await tiles()) > before ? true : undefined,
  );
  const ended = await second.stop();
  expect(ended.code, ended.errors).toBe(0);
  const third = await place.start(600);
  const runs = await third.client.runs();
  expect(runs).toMatchObject([{ state: 'active' }]);
  expect((await third.stop()).code).toBe(0);
}, 180_000);

it('a port that another program has is named, with what to do', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const place = await makePlace();
  const words = await place.start(600, port).then(
    () => 'it started',
    (error: unknown) => String(error),
  );
  expect(words).toContain(`Port ${port} of 127.0.0.1 is in use.`);
  expect(words).toContain('set another one with --port or GANTRY_PORT');
}, 60_000);
