/**
 * Agents without tools, in a process of their own: they claim blocks of tasks over HTTP and report at once that they
 * have succeeded, until nobody wants them any more. Started by `startBusyAgents`.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { AgentClient } from '@gantry/client';
import type { Assignment, Report } from '@gantry/model';
import { agentToken } from '../server/server-process.ts';

export interface BusyAgents {
  /** How many reports the server has kept so far. */
  settled(): number;
  close(): Promise<void>;
}

/** How many tasks each claims and reports at a time. */
const block = 500;
const agents = 2;
const heartbeatMs = 2000;

export async function startBusyAgents(url: string): Promise<BusyAgents> {
  const child = fork(import.meta.filename, [url], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  let settled = 0;
  let ended = false;
  child.on('message', (message) => (settled = Number(message)));
  const exit = once(child, 'exit').then(() => (ended = true));
  await Promise.race([once(child, 'message'), exit]);
  return {
    settled() {
      if (ended) throw new Error('The agents have ended.');
      return settled;
    },
    async close() {
      if (child.connected) child.disconnect();
      await exit;
    },
  };
}

async function work(agent: AgentClient, name: string, done: (count: number) => void): Promise<void> {
  const { session } = await agent.join({
    ...{ name, instance: name, host: 'here', version: '1', labels: {} },
    capacity: { cpu: 1, memory: 2 ** 30, slots: block },
  });
  let running: number[] = [];
  const heartbeat = setInterval(() => {
    agent.heartbeat({ session, running, waiting: [], settled: false }).catch(fail);
  }, heartbeatMs);
  while (process.connected) {
    const { assignments } = await agent.claim({ session, limit: block, waitSeconds: 1 });
    running = assignments.map(({ attempt }) => attempt);
    if (assignments.length > 0) {
      const { refused } = await agent.report({ session, reports: assignments.map(reportOf) });
      if (refused.length > 0) throw new Error(`${refused.length} reports were refused.`);
    }
    done(assignments.length);
  }
  clearInterval(heartbeat);
  await agent.leave(session);
}

function reportOf({ attempt, run, stage }: Assignment): Report {
  const now = new Date().toISOString();
  const name = `made-${attempt}.tif`;
  return {
    ...{ attempt, outcome: 'succeeded', exitCode: 0, startedAt: now, endedAt: now },
    resources: { wallSeconds: 1.25, cpuSeconds: 1.125, maxRssBytes: 93_323_264 },
    outputs: [
      {
        output: 'made',
        name,
        path: `${run}/${stage}/${attempt % 1000}/${attempt}/made/${name}`,
        size: 8_388_608,
        checksum: `sha256:${attempt.toString(16).padStart(64, '0')}`,
      },
    ],
    log: { segment: 12, offset: attempt * 100, bytes: 64, omitted: 0 },
  };
}

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}

if (import.meta.main) {
  const agent = new AgentClient({ server: process.argv[2] ?? '', token: agentToken });
  let settled = 0;
  const done = (count: number): void => {
    settled += count;
    if (process.connected) process.send?.(settled);
  };
  await Promise.all(Array.from({ length: agents }, (_, index) => work(agent, `busy ${index}`, done))).catch(
    fail,
  );
}
