/** An agent by its name. */
import { GantryError, type AgentSummary } from '@gantry/model';

/** @throws GantryError `unknown-agent` */
export function findAgent(agents: readonly AgentSummary[], name: string): AgentSummary {
  const found = agents.find((agent) => agent.name === name);
  if (found !== undefined) return found;
  throw new GantryError('unknown-agent', `There is no agent "${name}".`, {
    mend:
      agents.length === 0 ? 'None has joined yet.' : `There are ${agents.map((one) => one.name).join(', ')}.`,
  });
}
