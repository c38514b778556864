/** An agent that is killed, and one whose tasks are cancelled: nothing that they had started goes on. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testDatabase } from '@gantry/database/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHostLaboratory, waitFor, type HostLaboratory } from '../hosts/host-laboratory.ts';

const database = testDatabase();
let lab: HostLaboratory;

beforeAll(async () => {
  lab = await openHostLaboratory(database.pool);
});
afterAll(() => lab.close());

const stages = '  hold: { tool: hold@1, inputs: { file: source } }\n';

async function startHeld(
  name: string,
): Promise<{ run: number; gates: string; pids: () => Promise<number[]> }> {
  const gates = join(lab.folder, `gates-${name}`);
  await mkdir(gates);
  const { folder } = await lab.makeFiles(2, 10_000);
  const run = await lab.startRun(stages, folder, { gates });
  const pids = async (): Promise<number[]> => {
    const texts = await Promise.all(
      (await readdir(gates))
        .filter((file) => file.startsWith('held-'))
        .map((file) => readFile(join(gates, file), 'utf8')),
    );
    return texts.filter((text) => text !== '').map(Number);
  };
  await waitFor(async () => ((await pids()).length === 2 ? true : undefined));
  return { run, gates, pids };
}

const lives = (pid: number): boolean => {
  try {
    // A zombie has ended.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

function below(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  const children = existsSync(file) ? readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number) : [];
  return [...children, ...children.flatMap(below)];
}

describe.runIf(process.platform === 'linux')(
  'an agent that is killed, with all that would end its tasks',
  () => {
    it('is followed by one that ends them, and runs them again', { timeout: 90_000 }, async () => {
      const agent = await lab.startAgent('victim');
      const { run, gates, pids } = await startHeld('victim');
      const tools = await pids();
      const pid = agent.child.pid ?? 0;
      // Nobody is to be left who knows of the tools.
      for (const one of [...below(pid).filter((each) => !tools.includes(each)), pid])
        process.kill(one, 'SIGKILL');
      await agent.ended;
      expect(tools.every(lives)).toBe(true);

      const next = await lab.startAgent('victim', { token: '' });
      await waitFor(async () => (tools.some(lives) ? undefined : true));
      expect(next.said()).toContain('processes of an agent that was killed');
      await waitFor(async () => ((await pids()).length === 4 ? true : undefined));
      const attempts = await readdir(join(next.folder, 'store', String(run), 'hold', '0'));
      expect(attempts).toHaveLength(2);
      await writeFile(join(gates, 'open'), '');
      const detail = await lab.waitForEnd(run);
      expect(detail.tasks, next.said()).toEqual({ succeeded: 2 });
      await next.stop();
    });
  },
);

describe.runIf(process.platform === 'linux')('a run that is cancelled', () => {
  it('has no process left after ten seconds, however little it listens', { timeout: 60_000 }, async () => {
    const agent = await lab.startAgent('listener');
    const { run, pids } = await startHeld('listener');
    const tools = await pids();
    const began = performance.now();
    await lab.client.cancelRun(run);
    await waitFor(async () => (tools.some(lives) ? undefined : true));
    expect(performance.now() - began).toBeLessThan(10_000);
    await waitFor(async () => ((await lab.client.run(run)).tasks.cancelled === 2 ? true : undefined));
    expect(await agent.stop()).toBe(0);
  });
});
