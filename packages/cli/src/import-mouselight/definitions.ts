/**
 * MouseLight's task definitions and stages, as its API hands them out: the schema of the file that is imported, in
 * `camelCase` or `snake_case`. What becomes of them is left to `translate-task.ts` and `translate-stages.ts`.
 */
import { FileErrors, type FileProblem } from '@gantry/model';
import { z } from 'zod';

/** How a stage finds its tiles: the API's numbers, or words. */
const functionTypes = { 2: 'map', 3: 'x-adjacent', 4: 'y-adjacent', 5: 'z-adjacent' } as const;
export type FunctionType = (typeof functionTypes)[keyof typeof functionTypes];

const functionTypeSchema = z
  .union([z.enum(Object.values(functionTypes)), z.literal([2, 3, 4, 5])], {
    error: 'must be 2 or map, 3 or x-adjacent, 4 or y-adjacent, 5 or z-adjacent',
  })
  .transform((type): FunctionType => (typeof type === 'number' ? functionTypes[type] : type));

const id = z.union([z.string().min(1), z.number()], { error: 'must be an id' }).transform(String);
const name = z.string({ error: 'must be a name' }).trim().min(1, 'must be a name');
const text = z.string().nullish();
const workUnits = z.number({ error: 'must be a number' }).min(0, 'must be at least 0').nullish();

/** One argument of a script: a text as it is, or the value of a parameter of that name. */
export interface ScriptArgument {
  readonly kind: 'literal' | 'parameter';
  readonly value: string;
}

const argumentSchema = z
  .union(
    [
      z.string(),
      z.object({ parameter: z.string().min(1) }),
      z.object({
        value: z.union([z.string(), z.number()]),
        type: z.union([z.literal([0, 1]), z.enum(['literal', 'parameter', 'LITERAL', 'PARAMETER'])]),
      }),
    ],
    {
      error:
        'must be a text, { parameter: NAME }, or { value, type } where type is 0 (literal) or 1 (parameter)',
    },
  )
  .transform((argument): ScriptArgument => {
    if (typeof argument === 'string') return { kind: 'literal', value: argument };
    if ('parameter' in argument) return { kind: 'parameter', value: argument.parameter };
    const isParameter = argument.type === 1 || String(argument.type).toLowerCase() === 'parameter';
    return { kind: isParameter ? 'parameter' : 'literal', value: String(argument.value) };
  });

/** The API keeps arguments as JSON in a text, within an object. */
const argumentsSchema = z.preprocess(
  (given) => {
    const value = typeof given === 'string' && given.trim() !== '' ? tryJson(given) : given;
    if (value === null || value === undefined || value === '') return [];
    return typeof value === 'object' && 'arguments' in value ? value.arguments : value;
  },
  z.array(argumentSchema, { error: 'must be a list of arguments' }),
);

const repositorySchema = z.object({ id, name: text, location: z.string().min(1, 'must be a folder') });

const taskSchema = z.object({
  id,
  name,
  description: text,
  script: z.string({ error: 'must be the path of a script' }).min(1, 'must be the path of a script'),
  interpreter: text,
  taskRepositoryId: id.nullish(),
  scriptArgs: argumentsSchema,
  clusterArgs: z.unknown().optional(),
  expectedExitCode: z.int().min(0).max(255).nullish(),
  localWorkUnits: workUnits,
  clusterWorkUnits: workUnits,
  logPrefix: text,
});
export type TaskDefinition = z.output<typeof taskSchema>;

const stageSchema = z.object({
  id,
  name,
  description: text,
  functionType: functionTypeSchema,
  taskId: id,
  previousStageId: id.nullish(),
});
export type StageDefinition = z.output<typeof stageSchema>;

const definitionsSchema = z.object({
  project: z.object({ name: text, description: text }).nullish(),
  taskRepositories: z.array(repositorySchema).default([]),
  taskDefinitions: z.array(taskSchema, { error: 'must be a list of task definitions' }),
  pipelineStages: z.array(stageSchema, { error: 'must be a list of stages' }),
});
export type Definitions = z.output<typeof definitionsSchema>;

/** @param file for messages @throws FileErrors with a problem per field */
export function parseDefinitions(json: string, file: string): Definitions {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new FileErrors([
      problem(
        file,
        '',
        'bad-value',
        `the file is no JSON: ${String(error)}`,
        'Save the answer of the API as it is.',
      ),
    ]);
  }
  const parsed = definitionsSchema.safeParse(unwrap(camelCase(value)));
  if (parsed.success) return parsed.data;
  throw new FileErrors(
    parsed.error.issues.map((issue) => {
      const field = issue.path.map(String).join('.');
      const rule = issue.message.startsWith('must') ? issue.message : 'must have another form';
      return problem(
        file,
        field,
        'bad-value',
        `\`${field}\` ${rule}`,
        'Correct it in the file, or ask the API for it.',
      );
    }),
  );
}

export function problem(
  file: string,
  field: string,
  code: string,
  message: string,
  mend: string,
): FileProblem {
  return { file, line: 0, field, code, message, mend };
}

/** Answers of the API lie within `data`. */
function unwrap(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'data' in value ? value.data : value;
}

function camelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      camelCase(inner),
    ]),
  );
}

function tryJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // The schema says what it must be.
    return json;
  }
}
