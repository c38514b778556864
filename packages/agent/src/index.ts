export { runAgent, version, type AgentOptions, type RemoteOptions } from './agent.ts';
export {
  readCapacity,
  readLabels,
  readMaps,
  readSettings,
  usage,
  type AgentSettings,
  type CapacityOptions,
} from './agent-settings.ts';
export { enrol, readCredential, type Credential } from './credential.ts';
export type { StorageChoice } from './find-storage.ts';
