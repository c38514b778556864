/**
 * The part of the API about the pipeline of a run that is there: its revisions, what an edit would come to, and the edit.
 */
import {
  editablePipelineSchema,
  editedRunSchema,
  plannedEditSchema,
  revisionSummarySchema,
  type EditablePipeline,
  type EditedRun,
  type EditRunBody,
  type PlannedEdit,
  type RevisionSummary,
} from '@gantry/model';
import { TypedRequests } from './typed-requests.ts';
import type { UserClient } from './user-client.ts';

const revisionSummariesSchema = revisionSummarySchema.array();

/** All methods throw as those of `UserClient` do. */
export class EditClient {
  readonly #api: TypedRequests;

  /** Speaks to the server that `client` speaks to. */
  constructor(client: UserClient) {
    this.#api = new TypedRequests(client.endpoint);
  }

  /** The revisions of a run's pipeline, newest first. */
  async revisions(id: number, signal?: AbortSignal): Promise<RevisionSummary[]> {
    return this.#api.ask('get', '/runs/{id}/revisions', { path: { id }, signal }, revisionSummariesSchema);
  }

  /** What an edit of a run's pipeline begins with. */
  async editablePipeline(id: number, signal?: AbortSignal): Promise<EditablePipeline> {
    return this.#api.ask('get', '/runs/{id}/pipeline', { path: { id }, signal }, editablePipelineSchema);
  }

  /** What is wrong with an edit, or what it would come to. */
  async checkEdit(id: number, body: EditRunBody, signal?: AbortSignal): Promise<PlannedEdit> {
    const request = { path: { id }, body, signal };
    return this.#api.ask('post', '/runs/{id}/pipeline/check', request, plannedEditSchema);
  }

  /** @throws RequestError `run-edited` where the run has another revision than the one that is edited */
  async editRun(id: number, body: EditRunBody, signal?: AbortSignal): Promise<EditedRun> {
    return this.#api.ask('put', '/runs/{id}/pipeline', { path: { id }, body, signal }, editedRunSchema);
  }
}
