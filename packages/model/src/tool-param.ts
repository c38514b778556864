/**
 * The parameters that a tool declares, and the check of a value against one. Where values come from (a stage, the
 * command line, a form) is left to the callers.
 */
import { z } from 'zod';
import { closedObject } from './closed-object.ts';

const scalarSchema = z.union([z.string(), z.number()], { error: 'must be text or a number' });

const shared = {
  title: z.string().optional(),
  description: z.string().default(''),
  unit: z.string().min(1).optional().describe('The unit of its numbers, such as px, % or µm, for forms.'),
  required: z
    .boolean()
    .default(false)
    .describe('A required parameter without a default must be given by the stage; any other may be absent.'),
};

const range = { min: z.number().optional(), max: z.number().optional() };

const enumValues = z.array(scalarSchema).min(1, 'must list at least one value');

const arrayItemSchema = z.discriminatedUnion(
  'type',
  [
    closedObject({ type: z.literal('string') }),
    closedObject({ type: z.literal('integer'), ...range }),
    closedObject({ type: z.literal('number'), ...range }),
    closedObject({ type: z.literal('enum'), values: enumValues }),
  ],
  { error: 'must have the `type` string, integer, number or enum' },
);

/** One declared parameter, as `params` of a tool file has it. */
export const toolParamSchema = z.discriminatedUnion(
  'type',
  [
    closedObject({ type: z.literal('string'), ...shared, default: z.string().optional() }),
    closedObject({ type: z.literal('integer'), ...shared, ...range, default: z.number().optional() }),
    closedObject({ type: z.literal('number'), ...shared, ...range, default: z.number().optional() }),
    closedObject({ type: z.literal('boolean'), ...shared, default: z.boolean().optional() }),
    closedObject({
      type: z.literal('enum'),
      ...shared,
      values: enumValues,
      default: scalarSchema.optional(),
    }),
    closedObject({
      type: z.literal('array'),
      ...shared,
      items: arrayItemSchema,
      minItems: z.int().min(0).optional(),
      maxItems: z.int().min(0).optional(),
      default: z.array(scalarSchema).optional(),
    }),
  ],
  { error: 'must have the `type` string, integer, number, boolean, enum or array' },
);
export type ToolParam = z.output<typeof toolParamSchema>;
type ArrayItem = z.output<typeof arrayItemSchema>;

/** What is wrong with a value of a parameter, as the end of a sentence ("must be at most 10"); undefined if nothing. */
export function checkParamValue(param: ToolParam | ArrayItem, value: unknown): string | undefined {
  switch (param.type) {
    case 'string':
      return typeof value === 'string' ? undefined : 'must be text';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case 'integer':
      return Number.isSafeInteger(value) ? checkRange(param, Number(value)) : 'must be a whole number';
    case 'number':
      return Number.isFinite(value) ? checkRange(param, Number(value)) : 'must be a number';
    case 'enum':
      return param.values.some((one) => one === value)
        ? undefined
        : `must be one of ${param.values.join(', ')}`;
    case 'array':
      return checkList(param, value);
  }
}

function checkRange(
  limits: { min?: number | undefined; max?: number | undefined },
  value: number,
): string | undefined {
  if (limits.min !== undefined && value < limits.min) return `must be at least ${limits.min}`;
  if (limits.max !== undefined && value > limits.max) return `must be at most ${limits.max}`;
  return undefined;
}

function checkList(param: Extract<ToolParam, { type: 'array' }>, value: unknown): string | undefined {
  if (!Array.isArray(value)) return 'must be a list';
  if (param.minItems !== undefined && value.length < param.minItems)
    return `must have at least ${param.minItems} items`;
  if (param.maxItems !== undefined && value.length > param.maxItems)
    return `must have at most ${param.maxItems} items`;
  for (const [index, item] of value.entries()) {
    const wrong = checkParamValue(param.items, item);
    if (wrong !== undefined) return `has an item ${index + 1} that ${wrong}`;
  }
  return undefined;
}

/**
 * The value that a text of the command line or of a form means for a parameter: `3` for a number, `a,b` for a list.
 * A text that means none is given back as it is, for `checkParamValue` to refuse.
 */
export function readParamText(param: ToolParam, text: string): unknown {
  switch (param.type) {
    case 'string':
      return text;
    case 'integer':
    case 'number':
      return readNumber(text);
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'enum':
      return readChoice(param.values, text);
    case 'array': {
      const { items } = param;
      const texts = text === '' ? [] : text.split(',').map((part) => part.trim());
      if (items.type === 'string') return texts;
      return texts.map((part) => (items.type === 'enum' ? readChoice(items.values, part) : readNumber(part)));
    }
  }
}

function readNumber(text: string): number | string {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text.trim()) ? Number(text) : text;
}

function readChoice(values: readonly (string | number)[], text: string): string | number {
  return values.find((value) => String(value) === text) ?? text;
}
