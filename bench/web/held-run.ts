/**
 * A run whose tasks are all claimed, and end one by one when that is asked for: an agent without tools.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AgentClient, UserClient } from '@gantry/client';
import { agentToken, ownerToken, type ServerProcess } from '../server/server-process.ts';

export interface HeldRun {
  readonly run: number;
  readonly client: UserClient;
  /** Lets the next task succeed; false when all have. The server has it when this is fulfilled. */
  endTask(): Promise<boolean>;
  close(): Promise<void>;
}

const tool = `
gantry: tool/v1
name: hold
version: 1.0.0
command: ['true']
inputs: { tile: { type: file } }
outputs: { made: { type: file, path: made.txt } }
`;
const pipeline = `
gantry: pipeline/v1
name: held
sources: { tiles: { type: file, axes: [row, col] } }
stages:
  hold: { tool: hold@1, over: each, inputs: { tile: tiles } }
`;

/** How often the agent says that it is there, in ms. */
const heartbeatMs = 2000;

/** Starts a run of `rows` × `columns` tasks of one stage. */
export async function startHeldRun(
  { url }: ServerProcess,
  folder: string,
  rows: number,
  columns: number,
): Promise<HeldRun> {
  const tools = join(folder, 'tools');
  await mkdir(join(tools, 'hold'), { recursive: true });
  await writeFile(join(tools, 'hold', 'tool.yaml'), tool);
  const client = new UserClient({ server: url, token: ownerToken });
  const dataset = await client.createDataset({ name: 'tiles', type: 'file', axes: ['row', 'col'] });
  await client.admitItems(dataset, {
    items: Array.from({ length: rows * columns }, (_, index) => {
      const place = [Math.floor(index / columns) + 1, (index % columns) + 1];
      const name = `tile_${place.join('_')}.txt`;
      return { place, name, path: join(folder, name), size: 1, checksum: name };
    }),
  });
  await client.closeDataset(dataset);
  const run = await client.createRun({
    name: 'held',
    pipeline: { file: 'held.yaml', text: pipeline },
    tools: [tools],
    sources: { tiles: dataset },
  });

  const agent = new AgentClient({ server: url, token: agentToken });
  const { session } = await agent.join({
    ...{ name: 'bench', instance: `bench-${run}`, host: 'here', version: '1', labels: {} },
    capacity: { cpu: 1, memory: 2 ** 30, slots: rows * columns },
  });
  const { assignments } = await agent.claim({ session, limit: 1000, waitSeconds: 10 });
  if (assignments.length !== rows * columns)
    throw new Error(`${assignments.length} tasks were claimed, not ${rows * columns}.`);
  const held = assignments.map(({ attempt }) => attempt);
  let failure: unknown;
  const heartbeat = setInterval(() => {
    agent
      .heartbeat({ session, running: [...held], waiting: [], settled: false })
      .catch((error: unknown) => (failure ??= error));
  }, heartbeatMs);
  return {
    run,
    client,
    async endTask() {
      if (failure !== undefined) throw new Error('The session is lost.', { cause: failure });
      const attempt = held[0];
      if (attempt === undefined) return false;
      const name = `made-${attempt}.txt`;
      const now = new Date().toISOString();
      const { refused } = await agent.report({
        session,
        reports: [
          {
            ...{ attempt, outcome: 'succeeded', exitCode: 0, startedAt: now, endedAt: now },
            resources: { wallSeconds: 1 },
            outputs: [{ output: 'made', name, path: `bench/${attempt}/${name}`, size: 1, checksum: name }],
          },
        ],
      });
      if (refused.length > 0) throw new Error(`The report of attempt ${attempt} was refused.`);
      held.shift();
      return true;
    },
    async close() {
      clearInterval(heartbeat);
      await client.cancelRun(run);
      await agent.leave(session);
    },
  };
}
