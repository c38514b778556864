/**
 * The part of the API that a form for new runs speaks: pipelines and folders that there are, and what a run would come
 * to. Starting it is `createRun` of `user-client.ts`.
 */
import {
  checkedPipelineSchema,
  folderListingSchema,
  folderLookSchema,
  intakeStateSchema,
  pipelineChoiceSchema,
  plannedRunSchema,
  recentFolderSchema,
  runChoicesSchema,
  toolSummarySchema,
  userApiPath,
  type CheckedPipeline,
  type CheckPipelineBody,
  type FolderListing,
  type FolderLook,
  type IntakeState,
  type LookBody,
  type NewRunBody,
  type PipelineChoice,
  type PlannedRun,
  type RecentFolder,
  type RunChoices,
  type ToolSummary,
} from '@gantry/model';
import { TypedRequests } from './typed-requests.ts';
import type { UserClientOptions } from './user-client.ts';

const pipelineChoicesSchema = pipelineChoiceSchema.array();
const recentFoldersSchema = recentFolderSchema.array();
const toolSummariesSchema = toolSummarySchema.array();

/** All methods throw as those of `UserClient` do. */
export class NewRunClient {
  readonly #api: TypedRequests;

  constructor(options: UserClientOptions) {
    this.#api = new TypedRequests({
      base: `${options.server.replace(/\/+$/, '')}${userApiPath}`,
      token: options.token,
    });
  }

  /** Examples, then those of earlier runs, the last first. */
  async pipelines(signal?: AbortSignal): Promise<PipelineChoice[]> {
    return this.#api.ask('get', '/pipelines', { signal }, pipelineChoicesSchema);
  }

  async checkPipeline(body: CheckPipelineBody, signal?: AbortSignal): Promise<CheckedPipeline> {
    return this.#api.ask('post', '/pipelines/check', { body, signal }, checkedPipelineSchema);
  }

  async tools(signal?: AbortSignal): Promise<ToolSummary[]> {
    return this.#api.ask('get', '/tools', { signal }, toolSummariesSchema);
  }

  /** @param path the home folder of the server's user, if absent */
  async browse(path?: string, signal?: AbortSignal): Promise<FolderListing> {
    return this.#api.ask('get', '/folders', { query: { path }, signal }, folderListingSchema);
  }

  async recentFolders(signal?: AbortSignal): Promise<RecentFolder[]> {
    return this.#api.ask('get', '/folders/recent', { signal }, recentFoldersSchema);
  }

  async look(body: LookBody, signal?: AbortSignal): Promise<FolderLook> {
    return this.#api.ask('post', '/folders/look', { body, signal }, folderLookSchema);
  }

  /** What is wrong with a run, and what it would come to. */
  async plan(body: NewRunBody, signal?: AbortSignal): Promise<PlannedRun> {
    return this.#api.ask('post', '/runs/plan', { body, signal }, plannedRunSchema);
  }

  /** What a run was started with. */
  async choices(run: number, signal?: AbortSignal): Promise<RunChoices> {
    return this.#api.ask('get', '/runs/{id}/choices', { path: { id: run }, signal }, runChoicesSchema);
  }

  async intake(dataset: number, signal?: AbortSignal): Promise<IntakeState> {
    const request = { path: { id: dataset }, signal };
    return this.#api.ask('get', '/datasets/{id}/intake', request, intakeStateSchema);
  }

  /** Has a folder that could not be read go on. */
  async resumeIntake(dataset: number, skipUnreadable: boolean): Promise<IntakeState> {
    const request = { path: { id: dataset }, body: { skipUnreadable } };
    return this.#api.ask('post', '/datasets/{id}/intake', request, intakeStateSchema);
  }
}
