export { openEngine, type Engine, type EngineNews, type NoticePolicy } from './engine.ts';
export type { RunPlan, SourcePlan, StagePlan } from './run-plan.ts';
export { createDataset, type NewDataset } from './create-dataset.ts';
export { admitItems, type Admitted, type NewItem } from './admit-items.ts';
export { closeDataset } from './close-dataset.ts';
export { sealDataset } from './seal-dataset.ts';
export { createRun, type NewFolder, type NewRun } from './create-run.ts';
export { FolderListings } from './folders/folder-listings.ts';
export { lookAtFolder } from './folders/look-at-folder.ts';
export { openIntakes, type Intakes } from './intakes/intakes.ts';
export { refuseOwnFolder } from './live-sources/refuse-own-folder.ts';
export { checkPipeline } from './new-runs/check-pipeline.ts';
export { checkRun, type RunChecks } from './new-runs/check-run.ts';
export { listPipelines } from './new-runs/list-pipelines.ts';
export { readChoices } from './new-runs/read-choices.ts';
export { summarizeTool } from './new-runs/summarize-tool.ts';
export { recentFolders } from './new-runs/recent-folders.ts';
export { startRun, type StartRunContext } from './new-runs/start-run.ts';
export { claimTasks, type ClaimedTask } from './claim-tasks.ts';
export { claimWork } from './claim-work.ts';
export type { EndedAttempt, MadeFile } from './ended-attempt.ts';
export { settleAttempts, type Settled } from './settle-attempts.ts';
export { resumeRun, type Again } from './resume-run.ts';
export { untilNextTry } from './next-try.ts';
export { resubmitTasks } from './resubmit-tasks.ts';
export { drainAgent, pauseAgent, pauseRun, pauseStage, setPriority } from './pause-work.ts';
export { archiveRun, unarchiveRun } from './archive-run.ts';
export { cancelRun } from './cancel-run.ts';
export { editRun, tryEdit, type EditOutcome } from './edits/edit-run.ts';
export type { PipelineSource, RunEdit } from './edits/run-edit.ts';
export { checkEdit, readEditable } from './edits/check-edit.ts';
export { listRevisions, type RevisionChange } from './edits/read-revisions.ts';
export type { StageEffect } from './edits/count-effects.ts';
export {
  endSession,
  expireSessions,
  findHeldAttempt,
  findSessionOwner,
  findUnwantedAttempt,
  heldAttempts,
  openSession,
  readOrders,
  renewAllSessions,
  renewSession,
  requireSession,
  type HeldAttempt,
  type NewSession,
  type OpenedSession,
  type SessionOrders,
  type SessionOwner,
  type SessionLoad,
} from './sessions.ts';
export { changeAgent } from './change-agent.ts';
export {
  enrolAgent,
  identifyAgent,
  inviteAgent,
  listInvitations,
  revokeAgent,
  withdrawInvitation,
  type KnownAgent,
} from './invite-agents.ts';
export { measureWork, type WorkNumbers } from './measure-work.ts';
export { readStored, type StoredOutputs } from './read-stored.ts';
export { readTools, type InstalledTool } from './read-tools.ts';
export { describeRun, listRuns } from './read-runs.ts';
export { listTasks } from './read-tasks.ts';
export { listOutputs } from './read-outputs.ts';
export { groupFailures } from './failures/group-failures.ts';
export { listFailedTasks } from './failures/list-failed-tasks.ts';
export { summarizeFailures } from './failures/summarize-failures.ts';
export { retryFailures } from './failures/retry-failures.ts';
export { listAgents } from './read-agents.ts';
export {
  countUnread,
  forgetNotifications,
  lastNotification,
  listFreshNotifications,
  listNotifications,
  markRead,
} from './notifications/read-notifications.ts';
export { tellOfTooLarge } from './notifications/tell-of-too-large.ts';
export {
  giveUpDeliveries,
  listDueDeliveries,
  noteDelivered,
  noteRefused,
  untilNextDelivery,
  type DueDelivery,
} from './notifications/deliveries.ts';
export { readTimeline } from './read-timeline.ts';
export { readMap, readStageHistogram, type MapRequest } from './read-map.ts';
export { removeTaskChanges } from './stage-maps/remove-task-changes.ts';
export { takePulse } from './pulse.ts';
export { describeDataset, listDatasets, summarizeDatasets } from './datasets/read-datasets.ts';
export { listItems, type ItemRequest } from './datasets/list-items.ts';
export { findDatasetItem, type DatasetItem } from './datasets/find-dataset-item.ts';
export { traceItem, type TracedItem } from './datasets/trace-item.ts';
export { listUses } from './datasets/list-uses.ts';
export { readLineage } from './datasets/read-lineage.ts';
export { previewChange } from './datasets/preview-change.ts';
export { removeReplaced, sweepStore, type SweptStore } from './sweep-store.ts';
export { readWork, type MadeItem, type ReadWork } from './read-work.ts';
export { explainTask, findTask } from './explain-task.ts';
export { findLog, type FoundLog } from './find-log.ts';
export type { LostAttempt } from './lost-attempt.ts';
export { openLiveSources, type LiveSources } from './live-sources/live-sources.ts';
export { findShownItem, type FoundItem } from './pictures/find-shown-item.ts';
export { findAround, type Around } from './pictures/find-around.ts';
export {
  findOverlays,
  type OverlayCandidate,
  type RelatedItem,
  type RelatedPictures,
} from './pictures/find-overlays.ts';
export { findMeasured, type MeasuredPicture } from './pictures/find-measured.ts';
export { findSidecar } from './pictures/find-sidecar.ts';
