export { openEngine, type Engine, type EngineNews } from './engine.ts';
export type { RunPlan, SourcePlan, StagePlan } from './run-plan.ts';
export { createDataset, type NewDataset } from './create-dataset.ts';
export { admitItems, type Admitted, type NewItem } from './admit-items.ts';
export { closeDataset } from './close-dataset.ts';
export { sealDataset } from './seal-dataset.ts';
export { createRun, type NewRun } from './create-run.ts';
export { claimTasks, type ClaimedTask } from './claim-tasks.ts';
export type { EndedAttempt, MadeFile } from './ended-attempt.ts';
export { settleAttempts, type Settled } from './settle-attempts.ts';
export { resumeRun, type Again } from './resume-run.ts';
export { cancelRun } from './cancel-run.ts';
export {
  endSession,
  expireSessions,
  heldAttempts,
  openSession,
  renewAllSessions,
  renewSession,
  requireSession,
  type NewSession,
  type OpenedSession,
} from './sessions.ts';
export { digestTool, readTools, type InstalledTool } from './read-tools.ts';
export { describeRun, listRuns } from './read-runs.ts';
export { listOutputs, listTasks } from './read-tasks.ts';
export { readMap, type MapRequest } from './read-map.ts';
export { takePulse } from './pulse.ts';
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
