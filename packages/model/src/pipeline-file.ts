/**
 * The pipeline file, `gantry: pipeline/v1`: its schema. Reading YAML with lines is left to
 * `parse-pipeline-file.ts`, everything that needs the tools to `compile-pipeline.ts`.
 */
import { z } from 'zod';
import { labelsSchema, poolNameSchema } from './agents-api.ts';
import { axisSchema, closedObject, kebabSchema, nameSchema } from './closed-object.ts';
import { suggestName } from './near-names.ts';
import type { Over } from './over.ts';
import type { Tolerance } from './pipeline-graph.ts';
import { parsePercent } from './quantity.ts';
import { retrySchema } from './retry.ts';
import { datasetTypeSchema, resourceOverrideSchema } from './tool-manifest.ts';

/** A coordinate that a database's integer can hold. */
const coordinate = z.int().min(-2_147_483_648).max(2_147_483_647);
/** Steps to a neighbor. */
const offset = z.int().min(-1000).max(1000);
const axesSchema = z
  .array(axisSchema, { error: 'must be a list of axes, such as [row, col]' })
  .refine((axes) => new Set(axes).size === axes.length, 'must name every axis once');

/** A dataset that a run is given. */
export const sourceFileSchema = closedObject({
  type: datasetTypeSchema,
  axes: axesSchema.default([]).describe('Axes of the lattice, in order; none for a single item.'),
  extents: z
    .record(axisSchema, z.tuple([coordinate, coordinate]))
    .default({})
    .describe(
      'Per axis, the first and the last coordinate; an axis without them is open until the dataset is closed.',
    ),
  skip: z
    .record(axisSchema, z.array(coordinate))
    .default({})
    .describe('Per axis, planes that are passed over.'),
  title: z.string().optional(),
  description: z.string().default(''),
}).superRefine((source, context) => {
  for (const field of ['extents', 'skip'] as const) {
    for (const axis of Object.keys(source[field])) {
      if (source.axes.includes(axis)) continue;
      context.addIssue({
        code: 'custom',
        path: [field, axis],
        message: `\`${field}\` is for the source's own axes, and \`${axis}\` is none`,
        params: { code: 'unknown-axis', mend: suggestName(axis, source.axes) },
        input: source,
      });
    }
  }
  for (const [axis, [first, last]] of Object.entries(source.extents)) {
    if (first > last)
      context.addIssue({
        code: 'custom',
        path: ['extents', axis],
        message: `the extents of \`${axis}\` begin at ${first}, above their end at ${last}`,
        params: { code: 'empty-range', mend: 'Write the lower coordinate first.' },
        input: source,
      });
  }
});
export type SourceFile = z.output<typeof sourceFileSchema>;

const overForms = 'must be each, all, { group: [z] }, or { neighbors: { z: [0, 1] }, edges: clip }';

const overSchema = z
  .union(
    [
      z.enum(['each', 'all']),
      closedObject({ group: axesSchema.min(1) }),
      closedObject({
        neighbors: z.record(
          axisSchema,
          z
            .array(offset)
            .min(1)
            .refine((offsets) => new Set(offsets).size === offsets.length),
        ),
        edges: z.enum(['clip', 'drop']).default('clip'),
      }).refine((over) => Object.keys(over.neighbors).length > 0),
    ],
    { error: overForms },
  )
  .transform((over): Over => {
    if (typeof over === 'string') return { kind: over };
    if ('group' in over) return { kind: 'group', axes: over.group };
    return { kind: 'neighbors', offsets: over.neighbors, edges: over.edges };
  });

const tolerateForms = 'must be a number of places, or a percent such as "2%"';

const tolerateSchema = z
  .union([z.int().min(0), z.string()], { error: tolerateForms })
  .transform((value, context): Tolerance => {
    if (typeof value === 'number') return { places: value };
    const fraction = parsePercent(value);
    if (fraction !== undefined) return { fraction };
    context.addIssue({ code: 'custom', message: tolerateForms, input: value });
    return z.NEVER;
  });

const toolReference = /^([a-z][a-z0-9]*(?:-[a-z0-9]+)*)@(\d+(?:\.\d+(?:\.\d+(?:-[0-9A-Za-z.-]+)?)?)?)$/;

/** A tool and a version, which may be cut short: `stitch@1` is the highest 1.x.y. */
const toolReferenceSchema = z
  .string()
  .regex(toolReference, 'must be a tool and a version, such as stitch@1 or stitch@1.2.0')
  .transform((text) => {
    const [, name = '', version = ''] = toolReference.exec(text) ?? [];
    return { name, version };
  });

/** One stage: a tool, how it walks, and what it reads. */
export const stageFileSchema = closedObject({
  tool: toolReferenceSchema,
  over: overSchema
    .prefault('each')
    .describe(
      'A task per place (each), one for all, one per value of some axes, or one per place with its neighbors.',
    ),
  inputs: z
    .record(nameSchema, z.string())
    .default({})
    .describe(
      'Per input of the tool, a source (`tiles`) or an output of a stage (`stitch.vector`); the first is the primary one.',
    ),
  params: z.record(nameSchema, z.unknown()).default({}),
  tolerate: tolerateSchema
    .prefault(0)
    .describe(
      'How many failed or blocked places a task may go on without: a number, or a percent of those it reads.',
    ),
  resources: resourceOverrideSchema.default({}).describe("Set over the tool's own."),
  retry: retrySchema.optional().describe("Set over the tool's own."),
  limit: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('How many tasks of the stage may run at once, over all agents; any number if absent.'),
  cache: z
    .boolean()
    .optional()
    .describe("`false`: results of earlier runs are not taken; the tool's own if absent."),
  labels: labelsSchema
    .optional()
    .describe('What an agent must have to take its tasks, such as { scanner: b }; see `gantry agents`.'),
  pool: poolNameSchema.optional().describe("The agents that take its tasks; the run's own pool if absent."),
  title: z.string().optional(),
  description: z.string().default(''),
});
export type StageFile = z.output<typeof stageFileSchema>;

/** The keys around the parts, which `parse-pipeline-file.ts` reads one by one, so that one fault hides no other. */
export const pipelineHeadSchema = closedObject({
  gantry: z.literal('pipeline/v1', { error: 'must be `pipeline/v1`' }),
  name: kebabSchema,
  title: z.string().optional(),
  description: z.string().default(''),
  source: z.unknown().optional().describe('Short for `sources` with one source of the name `source`.'),
  sources: z.record(z.string(), z.unknown()).optional(),
  stages: z.record(z.string(), z.unknown()),
});

/** Schema of a whole pipeline file. */
export const pipelineFileSchema = closedObject({
  ...pipelineHeadSchema.shape,
  source: sourceFileSchema.optional(),
  sources: z.record(nameSchema, sourceFileSchema).optional(),
  stages: z.record(nameSchema, stageFileSchema),
});

/** A pipeline as people write it. */
export type PipelineFile = z.input<typeof pipelineFileSchema>;
