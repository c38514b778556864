/**
 * The API for people's programs: one method per request, typed by the description of the interface
 * (`docs/api/openapi.json`). When to ask again is left to the caller.
 */
import {
  admittedAnswerSchema,
  changePreviewSchema,
  agentSummarySchema,
  invitationSummarySchema,
  issuedInvitationSchema,
  createdAnswerSchema,
  datasetDetailSchema,
  datasetLineageSchema,
  datasetSummarySchema,
  failedTasksSchema,
  failureGroupsSchema,
  failureSummarySchema,
  foundTaskSchema,
  liveSourceStateSchema,
  intakesAtWorkSchema,
  itemDetailSchema,
  itemSummarySchema,
  logEndSchema,
  logLineSchema,
  notificationsSchema,
  resubmittedSchema,
  resumedAnswerSchema,
  retryAnswerSchema,
  runDetailSchema,
  runGraphSchema,
  runOutputSchema,
  runSummarySchema,
  sealedAnswerSchema,
  serverStatusSchema,
  signInAddressSchema,
  storageStateSchema,
  taskExplanationSchema,
  taskSummarySchema,
  taskWorkSchema,
  unreadAnswerSchema,
  userApiPath,
  type AdmittedAnswer,
  type LiveSourceState,
  type ChangePreview,
  type DatasetDetail,
  type DatasetLineage,
  type DatasetSummary,
  type IntakeAtWork,
  type ItemDetail,
  type ItemSummary,
  type AgentSummary,
  type ChangeAgentBody,
  type InvitationSummary,
  type InviteAgentBody,
  type IssuedInvitation,
  type FailedTasks,
  type FailureGroups,
  type FailureSummary,
  type LogEnd,
  type LogLine,
  type NewDatasetBody,
  type NewItemsBody,
  type NewRunBody,
  type Notifications,
  type Place,
  type ReadNotificationsBody,
  type ResubmitBody,
  type Resubmitted,
  type ResumeBody,
  type RetryAnswer,
  type RetryBody,
  type RunDetail,
  type RunGraph,
  type RunOutput,
  type RunSummary,
  type ServerStatus,
  type TaskExplanation,
  type StorageState,
  type TaskSummary,
  type TaskWork,
  type WatchBody,
} from '@gantry/model';
import type { QueryOf } from './typed-paths.ts';
import { TypedRequests, writePatienceMs } from './typed-requests.ts';
import { writePlace } from './write-place.ts';

export interface UserClientOptions {
  /** Such as `http://127.0.0.1:18080`. */
  readonly server: string;
  /** Absent in a browser that is signed in. */
  readonly token?: string | undefined;
}

const datasetSummariesSchema = datasetSummarySchema.array();
const itemSummariesSchema = itemSummarySchema.array();
const runSummariesSchema = runSummarySchema.array();
const liveSourceStatesSchema = liveSourceStateSchema.array();
const taskSummariesSchema = taskSummarySchema.array();
const invitationSummariesSchema = invitationSummarySchema.array();
const agentSummariesSchema = agentSummarySchema.array();
const runOutputsSchema = runOutputSchema.array();

/**
 * All methods throw `RequestError` if the server refuses, GantryError `server-unreachable` if it is not there, and
 * GantryError `unexpected-answer` if it says what this client does not know.
 */
export class UserClient {
  readonly #api: TypedRequests;

