/** `gantry agents`: the agents, and taking them out of the pool, back into it, or sending them away. */
import { readLabels } from '@gantry/agent';
import { changeAgentBodySchema, GantryError, parseMemory, type AgentSummary } from '@gantry/model';
import { writeJson, type CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatBytes } from '../numbers.ts';
import { formatTable } from '../text-table.ts';
import { makePrintable } from '../terminal.ts';
import { findAgent } from './find-agent.ts';
import { formatLabels } from './format-labels.ts';
import { formatTime } from './list-runs.ts';
import { look } from './look.ts';

export async function listAgents(context: CommandContext): Promise<number> {
  const agents = await look(context, ({ ask }) => ask((client, signal) => client.agents(signal)));
  if (context.json) {
    writeJson(context, agents);
    return exitCodes.done;
  }
  const { out, err } = context.terminal;
  if (agents.length === 0) {
    err.line('No agent has joined yet. `gantry up` starts the server together with one.');
    return exitCodes.done;
  }
  const head = [
    'agent',
    'host',
    'state',
    'pool',
    'labels',
    'slots',
    'cores',
    'memory',
    'gpu',
    'tasks',
    'heard',
  ];
  const rows = agents.map((agent) => [
    makePrintable(agent.name),
    makePrintable(agent.host),
    stateOf(agent),
    agent.pool ?? '',
    formatLabels(agent.labels),
    String(agent.capacity.slots),
    shareOf(agent.load?.cpu, agent.capacity.cpu, (cores) => String(Math.round(cores * 100) / 100)),
    shareOf(agent.load?.memory, agent.capacity.memory, formatBytes),
    String(agent.capacity.gpu),
    String(agent.held),
    formatTime(agent.heard),
  ]);
  for (const row of formatTable([head, ...rows], [5, 8, 9])) out.line(row);
  for (const { name, trouble } of agents)
    if (trouble !== null) err.line(`${makePrintable(name)}: ${makePrintable(trouble)}`);
  return exitCodes.done;
}

/** @throws GantryError `unknown-agent`; `agent-away` where one that is to be drained is not connected */
export async function changeAgents(
  context: CommandContext,
  change: 'pause' | 'resume' | 'drain',
  names: readonly string[],
): Promise<number> {
  return look(context, async ({ ask }) => {
    const agents = await ask((client, signal) => client.agents(signal));
    const found = names.map((name) => findAgent(agents, name));
    for (const { id } of found) {
      await ask((client, signal) =>
        change === 'drain'
          ? client.drainAgent(id, signal)
          : client.pauseAgent(id, change === 'pause', signal),
      );
    }
    const words = {
      pause: 'is paused: what it runs goes on, and it claims nothing more',
      resume: 'is in the pool again',
      drain: 'ends what it runs, and leaves',
    }[change];
    if (context.json) writeJson(context, { change, agents: found.map(({ name }) => name) });
    else for (const { name } of found) context.terminal.out.line(`${makePrintable(name)} ${words}.`);
    return exitCodes.done;
  });
}

export interface SetFlags {
  readonly cpu?: string;
  readonly memory?: string;
  readonly gpu?: string;
  readonly slots?: string;
  readonly label?: readonly string[];
  readonly pool?: string;
  readonly reset?: boolean;
}

/**
 * Sets what an agent may take, its labels and its pool; `--reset` goes back to what it says of itself first.
 * @throws GantryError `usage`, `unknown-agent`
 */
export async function setAgent(context: CommandContext, name: string, flags: SetFlags): Promise<number> {
  const { cpu, memory, gpu, slots, label, pool, reset = false } = flags;
  if (!reset && [cpu, memory, gpu, slots, label, pool].every((flag) => flag === undefined)) {
    throw new GantryError('usage', `Nothing is said that ${name} should have.`, {
      mend: 'Give --slots, --cpu, --memory, --gpu, --label, --pool or --reset.',
    });
  }
  const bytes = memory === undefined ? undefined : parseMemory(memory);
  if (memory !== undefined && bytes === undefined) {
    throw new GantryError('usage', `--memory is "${memory}", and not a size such as 16GiB.`, {
      field: 'memory',
    });
  }
  const all = { cpu: null, memory: null, gpu: null, slots: null };
  const given = changeAgentBodySchema.safeParse({
    capacity: {
      ...(reset ? all : {}),
      ...(cpu === undefined ? {} : { cpu: Number(cpu) }),
      ...(bytes === undefined ? {} : { memory: bytes }),
      ...(gpu === undefined ? {} : { gpu: Number(gpu) }),
      ...(slots === undefined ? {} : { slots: Number(slots) }),
    },
    ...(label === undefined ? (reset ? { labels: null } : {}) : { labels: readLabels(label) }),
    ...(pool === undefined ? (reset ? { pool: null } : {}) : { pool: pool === '' ? null : pool }),
  });
  if (!given.success) {
    const [issue] = given.error.issues;
    const field = String(issue?.path.at(-1) ?? '');
    throw new GantryError('usage', `--${field}: ${issue?.message ?? 'is not valid'}`, { field });
  }
  await look(context, async ({ ask }) => {
    const { id } = findAgent(await ask((client, signal) => client.agents(signal)), name);
    await ask((client, signal) => client.changeAgent(id, given.data, signal));
  });
  if (context.json) writeJson(context, { agent: name, ...given.data });
  else context.terminal.out.line(`${makePrintable(name)} hears of it within seconds; what it runs goes on.`);
  return exitCodes.done;
}

function stateOf({ state, paused, draining }: AgentSummary): string {
  return [state, draining ? 'draining' : '', paused ? 'paused' : ''].filter((word) => word !== '').join(', ');
}

function shareOf(used: number | undefined, all: number, write: (value: number) => string): string {
  return used === undefined ? write(all) : `${write(used)} of ${write(all)}`;
}
