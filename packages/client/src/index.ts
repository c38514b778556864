export { AgentClient, AgentRequestError, type AgentClientOptions } from './agent-client.ts';
export { RequestError } from './send-request.ts';
export { EditClient } from './edit-client.ts';
export { MapClient } from './map-client.ts';
export { NewRunClient } from './new-run-client.ts';
export { PictureClient } from './picture-client.ts';
export { UserClient, type UserClientOptions } from './user-client.ts';
