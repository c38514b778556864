/**
 * The agents, as people see them, invite them, say what they may take, hold them back and send them away. What agents call is `agent-routes.ts`.
 */
import {
  changeAgent,
  drainAgent,
  inviteAgent,
  listAgents,
  listInvitations,
  pauseAgent,
  revokeAgent,
  withdrawInvitation,
} from '@gantry/engine';
import {
  agentSummarySchema,
  changeAgentBodySchema,
  invitationSummarySchema,
  inviteAgentBodySchema,
  issuedInvitationSchema,
  userApiPath,
  type AgentSummary,
  type InvitationSummary,
  type IssuedInvitation,
} from '@gantry/model';
import { nothing } from './answers.ts';
import type { ServerContext } from './context.ts';
import { serverName } from './hosts/host-routes.ts';
import { idParams } from './path-params.ts';
import { removeAttempts } from './remove-attempts.ts';
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
      async handle(): Promise<AgentSummary[]> {
        const agents = await listAgents(context.engine);
        return agents.map((agent) => ({ ...agent, machine: context.machines.of(agent.name) }));
      },
    }),
    route({
      method: 'PATCH',
      path: `${userApiPath}/agents/:id`,
      who: 'owner',
      operation: 'changeAgent',
      summary: 'Sets how much an agent may take, its labels and its pool; what it runs goes on',
      schemas: { params: idParams, body: changeAgentBodySchema, answer: nothing },
      handle: ({ params, body }): Promise<void> => changeAgent(context.engine, params.id, body),
    }),
    route({
      method: 'POST',
      path: `${userApiPath}/agents/:id/revoke`,
      who: 'owner',
      operation: 'revokeAgent',
      summary: 'Takes an agent of another machine its right to come; what it runs is ready again',
      schemas: { params: idParams, answer: nothing },
      async handle({ params }): Promise<void> {
        await removeAttempts(context, await revokeAgent(context.engine, params.id));
      },
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/agents/invitations`,
      who: 'owner',
      operation: 'listInvitations',
      summary: 'Lists the invitations of machines that can still be used',
      schemas: { answer: invitationSummarySchema.array() },
      handle: (): Promise<InvitationSummary[]> => listInvitations(context.engine),
    }),
    route({
      method: 'POST',
      path: `${userApiPath}/agents/invitations`,
      who: 'owner',
      operation: 'inviteAgent',
      summary: 'Invites a machine: the token of the answer lets one agent join, once, and is not shown again',
      schemas: { body: inviteAgentBodySchema, answer: issuedInvitationSchema },
      handle: ({ body }): Promise<IssuedInvitation> => inviteAgent(context.engine, serverName(context), body),
    }),
    route({
      method: 'POST',
      path: `${userApiPath}/agents/invitations/:id/withdraw`,
      who: 'owner',
      operation: 'withdrawInvitation',
      summary: 'Has an invitation let nobody in any more',
      schemas: { params: idParams, answer: nothing },
      handle: ({ params }): Promise<void> => withdrawInvitation(context.engine, params.id),
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
