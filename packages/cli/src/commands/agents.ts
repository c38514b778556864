/** `gantry agents`: the agents, and taking them out of the pool, back into it, or sending them away. */
import { GantryError, type AgentSummary } from '@gantry/model';
import { writeJson, type CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatBytes } from '../numbers.ts';
import { formatTable } from '../text-table.ts';
import { makePrintable } from '../terminal.ts';
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
  const head = ['agent', 'host', 'state', 'cores', 'memory', 'tasks', 'heard'];
  const rows = agents.map((agent) => [
    makePrintable(agent.name),
    makePrintable(agent.host),
    stateOf(agent),
    shareOf(agent.load?.cpu, agent.capacity.cpu, (cores) => String(Math.round(cores * 100) / 100)),
    shareOf(agent.load?.memory, agent.capacity.memory, formatBytes),
    String(agent.held),
    formatTime(agent.heard),
  ]);
  for (const row of formatTable([head, ...rows], [5])) out.line(row);
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

function findAgent(agents: readonly AgentSummary[], name: string): AgentSummary {
  const found = agents.find((agent) => agent.name === name);
  if (found !== undefined) return found;
  throw new GantryError('unknown-agent', `There is no agent "${name}".`, {
    mend:
      agents.length === 0 ? 'None has joined yet.' : `There are ${agents.map((one) => one.name).join(', ')}.`,
  });
}

function stateOf({ state, paused, draining }: AgentSummary): string {
  return [state, draining ? 'draining' : '', paused ? 'paused' : ''].filter((word) => word !== '').join(', ');
}

function shareOf(used: number | undefined, all: number, write: (value: number) => string): string {
  return used === undefined ? write(all) : `${write(used)} of ${write(all)}`;
}
