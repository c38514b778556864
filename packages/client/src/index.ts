export { AgentClient, AgentRequestError, type AgentClientOptions } from './agent-client.ts';