  constructor(options: UserClientOptions) {
    this.#api = new TypedRequests({
      base: `${options.server.replace(/\/+$/, '')}${userApiPath}`,
      token: options.token,
    });
  }

  /** The server that it speaks to, for the parts of the API that have clients of their own. */
  get endpoint(): TypedRequests['endpoint'] {
    return this.#api.endpoint;
  }

  /** @param waitMs how long the server may take; a server that is there answers this at once */
  async status(signal?: AbortSignal, waitMs?: number): Promise<ServerStatus> {
    return this.#api.ask('get', '/status', { signal, waitMs }, serverStatusSchema);
  }

  /** How much runs have made, and how much room is left. */
  async storage(signal?: AbortSignal): Promise<StorageState> {
    return this.#api.ask('get', '/storage', { signal }, storageStateSchema);
  }

  /** @returns an address at which a browser can sign in, once */
  async signInAddress(signal?: AbortSignal): Promise<string> {
    const { address } = await this.#api.ask('post', '/sign-in-addresses', { signal }, signInAddressSchema);
    return address;
  }

  /** Signs this browser out. */
  async signOut(): Promise<void> {
    await this.#api.tell('post', '/sign-out', {});
  }

  /** @returns the dataset's id */
  async createDataset(body: NewDatasetBody, signal?: AbortSignal): Promise<number> {
    const { id } = await this.#api.ask('post', '/datasets', { body, signal }, createdAnswerSchema);
    return id;
  }

  /** At most `maxItemBlock` items. */
  async admitItems(dataset: number, body: NewItemsBody, signal?: AbortSignal): Promise<AdmittedAnswer> {
    const request = { path: { id: dataset }, body, signal };
    return this.#api.ask('post', '/datasets/{id}/items', request, admittedAnswerSchema);
  }

  async closeDataset(dataset: number, signal?: AbortSignal): Promise<void> {
    await this.#api.tell('post', '/datasets/{id}/close', { path: { id: dataset }, signal });
  }

  /** Watches a folder for files that become items; watching one already, the dataset takes the new one. */
  async watchFolder(dataset: number, body: WatchBody, signal?: AbortSignal): Promise<LiveSourceState> {
    const request = { path: { id: dataset }, body, signal };
    return this.#api.ask('post', '/datasets/{id}/watch', request, liveSourceStateSchema);
  }

  /** @throws RequestError `not-watched` */
  async watch(dataset: number, signal?: AbortSignal): Promise<LiveSourceState> {
    const request = { path: { id: dataset }, signal };
    return this.#api.ask('get', '/datasets/{id}/watch', request, liveSourceStateSchema);
  }

  /** Those that have not ended. */
  async watches(signal?: AbortSignal): Promise<LiveSourceState[]> {
    return this.#api.ask('get', '/watches', { signal }, liveSourceStatesSchema);
  }

  /** The folders that are being read once, with those that have stopped. */
  async intakes(signal?: AbortSignal): Promise<IntakeAtWork[]> {
    return this.#api.ask('get', '/intakes', { signal }, intakesAtWorkSchema);
  }

  /** @returns the dataset's fingerprint */
  async sealDataset(dataset: number, signal?: AbortSignal): Promise<string> {
    const request = { path: { id: dataset }, signal };
    return (await this.#api.ask('post', '/datasets/{id}/seal', request, sealedAnswerSchema)).fingerprint;
  }

  /** Newest first, at most `limit` (100 if absent) that were made before the dataset `after`. */
  async datasets(query: QueryOf<'get', '/datasets'> = {}, signal?: AbortSignal): Promise<DatasetSummary[]> {
    return this.#api.ask('get', '/datasets', { query, signal }, datasetSummariesSchema);
  }

  async dataset(id: number, signal?: AbortSignal): Promise<DatasetDetail> {
    return this.#api.ask('get', '/datasets/{id}', { path: { id }, signal }, datasetDetailSchema);
  }

  /** In the order of places, at most `limit` (200 if absent) behind the place `after`, within the box `at`. */
  async items(
    dataset: number,
    query: QueryOf<'get', '/datasets/{id}/items'> = {},
    signal?: AbortSignal,
  ): Promise<ItemSummary[]> {
    const request = { path: { id: dataset }, query, signal };
    return this.#api.ask('get', '/datasets/{id}/items', request, itemSummariesSchema);
  }

  /** All of the dataset's axes must be named. */
  async item(dataset: number, place: Place, signal?: AbortSignal): Promise<ItemDetail> {
    const request = { path: { id: dataset }, query: { place: writePlace(place) }, signal };
    return this.#api.ask('get', '/datasets/{id}/item', request, itemDetailSchema);
  }

  /** The bytes of an item, as they come. */
  async itemFile(
    dataset: number,
    place: Place,
    signal?: AbortSignal,
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | null> {
    const request = { path: { id: dataset }, query: { place: writePlace(place) }, signal };
    return (await this.#api.open('/datasets/{id}/file', request)).body;
  }

  /** What a dataset came from, and what was made from it. */
  async lineage(dataset: number, signal?: AbortSignal): Promise<DatasetLineage> {
    const request = { path: { id: dataset }, signal };
    return this.#api.ask('get', '/datasets/{id}/lineage', request, datasetLineageSchema);
  }

  /** What closing or sealing would mean. */
  async previewChange(
    dataset: number,
    change: ChangePreview['change'],
    signal?: AbortSignal,
  ): Promise<ChangePreview> {
    const request = { path: { id: dataset }, query: { change }, signal };
    return this.#api.ask('get', '/datasets/{id}/preview', request, changePreviewSchema);
  }

  /** @returns the run's id */
  async createRun(body: NewRunBody, signal?: AbortSignal): Promise<number> {
    return (await this.#api.ask('post', '/runs', { body, signal }, createdAnswerSchema)).id;
  }

  /** Newest first. */
  async runs(signal?: AbortSignal): Promise<RunSummary[]> {
    return this.#api.ask('get', '/runs', { signal }, runSummariesSchema);
  }

  async run(id: number, signal?: AbortSignal): Promise<RunDetail> {
    return this.#api.ask('get', '/runs/{id}', { path: { id }, signal }, runDetailSchema);
  }

  async graph(id: number, signal?: AbortSignal): Promise<RunGraph> {
    return this.#api.ask('get', '/runs/{id}/graph', { path: { id }, signal }, runGraphSchema);
  }

  /** @returns how many tasks are tried again */
  async resumeRun(id: number, body: ResumeBody, signal?: AbortSignal): Promise<number> {
    const request = { path: { id }, body, signal };
    return (await this.#api.ask('post', '/runs/{id}/resume', request, resumedAnswerSchema)).again;
  }

  /** Does tasks again, whatever came of them; with `dryRun` it only counts them. */
  async resubmitTasks(id: number, body: ResubmitBody, signal?: AbortSignal): Promise<Resubmitted> {
    return this.#api.ask('post', '/runs/{id}/resubmit', { path: { id }, body, signal }, resubmittedSchema);
  }

  /** What runs goes on, nothing more is started. `resumeRun` with nothing again has it go on. */
  async pauseRun(id: number, signal?: AbortSignal): Promise<void> {
    await this.#api.tell('post', '/runs/{id}/pause', { path: { id }, signal });
  }

  /** Runs of a higher priority are served first. */
  async setPriority(id: number, priority: number, signal?: AbortSignal): Promise<void> {
    await this.#api.tell('put', '/runs/{id}/priority', { path: { id }, body: { priority }, signal });
  }

  /** Puts an ended run away, or takes it out of the archive. */
  async archiveRun(id: number, archived: boolean, signal?: AbortSignal): Promise<void> {
    const path = { path: { id }, signal };
    await (archived
      ? this.#api.tell('post', '/runs/{id}/archive', path)
      : this.#api.tell('post', '/runs/{id}/unarchive', path));
  }

  async pauseStage(id: number, stage: string, paused: boolean, signal?: AbortSignal): Promise<void> {
    const path = { path: { id, stage }, signal };
    await (paused
      ? this.#api.tell('post', '/runs/{id}/stages/{stage}/pause', path)
      : this.#api.tell('post', '/runs/{id}/stages/{stage}/resume', path));
  }

  /** Takes an agent out of the pool, or back into it. */
  async pauseAgent(id: number, paused: boolean, signal?: AbortSignal): Promise<void> {
    const path = { path: { id }, signal };
    await (paused
      ? this.#api.tell('post', '/agents/{id}/pause', path)
      : this.#api.tell('post', '/agents/{id}/resume', path));
  }

  /** Has an agent end what it runs, claim nothing more, and leave. */
  async drainAgent(id: number, signal?: AbortSignal): Promise<void> {
    await this.#api.tell('post', '/agents/{id}/drain', { path: { id }, signal });
  }

  /** Sets what an agent may take, its labels and its pool; null goes back to what it says of itself. */
  async changeAgent(id: number, change: ChangeAgentBody, signal?: AbortSignal): Promise<void> {
    await this.#api.tell('patch', '/agents/{id}', { path: { id }, body: change, signal });
  }

  /** Takes an agent of another machine its right to come. */
  async revokeAgent(id: number, signal?: AbortSignal): Promise<void> {
    await this.#api.tell('post', '/agents/{id}/revoke', { path: { id }, signal });
  }

  /** A token by which one machine may join, once. It is in the answer alone. */
  async inviteAgent(invitation: InviteAgentBody, signal?: AbortSignal): Promise<IssuedInvitation> {
    return this.#api.ask('post', '/agents/invitations', { body: invitation, signal }, issuedInvitationSchema);
  }

  async invitations(signal?: AbortSignal): Promise<InvitationSummary[]> {
    return this.#api.ask('get', '/agents/invitations', { signal }, invitationSummariesSchema);
  }

  async withdrawInvitation(id: number, signal?: AbortSignal): Promise<void> {
    await this.#api.tell('post', '/agents/invitations/{id}/withdraw', { path: { id }, signal });
  }

  async cancelRun(id: number, signal?: AbortSignal): Promise<void> {
    await this.#api.tell('post', '/runs/{id}/cancel', { path: { id }, signal });
  }

  /** In the order of stages and places, at most `limit` (100 if absent, 1,000 at most) behind the task `after`. */
  async tasks(
    run: number,
    query: QueryOf<'get', '/runs/{id}/tasks'> = {},
    signal?: AbortSignal,
  ): Promise<TaskSummary[]> {
    const request = { path: { id: run }, query, signal };
    return this.#api.ask('get', '/runs/{id}/tasks', request, taskSummariesSchema);
  }

  async outputs(run: number, signal?: AbortSignal): Promise<RunOutput[]> {
    const request = { path: { id: run }, signal, waitMs: writePatienceMs };
    return this.#api.ask('get', '/runs/{id}/outputs', request, runOutputsSchema);
  }

  /** The id of the task of a stage at a place; all of the stage's axes must be named. */
  async findTask(run: number, stage: string, place: Place, signal?: AbortSignal): Promise<number> {
    const request = { query: { run, stage, place: writePlace(place) }, signal };
    return (await this.#api.ask('get', '/tasks', request, foundTaskSchema)).id;
  }

  async task(id: number, signal?: AbortSignal): Promise<TaskExplanation> {
    return this.#api.ask('get', '/tasks/{id}', { path: { id }, signal }, taskExplanationSchema);
  }

  /** What a task did; its last attempt, if none is named. */
  async taskWork(id: number, attempt?: number, signal?: AbortSignal): Promise<TaskWork> {
    const request = { path: { id }, query: { attempt }, signal };
    return this.#api.ask('get', '/tasks/{id}/work', request, taskWorkSchema);
  }

  /** What has failed, counted by cause, stage, agent or host; newest first. */
  async failures(query: QueryOf<'get', '/failures'> = {}, signal?: AbortSignal): Promise<FailureGroups> {
    return this.#api.ask('get', '/failures', { query, signal }, failureGroupsSchema);
  }

  async failureSummary(signal?: AbortSignal): Promise<FailureSummary> {
    return this.#api.ask('get', '/failures/summary', { signal }, failureSummarySchema);
  }

  /** Failed tasks, newest first. */
  async failedTasks(
    query: QueryOf<'get', '/failures/tasks'> = {},
    signal?: AbortSignal,
  ): Promise<FailedTasks> {
    return this.#api.ask('get', '/failures/tasks', { query, signal }, failedTasksSchema);
  }

  /** Tries failed tasks again, of however many runs. */
  async retryFailures(body: RetryBody, signal?: AbortSignal): Promise<RetryAnswer> {
    return this.#api.ask('post', '/failures/retry', { body, signal }, retryAnswerSchema);
  }

  /** The last lines of the log of a task's attempt. */
  async logEnd(
    task: number,
    query: QueryOf<'get', '/tasks/{id}/log/end'> = {},
    signal?: AbortSignal,
  ): Promise<LogEnd> {
    return this.#api.ask('get', '/tasks/{id}/log/end', { path: { id: task }, query, signal }, logEndSchema);
  }

  /** What people were told, newest first. */
  async notifications(
    query: QueryOf<'get', '/notifications'> = {},
    signal?: AbortSignal,
  ): Promise<Notifications> {
    return this.#api.ask('get', '/notifications', { query, signal }, notificationsSchema);
  }

  /** @returns how many are unread now */
  async readNotifications(body: ReadNotificationsBody, signal?: AbortSignal): Promise<number> {
    return (await this.#api.ask('post', '/notifications/read', { body, signal }, unreadAnswerSchema)).unread;
  }

  /** Those at work first. */
  async agents(signal?: AbortSignal): Promise<AgentSummary[]> {
    return this.#api.ask('get', '/agents', { signal }, agentSummariesSchema);
  }

  /**
   * The log of a task's attempt (its last if none is named), line by line.
   * @param options.follow stays until the attempt ends
   */
  log(
    task: number,
    options: { readonly attempt?: number | undefined; readonly follow?: boolean } = {},
    signal?: AbortSignal,
  ): AsyncGenerator<LogLine, void, undefined> {
    const { attempt, follow } = options;
    const query = { attempt, follow: follow === true ? ('true' as const) : undefined };
    return this.#api.lines('/tasks/{id}/log', { path: { id: task }, query, signal }, logLineSchema);
  }
}
