import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAgentFolder, type AgentFolder } from '../src/agent-folder.ts';
import { reconcile } from '../src/reconcile.ts';

let place: string;
let folder: AgentFolder;
const started: ChildProcess[] = [];

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'gantry-reconcile-'));
  folder = await openAgentFolder(join(place, 'agent'));
});
afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  await folder.release();
  await rm(place, { recursive: true, force: true });
});

/** A process as a runner with that marker starts it. */
async function start(
  marker: string,
): Promise<{ child: ChildProcess; ended: Promise<NodeJS.Signals | null> }> {
  const child = spawn('sleep', ['60'], {
    env: { GANTRY_AGENT: marker, GANTRY_ATTEMPT: '7' },
    detached: true,
  });
  started.push(child);
  const ended = new Promise<NodeJS.Signals | null>((resolve) =>
    child.once('exit', (_code, signal) => resolve(signal)),
  );
  await new Promise((resolve) => child.once('spawn', resolve));
  return { child, ended };
}

describe.runIf(process.platform === 'linux')('what should not be here', () => {
  it('is ended and removed; what the present session holds, and what is others’, stays', async () => {
    const marker = `${folder.marker}.${randomUUID()}`;
    const [old, own, others] = await Promise.all([
      start(`${folder.marker}.${randomUUID()}`),
      start(marker),
      start(randomUUID()),
    ]);
    const store = folder.storeFolder;
    for (const attempt of ['11', '12']) {
      await mkdir(join(store, '3', 'copy', '0', attempt), { recursive: true });
      await writeFile(join(store, '3', 'copy', '0', attempt, 'out'), 'bytes');
    }
    const said: string[] = [];
    const options = {
      folder,
      marker,
      store,
      held: () => new Set([12]),
      log: (line: string) => void said.push(line),
    };
    expect(await reconcile(options)).toEqual({ processes: 1, folders: 1 });
    expect(await old.ended).toBe('SIGKILL');
    expect([own.child.exitCode, own.child.signalCode, others.child.signalCode]).toEqual([null, null, null]);
    expect(await readdir(join(store, '3', 'copy', '0'))).toEqual(['12']);
    expect(said.join('\n')).toContain('nobody waits for any more');
    expect(await reconcile(options)).toEqual({ processes: 0, folders: 0 });
  });
});
