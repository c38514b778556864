export { GantryError, isGantryError, type ErrorDetails } from './errors.ts';
export { diskFull, isDiskFull } from './disk-full.ts';
export {
  agentApiPath,
  agentCapacitySchema,
  assignedOutputSchema,
  assignedResourcesSchema,
  assignmentSchema,
  attemptOutcomes,
  attemptOutcomeSchema,
  attemptWorkFolder,
  claimAnswerSchema,
  claimRequestSchema,
  heartbeatAnswerSchema,
  heartbeatRequestSchema,
  joinAnswerSchema,
  joinRequestSchema,
  logReferenceSchema,
  maxAgentBlock,
  reportedOutputSchema,
  reportSchema,
  reportsAnswerSchema,
  reportsRequestSchema,
  returnsRequestSchema,
  workerAnswerSchema,
  workerInputSchema,
  workerProgressSchema,
  workerRequestSchema,
  type AgentCapacity,
  type AssignedOutput,
  type AssignedResources,
  type Assignment,
  type AttemptOutcome,
  type ClaimAnswer,
  type ClaimRequest,
  type HeartbeatAnswer,
  type HeartbeatRequest,
  type JoinAnswer,
  type JoinRequest,
  type LogReference,
  type Report,
  type ReportedOutput,
  type ReportsAnswer,
  type ReportsRequest,
  type ReturnsRequest,
  type WorkerAnswer,
  type WorkerInput,
  type WorkerProgress,
  type WorkerRequest,
} from './agent-protocol.ts';
export {
  toolManifestSchema,
  type ResourceOverride,
  type ToolFile,
  type ToolInput,
  type ToolManifest,
  type ToolOutput,
  type ToolResources,
} from './tool-manifest.ts';
export { checkParamValue, readParamText, toolParamSchema, type ToolParam } from './tool-param.ts';
export { parseToolFile } from './parse-tool-file.ts';
export { pipelineFileSchema, type PipelineFile, type SourceFile, type StageFile } from './pipeline-file.ts';
export { parsePipelineFile, type ParsedPipeline } from './parse-pipeline-file.ts';
export { compilePipeline, type CompileOptions } from './compile-pipeline.ts';
export {
  compareBounds,
  comparePipelines,
  isSameForm,
  type PartChange,
  type PipelineSide,
  type StageEdit,
} from './compare-pipelines.ts';
export { recipeText } from './stage-recipe.ts';
export { editPipelineText, type TextEdit } from './edit-pipeline-text.ts';
export {
  boundsChangeSchema,
  editablePipelineSchema,
  editedRunSchema,
  editRunBodySchema,
  pipelineSourceSchema,
  plannedEditSchema,
  revisionChangeSchema,
  revisionSummarySchema,
  stageEffectSchema,
  type BoundsChange,
  type EditablePipeline,
  type EditedRun,
  type EditRunBody,
  type EditRunRequest,
  type PlannedEdit,
  type RevisionSummary,
} from './edit-api.ts';
export { compareVersions, resolveTool } from './resolve-tool.ts';
export { FileErrors, formatProblem, type FileProblem } from './file-problem.ts';
export {
  escapeTemplate,
  parseTemplate,
  templateUses,
  usesIdentity,
  type Argument,
  type TemplatePart,
  type TemplateReference,
} from './template.ts';
export { fillArguments, fillOutputPath, fillTemplate, fillText, type FillOptions } from './fill-template.ts';
export { stemOf, type ScopeItem, type TemplateScope } from './template-scope.ts';
export { maxCoordinate, parsePattern, type FilePattern } from './file-pattern.ts';
export { suggestPattern, type SuggestedPattern } from './suggest-pattern.ts';
export { suggestName } from './near-names.ts';
export { explainMismatch } from './explain-mismatch.ts';
export { findHoles, type Holes } from './find-holes.ts';
export {
  cellStates,
  drawLattice,
  readCells,
  type CellState,
  type LatticePicture,
  type PictureAxis,
} from './lattice-picture.ts';
export { expectTasks, type ExpectedSource, type ExpectedStage } from './expect-tasks.ts';
export {
  isTileAxes,
  parseTileList,
  tileListAxes,
  tileListNames,
  type ItemMeta,
  type ListedTile,
  type TileList,
  type TileProblem,
} from './tile-list.ts';
export { quoteWord, writeRequest, writeRunCommand, type WrittenRun } from './write-run-command.ts';
export { folderSourceSchema, type FolderSource, type FolderSourceBody } from './folder-source.ts';
export {
  intakeBodySchema,
  intakeProblemSchema,
  intakesAtWorkSchema,
  intakeStateSchema,
  type IntakeAtWork,
  type IntakeBody,
  type IntakeProblem,
  type IntakeState,
} from './intake-api.ts';
export {
  checkedPipelineSchema,
  checkPipelineBodySchema,
  fieldProblemSchema,
  fileThumbnailQuerySchema,
  folderEntrySchema,
  folderListingSchema,
  folderLookSchema,
  folderQuerySchema,
  lookBodySchema,
  pipelineChoiceSchema,
  plannedRunSchema,
  recentFolderSchema,
  runChoicesSchema,
  toolSummarySchema,
  type CheckedPipeline,
  type CheckPipelineBody,
  type FieldProblem,
  type FolderEntry,
  type FolderListing,
  type FolderLook,
  type LookBody,
  type PipelineChoice,
  type PlannedRun,
  type RecentFolder,
  type RunChoices,
  type ToolSummary,
} from './new-run-api.ts';
export { checkPatternAxes, comparePatternAxes } from './check-pattern-axes.ts';
export { formatCount, plural } from './count-words.ts';
export { describeIndex } from './describe-index.ts';
export { isImageName } from './image-name.ts';
export { indexFiles, requireFiles, type FileIndex, type IndexedFile } from './index-files.ts';
export {
  cacheKeyText,
  canonicalJson,
  compareCacheKeys,
  type CacheKeyDifference,
  type CacheKeyItem,
  type CacheKeyParts,
} from './cache-key.ts';
export { notificationJsonSchema, pipelineJsonSchema, toolJsonSchema } from './json-schema.ts';
export { formatMemory, parseDuration, parseMemory, parsePercent } from './quantity.ts';
export { agrees, coordinates, formatPlace, placeAt, placeKey, project, type Place } from './place.ts';
export {
  declaredCoordinates,
  intersectBounds,
  isWithin,
  neighborAt,
  offsetVectors,
  restrictBounds,
  step,
  unbounded,
  type LatticeBounds,
  type Range,
} from './lattice.ts';
export type { Over } from './over.ts';
export { datasetTypes, type DatasetType } from './dataset-type.ts';
export type {
  CompiledInput,
  CompiledOutput,
  CompiledPipeline,
  CompiledSource,
  CompiledStage,
  Origin,
  Tolerance,
} from './pipeline-graph.ts';
export {
  datasetStates,
  failureOutcomes,
  isAtWork,
  runStates,
  taskStates,
  type AttemptEnd,
  type DatasetState,
  type FailureOutcome,
  type RunState,
  type TaskState,
} from './task-state.ts';
export { usualLostLimit } from './retry.ts';
export { causeGaps, causeOf, logHint, silentCause, withoutLogHint } from './failure-cause.ts';
export { judgeTask, toleratedFailures, type InputTally, type Judgement, type Result } from './judge-task.ts';
export {
  ReferenceRun,
  type MadeItem,
  type Outcome,
  type RetryLimits,
  type TaskView,
} from './reference-model.ts';
export {
  completeWhenSchema,
  listedNames,
  liveSourceStateSchema,
  sourceKinds,
  type SourceKind,
  liveTroubleSchema,
  watchBodySchema,
  watchOptionsSchema,
  type CompleteWhen,
  type LiveSourceState,
  type LiveTrouble,
  type WatchBody,
  type WatchOptions,
} from './live-api.ts';
export {
  admittedAnswerSchema,
  attemptSummarySchema,
  boundsSchema,
  createdAnswerSchema,
  foundTaskSchema,
  logLineSchema,
  maxItemBlock,
  newDatasetBodySchema,
  newItemsBodySchema,
  newRunBodySchema,
  problemSchema,
  resumeBodySchema,
  resumedAnswerSchema,
  runDetailSchema,
  runOutputSchema,
  runSummarySchema,
  sealedAnswerSchema,
  serverStatusSchema,
  signInAddressSchema,
  stageSummarySchema,
  taskCountsSchema,
  taskExplanationSchema,
  taskQuerySchema,
  healthSchema,
  priorityBodySchema,
  prioritySchema,
  storageStateSchema,
  taskSummarySchema,
  userApiPath,
  type AdmittedAnswer,
  type AttemptSummary,
  type LogLine,
  type NewDatasetBody,
  type NewItemsBody,
  type NewRunBody,
  type NewRunRequest,
  type Problem,
  type ResumeBody,
  type RunDetail,
  type RunOutput,
  type RunSummary,
  type ServerStatus,
  type StageSummary,
  type Health,
  type StorageState,
  type TaskCounts,
  type TaskExplanation,
  type TaskQuery,
  type TaskSummary,
} from './user-api.ts';
export {
  boxTextSchema,
  changePreviewSchema,
  datasetDetailSchema,
  datasetLineageSchema,
  datasetQuerySchema,
  datasetSummarySchema,
  itemDetailSchema,
  itemPlaceQuerySchema,
  itemQuerySchema,
  itemSummarySchema,
  listedNeighbours,
  listedReaders,
  maxItemPage,
  previewQuerySchema,
  type ChangePreview,
  type DatasetDetail,
  type DatasetLineage,
  type DatasetQuery,
  type DatasetSummary,
  type ItemDetail,
  type ItemMetadata,
  type ItemOrigin,
  type ItemQuery,
  type ItemSummary,
  type ItemUse,
} from './data-api.ts';
export {
  beatMs,
  eventsHelloSchema,
  notificationNewsSchema,
  type EventsHello,
  type NotificationNews,
} from './events-api.ts';
export {
  failedTasksQuerySchema,
  failedTasksSchema,
  failureFilterSchema,
  failureGroupings,
  failureGroupsQuerySchema,
  failureGroupsSchema,
  failureSummarySchema,
  logEndQuerySchema,
  logEndSchema,
  mostSummaryRuns,
  retryAnswerSchema,
  retryBodySchema,
  type FailedTask,
  type FailedTasks,
  type FailedTasksQuery,
  type FailureFilter,
  type FailureGroup,
  type FailureGrouping,
  type FailureGroups,
  type FailureGroupsQuery,
  type FailureSummary,
  type LogEnd,
  type RetryAnswer,
  type RetryBody,
} from './failures-api.ts';
export {
  notificationAboutSchema,
  notificationSchema,
  notificationsQuerySchema,
  notificationsSchema,
  readNotificationsBodySchema,
  unreadAnswerSchema,
  webhookBodySchema,
  type Notification,
  type NotificationAbout,
  type Notifications,
  type NotificationsQuery,
  type ReadNotificationsBody,
  type WebhookBody,
} from './notifications-api.ts';
export { describeNotification, type NotificationWords } from './describe-notification.ts';
export {
  agentStates,
  agentSummarySchema,
  mostAgentTasks,
  type AgentState,
  type AgentSummary,
} from './agents-api.ts';
export { taskWorkSchema, type TaskWork } from './work-api.ts';
export { drawGraph, type DrawnPipeline } from './draw-graph.ts';
export { measureSchema, resultOf, type Measure } from './measure.ts';
export { runGraphSchema, type RunGraph } from './graph-api.ts';
export {
  decodeMap,
  encodeMap,
  encodeMapLines,
  goneState,
  histogramQuerySchema,
  histogramSchema,
  mapHeadSchema,
  mapQuerySchema,
  readMapState,
  staleFlag,
  type Histogram,
  type MapColumns,
  type MapHead,
  type MapQuery,
} from './map-api.ts';
export {
  aroundAnswerSchema,
  overlaysAnswerSchema,
  pictureDescriptionSchema,
  pictureFormats,
  pictureLookups,
  pictureQuerySchema,
  pictureValueSchema,
  placeQuerySchema,
  thumbnailQuerySchema,
  tileFormats,
  tileQuerySchema,
  valueQuerySchema,
  type AroundAnswer,
  type Overlay,
  type OverlayKind,
  type OverlaysAnswer,
  type PictureDescription,
  type PictureValue,
  type ShownItem,
} from './picture-api.ts';
export {
  maxTableValues,
  measuredAnswerSchema,
  tableAnswerSchema,
  tableQuerySchema,
  type MeasuredAnswer,
  type TableAnswer,
  type TableColumn,
} from './table-api.ts';
export { labelColour } from './label-colour.ts';
export { isInnerPath } from './inner-path.ts';
