/**
 * Many open pages, as the server sees them: each has read what a run's page shows, and holds a stream of live events.
 */
import { Agent, get } from 'node:http';
import { userApiPath } from '@gantry/model';
import { startHeldRun } from './held-run.ts';
import { ownerToken, type ServerProcess } from '../server/server-process.ts';
import { round } from '../server/times.ts';

interface Load {
  /** Percent of one core. */
  readonly server: number;
  readonly database: number;
  readonly seconds: number;
}

export interface OpenPages {
  readonly pages: number;
  /** While nothing happens in the run. */
  readonly idle: Load;
  /** While two of its tasks end per second, and every page reads the map anew each time. */
  readonly busy: Load;
  /** Bytes that each page was told while it was busy, on average. */
  readonly toldBytes: number;
}

const settleMs = 3000;

export async function measureOpenPages(
  server: ServerProcess,
  folder: string,
  { pages, seconds }: { pages: number; seconds: number },
): Promise<OpenPages | undefined> {
  const held = await startHeldRun(server, folder, 20, 20);
  const api = `${server.url}${userApiPath}`;
  const headers = { authorization: `Bearer ${ownerToken}` };
  // A browser has six connections of its own for each of these.
  const agent = new Agent({ keepAlive: true, maxSockets: 6 * pages });
  const read = async (path: string): Promise<void> => {
    const response = await fetch(`${api}${path}`, { headers });
    if (!response.ok) throw new Error(`${path} is answered with ${response.status}.`);
    await response.arrayBuffer();
  };
  const map = `/runs/${held.run}/map?stage=hold&x=col&y=row`;
  let told = 0;
  let reading = 0;
  let follows = false;
  const failures: unknown[] = [];
  const streams = Array.from({ length: pages }, () => {
    const request = get(`${api}/events`, { headers, agent }, (response) => {
      if (response.statusCode !== 200) failures.push(new Error(`events: ${response.statusCode}`));
      response.setEncoding('utf8').on('data', (text: string) => {
        told += text.length;
        if (!follows || !text.includes('event: run')) return;
        reading += 1;
        read(`${map}&since=1`)
          .catch((error: unknown) => failures.push(error))
          .finally(() => (reading -= 1));
      });
    });
    // The end of a stream that is destroyed here is no failure.
    request.on('error', () => {});
    return request;
  });
  try {
    for (let page = 0; page < pages; page++) {
      await Promise.all(['', '/graph'].map((part) => read(`/runs/${held.run}${part}`)));
      await read(map);
    }
    const idle = await measureLoad(server, seconds, () => Promise.resolve());
    follows = true;
    const before = told;
    const busy = await measureLoad(server, seconds, async (over) => {
      while (!over()) {
        await held.endTask();
        await new Promise((wake) => setTimeout(wake, 500));
      }
      while (reading > 0) await new Promise((wake) => setTimeout(wake, 10));
    });
    if (failures.length > 0) throw new Error('A page was not answered.', { cause: failures[0] });
    if (idle === undefined || busy === undefined) return undefined;
    return { pages, idle, busy, toldBytes: Math.round((told - before) / pages) };
  } finally {
    for (const stream of streams) stream.destroy();
    agent.destroy();
    await held.close();
  }
}

async function measureLoad(
  server: ServerProcess,
  seconds: number,
  work: (over: () => boolean) => Promise<void>,
): Promise<Load | undefined> {
  await new Promise((wake) => setTimeout(wake, settleMs));
  const before = server.cpuSeconds();
  const began = performance.now();
  const over = (): boolean => performance.now() - began >= seconds * 1000;
  await Promise.all([work(over), new Promise((wake) => setTimeout(wake, seconds * 1000))]);
  const after = server.cpuSeconds();
  if (before === undefined || after === undefined) return undefined;
  const took = (performance.now() - began) / 1000;
  const percent = (used: number): number => round((100 * used) / took);
  return {
    server: percent(after.server - before.server),
    database: percent(after.database - before.database),
    seconds: round(took),
  };
}
