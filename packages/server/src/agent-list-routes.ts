/**
 * The agents, as people see them, hold them back and send them away. What agents call is `agent-routes.ts`.
 */
import { drainAgent, listAgents, pauseAgent } from '@gantry/engine';
import { agentSummarySchema, userApiPath, type AgentSummary } from '@gantry/model';
import { nothing } from './answers.ts';
import type { ServerContext } from './context.ts';
import { idParams } from './path-params.ts';
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
    ...([true, false] as const).map((paused) =>
      route({
        method: 'POST',
        path: `${userApiPath}/agents/:id/${paused ? 'pause' : 'resume'}`,
        who: 'owner',
        operation: paused ? 'pauseAgent' : 'resumeAgent',
        summary: paused
          ? 'Takes an agent out of the pool: what it runs goes on, and it claims nothing more'
          : 'Takes a paused agent back into the pool',
        schemas: { params: idParams, answer: nothing },
        handle: ({ params }): Promise<void> => pauseAgent(context.engine, params.id, paused),
      }),
    ),
    route({
      method: 'POST',
      path: `${userApiPath}/agents/:id/drain`,
      who: 'owner',
      operation: 'drainAgent',
      summary: 'Has an agent end what it runs, claim nothing more, and leave',
      schemas: { params: idParams, answer: nothing },
      handle: ({ params }): Promise<void> => drainAgent(context.engine, params.id),
    }),
  ];
}
