/**
 * The tool file, `gantry: tool/v1`: its schema and the normalised manifest that the rest of Gantry works from.
 * Reading YAML with lines is left to `parse-tool-file.ts`, rules across fields to `check-tool.ts`.
 */
import { z } from 'zod';
import { checkTool } from './check-tool.ts';
import { closedObject, kebabSchema, nameSchema } from './closed-object.ts';
import { datasetTypes } from './dataset-type.ts';
import { durationSchema, memorySchema } from './quantity.ts';
import { mergeRetry, retrySchema } from './retry.ts';
import { toolParamSchema } from './tool-param.ts';

/** A semantic version, without build metadata. */
const versionPattern =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** What the items of an input, an output or a source are. */
export const datasetTypeSchema = z.enum(datasetTypes, { error: `must be one of ${datasetTypes.join(', ')}` });

/** One element of a command: a template, or a list of templates that is left out whole when one value is absent. */
const argumentSchema = z.union([z.string(), z.array(z.string())], {
  error: 'must be text, or a list of texts that is left out when a value that it names is absent',
});
const argumentsSchema = z.array(argumentSchema, {
  error: 'must be a list of arguments, such as [python3, fix.py]',
});

const inputSchema = closedObject({
  type: datasetTypeSchema,
  many: z
    .boolean()
    .default(false)
    .describe(
      'A list of items is handed over, in the order of their places; without it there is at most one.',
    ),
  required: z.boolean().default(true),
  layout: z
    .enum(['tree'], { error: 'must be `tree`' })
    .optional()
    .describe(
      '`tree`: the items lie below one folder, `${inputs.NAME.root}`, each at its path below its own dataset; they are links.',
    ),
  title: z.string().optional(),
  description: z.string().default(''),
});
export type ToolInput = z.output<typeof inputSchema>;

const outputSchema = closedObject({
  type: datasetTypeSchema,
  path: z
    .string()
    .min(1, 'must name the file that the tool makes')
    .describe("Template of the file (or folder) to be made, relative to the attempt's output folder."),
  pattern: z
    .string()
    .min(1)
    .optional()
    .describe(
      'One-to-many: `path` is a folder, and each file in it that fits this pattern is an item at the axes it names.',
    ),
  folder: z
    .literal(true, { error: 'must be true' })
    .optional()
    .describe('The item is a folder, which is there, and empty, when the tool starts.'),
  min: z
    .int()
    .min(0)
    .default(1)
    .describe('Fewest items that a successful task makes; 0 makes the output optional.'),
  title: z.string().optional(),
  description: z.string().default(''),
});
export type ToolOutput = z.output<typeof outputSchema>;

const resultSchema = closedObject({
  title: z.string().optional(),
  unit: z.string().optional().describe('Such as px, µm or %.'),
  description: z.string().default(''),
});

const resourceFields = {
  cpu: z.number().positive().max(4096).describe('Cores; fractions are allowed.'),
  memory: memorySchema.describe('Memory with a unit, such as 512MiB; a bare number is bytes.'),
  gpu: z.int().min(0).max(1024).describe('Whole graphics processors.'),
  time: durationSchema.describe('Time until an attempt is stopped, such as 10m; a bare number is seconds.'),
};

/** What a stage may set over a tool's own resources. */
export const resourceOverrideSchema = closedObject(resourceFields).partial();
export type ResourceOverride = z.output<typeof resourceOverrideSchema>;

const resourcesSchema = closedObject({
  cpu: resourceFields.cpu.default(1),
  memory: resourceFields.memory.default(512 * 2 ** 20),
  gpu: resourceFields.gpu.default(0),
  time: resourceFields.time.default(3600),
});
export type ToolResources = z.output<typeof resourcesSchema>;

const environmentName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable');

/** Schema of a tool file; its output is the normalised manifest, which it accepts again unchanged. */
export const toolManifestSchema = closedObject({
  gantry: z.literal('tool/v1', { error: 'must be `tool/v1`' }),
  name: kebabSchema,
  version: z.string().regex(versionPattern, 'must be a version of three numbers, such as 1.2.0'),
  title: z.string().optional(),
  description: z.string().default(''),
  image: z
    .string()
    .min(1)
    .optional()
    .describe('Container image; without it the command is a trusted one of the host.'),
  command: argumentsSchema
    .default([])
    .describe('Argument vector of templates; may be empty only where the image has an entrypoint.'),
  code: z
    .array(z.string().min(1))
    .optional()
    .describe(
      'Files and folders beside its own that its results depend on, relative to it: a change of them makes it another tool to the cache.',
    ),
  args: argumentsSchema
    .default([])
    .describe("Further arguments, appended to the command or to the image's entrypoint."),
  inputs: z.record(nameSchema, inputSchema).default({}),
  params: z.record(nameSchema, toolParamSchema).default({}),
  outputs: z.record(nameSchema, outputSchema).default({}),
  results: z
    .record(nameSchema, resultSchema)
    .default({})
    .describe('Numbers that a task tells of itself, by name; maps are coloured by them.'),
  resources: resourcesSchema.prefault({}),
  success: closedObject({ exitCodes: z.array(z.int().min(0).max(255)).min(1).default([0]) })
    .prefault({})
    .describe('Exit codes that mean success.'),
  env: z
    .record(environmentName, z.string())
    .default({})
    .describe('Environment variables; values are templates.'),
  secrets: z
    .array(environmentName)
    .default([])
    .describe("Names of the project's secrets that are handed over as environment variables."),
  ports: z
    .record(nameSchema, z.int().min(1).max(65_535))
    .default({})
    .describe('Ports that the tool listens on, by name.'),
  network: z
    .enum(['none', 'full'], { error: 'must be `none` or `full`' })
    .default('none')
    .describe('`none`: no network at all.'),
  retry: retrySchema
    .prefault({})
    .transform((given) => mergeRetry(given))
    .describe('Further tries after a failure: 2, the same as { attempts: 3 }.'),
  cache: z
    .literal(false, { error: 'must be false, or left out' })
    .optional()
    .describe('Every task is run, even where an earlier run of the project has made the same of the same.'),
  batch: z.int().min(1).max(100_000).optional().describe('Most places per call of the command.'),
  worker: z
    .literal('jsonl', { error: 'must be `jsonl`' })
    .optional()
    .describe('The command stays alive and answers a JSON line per place.'),
  interactive: closedObject({ port: nameSchema, path: z.string().startsWith('/').default('/') })
    .optional()
    .describe('A person works with it through the named port until they end it.'),
}).superRefine(checkTool);

/** A tool as the rest of Gantry knows it: memory in bytes, time in seconds, defaults filled. */
export type ToolManifest = z.output<typeof toolManifestSchema>;

/** A tool as people write it. */
export type ToolFile = z.input<typeof toolManifestSchema>;
