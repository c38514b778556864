/**
 * The agents, as people see them. What agents call is `agent-routes.ts`.
 */
import { listAgents } from '@gantry/engine';
import { agentSummarySchema, userApiPath, type AgentSummary } from '@gantry/model';
import type { ServerContext } from './context.ts';
import { route, type Route } from './routes.ts';

export function agentListRoutes(context: ServerContext): Route[] {
  return [
    route({
      method: 'GET',
      path: `${userApiPath}/agents`,
      who: 'owner',
      operation: 'listAgents',
      summary: 'Lists the agents, those at work first',
      schemas: { answer: agentSummarySchema.array() },
      handle: (): Promise<AgentSummary[]> => listAgents(context.engine),
    }),
  ];
}
