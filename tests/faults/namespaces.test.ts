/**
 * Agents in network namespaces of their own: one is cut off in the middle of a run. It ends its tasks before the lease
 * does, others run them, and when it is back nobody hears of what it had done.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testDatabase } from '@gantry/database/testing';
import { agentApiPath } from '@gantry/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines, isPresent } from '../../scripts/engines.ts';
import { openHostLaboratory, waitFor, type HostLaboratory, type LabAgent } from '../hosts/host-laboratory.ts';
import { makeMachine, type Machine } from '../hosts/network-namespaces.ts';

const engine = engines.find(({ name }) => name === 'network namespaces');
const canCut = process.platform === 'linux' && engine !== undefined && isPresent(engine);
if (!canCut) process.stderr.write('SKIPPED: agents in network namespaces need root, and the command ip.\n');

const database = testDatabase();
const names = ['ada', 'bob', 'cyd'];
const files = 14;
let lab: HostLaboratory;
const machines: Machine[] = [];

describe.runIf(canCut)('an agent that is cut off', () => {
  beforeAll(async () => {
    lab = await openHostLaboratory(database.pool, '0.0.0.0');
    for (const index of names.keys()) machines.push(makeMachine(index));
  });
  afterAll(async () => {
    for (const machine of machines) machine.cable(true);
    await lab.close();
    for (const machine of machines) machine.remove();
  });

  it(
    'ends its tasks before its lease does; they move, and its late words are refused',
    { timeout: 90_000 },
    async () => {
      const began = performance.now();
      const { port } = new URL(lab.server.url);
      const agents: LabAgent[] = [];
      for (const [index, name] of names.entries()) {
        const { before, host } = machines[index]!;
        agents.push(await lab.startAgent(name, { before, server: `http://${host}:${port}` }));
      }
      for (const agent of agents) await waitFor(async () => agent.said().includes('joined') || undefined);
      const gates = join(lab.folder, 'gates');
      await mkdir(gates);
      await chmod(gates, 0o777);
      const { folder, checksums } = await lab.makeFiles(files, 200_000);
      const run = await lab.startRun('  hold: { tool: hold@1, inputs: { file: source } }\n', folder, {
        gates,
      });

      const held = (): Promise<{ n: number; attempt: number; pid: number }[]> => readHeld(gates);
      await waitFor(async () => ((await held()).length === 6 ? true : undefined));
      const { rows: ofBob } = await database.pool.query<{ attempt: number; session: number }>(
        `SELECT r.attempt::int, r.session FROM running r JOIN session s ON s.id = r.session JOIN agent g ON g.id = s.agent
         WHERE g.name = 'bob'`,
      );
      const bobs = (await held()).filter(({ attempt }) => ofBob.some((one) => one.attempt === attempt));
      expect(bobs).toHaveLength(2);
      const session = ofBob[0]?.session ?? 0;

      machines[1]!.cable(false);
      // One of them comes to its end while nobody can hear of it.
      await writeFile(join(gates, `open-${bobs[0]?.n}`), '');
      const alive = (): boolean => bobs.some(({ pid }) => existsSync(`/proc/${pid}`));
      await waitFor(async () => (alive() ? undefined : true));
      const { rows: lease } = await database.pool.query<{ ended: Date | null; left: number }>(
        'SELECT ended, extract(epoch FROM expires - now())::float8 AS left FROM session WHERE id = $1',
        [session],
      );
      expect(lease[0]?.ended).toBeNull();
      expect(lease[0]?.left).toBeGreaterThan(0);
      expect(await tasksOf(run, bobs)).toEqual(['running', 'running']);

      await waitFor(async () => ((await lab.agent('bob')).state === 'lost' ? true : undefined));
      await writeFile(join(gates, 'open'), '');
      const detail = await lab.waitForEnd(run);
      expect(detail.tasks).toEqual({ succeeded: files });

      machines[1]!.cable(true);
      await waitFor(async () => ((await lab.agent('bob')).state === 'alive' ? true : undefined));
      // What it would have told, told by its own words: by the session that is over.
      const { secret } = JSON.parse(await readFile(join(agents[1]!.folder, 'credential.json'), 'utf8')) as {
        secret: string;
      };
      const call = (method: string, path: string, body: string, type: string): Promise<Response> =>
        fetch(`http://127.0.0.1:${port}${agentApiPath}${path}`, {
          method,
          headers: { authorization: `Bearer ${secret}`, 'content-type': type },
          body,
        });
      const now = new Date().toISOString();
      const late = await call(
        'POST',
        '/reports',
        JSON.stringify({
          session: String(session),
          reports: [
            {
              ...{
                attempt: bobs[0]?.attempt,
                outcome: 'succeeded',
                startedAt: now,
                endedAt: now,
                outputs: [],
              },
              resources: { wallSeconds: 1 },
            },
          ],
        }),
        'application/json',
      );
      const refused = (await late.json()) as { refused?: number[]; code?: string };
      expect(refused.code ?? refused.refused).toSatisfy(
        (answer: unknown) => answer === 'unknown-session' || Array.isArray(answer),
      );
      if (refused.refused !== undefined) expect(refused.refused).toEqual([bobs[0]?.attempt]);
      const query = new URLSearchParams({ session: String(session), path: 'copy/x', offset: '0', size: '4' });
      const upload = await call(
        'PUT',
        `/attempts/${bobs[0]?.attempt}/outputs?${String(query)}`,
        'late',
        'application/octet-stream',
      );
      expect(await upload.json()).toMatchObject({ code: 'attempt-not-held' });

      // Every output once, with its bytes, and nothing else in the store.
      const items = (await lab.outputs(run)).flatMap((output) => output.items);
      expect(items.map(({ place }) => place['n']).sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual([
        ...checksums.keys(),
      ]);
      for (const { path, place } of items)
        expect(
          createHash('sha256')
            .update(await readFile(path))
            .digest('hex'),
        ).toBe(checksums[place['n'] ?? -1]);
      const { rows: ends } = await database.pool.query(
        `SELECT outcome::text, count(*)::int FROM attempt a JOIN stage s ON s.id = a.stage
         WHERE s.run = $1 AND outcome <> 'returned' GROUP BY 1 ORDER BY 1`,
        [run],
      );
      expect(ends).toContainEqual({ outcome: 'succeeded', count: files });
      const stored = (await readdir(lab.data.store, { recursive: true })).filter((name) =>
        name.endsWith('.bin'),
      );
      expect(stored.map((name) => join(lab.data.store, name)).sort()).toEqual(
        items.map(({ path }) => path).sort(),
      );
      expect((performance.now() - began) / 1000).toBeLessThan(60);
    },
  );
});

async function readHeld(gates: string): Promise<{ n: number; attempt: number; pid: number }[]> {
  const found: { n: number; attempt: number; pid: number }[] = [];
  for (const name of await readdir(gates)) {
    const [, n, attempt] = /^held-(\d+)-(\d+)$/.exec(name) ?? [];
    const pid = n === undefined ? 0 : Number(await readFile(join(gates, name), 'utf8'));
    if (pid > 0) found.push({ n: Number(n), attempt: Number(attempt), pid });
  }
  return found;
}

async function tasksOf(run: number, held: readonly { n: number }[]): Promise<string[]> {
  const tasks = await lab.client.tasks(run);
  return tasks.filter(({ place }) => held.some(({ n }) => n === place['n'])).map(({ state }) => state);
}
