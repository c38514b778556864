export { runAgent, type AgentOptions } from './agent.ts';
export { readSettings, usage, type AgentSettings } from './agent-settings.ts';
