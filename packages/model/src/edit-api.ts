/**
 * What is asked and answered about the pipeline of a run that is there: its revisions, what an edit would come to, and
 * the edit itself.
 *
 * | request                      | body          | answer                                                        |
 * |------------------------------|---------------|---------------------------------------------------------------|
 * | GET /runs/ID/revisions       |               | `RevisionSummary[]`, newest first                             |
 * | GET /runs/ID/pipeline        |               | `EditablePipeline`: what an edit begins with                  |
 * | POST /runs/ID/pipeline/check | `EditRunBody` | `PlannedEdit`: all that is wrong, or what would be done again |
 * | PUT /runs/ID/pipeline        | `EditRunBody` | `EditedRun`                                                   |
 */
import { z } from 'zod';
import { coordinate, range } from './coordinate-schemas.ts';
import { runGraphSchema } from './graph-api.ts';
import { checkedPipelineSchema, fieldProblemSchema, toolSummarySchema } from './new-run-api.ts';
import { boundsSchema } from './user-api.ts';

const texts = z.record(z.string(), z.record(z.string(), z.string()));

const partChangeSchema = z.object({
  /** Such as `params.sigma`, `tool`, `inputs.tile`, `region.x`. */
  field: z.string(),
  /** As people read it; absent where there was none. */
  from: z.string().optional(),
  to: z.string().optional(),
});

export const revisionChangeSchema = z.union([
  z.object({
    stage: z.string(),
    kind: z.enum(['added', 'removed', 'replaced', 'changed']),
    parts: z.array(partChangeSchema),
    /** `redo`: its tasks run again; `judge`: each is looked at with the new rule; `keep`: nothing is done again. */
    effect: z.enum(['redo', 'judge', 'keep']),
  }),
  z.object({ source: z.string(), kind: z.literal('bounds'), parts: z.array(partChangeSchema) }),
]);

/** The text of a pipeline, and what is set over it. */
export const pipelineSourceSchema = z.object({
  file: z.string(),
  text: z.string(),
  /** Folders with tools beside the server's own. */
  tools: z.array(z.string()),
  /** By stage and parameter. */
  params: texts,
});

export const revisionSummarySchema = z.object({
  /** From 1, with which the run was started. */
  revision: z.int(),
  at: z.string(),
  /** Who made it, as they call themselves. */
  by: z.string().nullable(),
  note: z.string().nullable(),
  /** Null where the text was not kept. */
  pipeline: pipelineSourceSchema.nullable(),
  changes: z.array(revisionChangeSchema),
  /** Tasks that were to be done again because their own stage was changed. */
  redone: z.int(),
});

export const stageEffectSchema = z.object({
  stage: z.string(),
  /** Tasks that have a result and are run again, since their own stage has changed. */
  again: z.int(),
  /** Tasks that have a result and follow, where what they read comes out differently. */
  follow: z.int(),
  /** Tasks more, and fewer, than before. */
  more: z.int(),
  fewer: z.int(),
  /** Finished tasks of a stage that is removed or begun anew: what they made stays. */
  left: z.int(),
  /** Tasks whose earlier result stands again, without being run. */
  back: z.int(),
});

/** Per axis: another range, or null for none. What is not named stays as it is. */
const rangesChange = z.record(z.string(), range.nullable());

export const boundsChangeSchema = z.object({
  /** The first and last coordinates that there will be. */
  extents: rangesChange.optional(),
  /** The region of interest: what lies outside is not run. */
  region: rangesChange.optional(),
  /** Planes that are passed over; an empty list for none. */
  skip: z.record(z.string(), z.array(coordinate).max(10_000)).optional(),
});

export const editRunBodySchema = z.object({
  /** The revision that is edited; another one since then is a conflict. */
  base: z.int().min(1),
  /** Another text; that of the revision if absent. */
  pipeline: z.object({ file: z.string().min(1).max(1000), text: z.string().max(1_000_000) }).optional(),
  /** Folders with tools; those of the revision if absent. */
  tools: z.array(z.string()).optional(),
  /** Stages that are added to the text, as a pipeline file has them. */
  add: z.record(z.string(), z.unknown()).optional(),
  /** Stages that are removed from it; what reads one of them reads what it had read, where types and axes allow. */
  remove: z.array(z.string()).optional(),
  /** Parameters, by stage and name, over what the revision has; null for that of the file. */
  params: z.record(z.string(), z.record(z.string(), z.string().nullable())).optional(),
  /** By source. */
  bounds: z.record(z.string(), boundsChangeSchema).optional(),
  by: z.string().max(200).optional(),
  note: z.string().max(2000).optional(),
});

export const editablePipelineSchema = z.object({
  revision: z.int(),
  pipeline: pipelineSourceSchema,
  /** With its stages' parameters, as a form asks for them. */
  checked: checkedPipelineSchema,
  /** Those that a stage which is added may use. */
  tools: z.array(toolSummarySchema),
  /** By source, as the run has them. */
  bounds: z.record(z.string(), boundsSchema.extend({ axes: z.array(z.string()) })),
});

export const plannedEditSchema = z.object({
  /** What is wrong; the rest is empty then. */
  problems: z.array(fieldProblemSchema),
  changes: z.array(revisionChangeSchema),
  effects: z.array(stageEffectSchema),
  /** The text that it comes to. */
  pipeline: pipelineSourceSchema.nullable(),
  /** Absent where something is wrong. */
  graph: runGraphSchema.optional(),
});

export const editedRunSchema = z.object({
  /** The one before where nothing differs. */
  revision: z.int(),
  changes: z.array(revisionChangeSchema),
  effects: z.array(stageEffectSchema),
});

export type RevisionSummary = z.infer<typeof revisionSummarySchema>;
export type BoundsChange = z.infer<typeof boundsChangeSchema>;
export type EditRunBody = z.input<typeof editRunBodySchema>;
export type EditRunRequest = z.output<typeof editRunBodySchema>;
export type EditablePipeline = z.infer<typeof editablePipelineSchema>;
export type PlannedEdit = z.infer<typeof plannedEditSchema>;
export type EditedRun = z.infer<typeof editedRunSchema>;
