/**
 * Objects of the files that people write: an unknown key is an error that says which key was meant, and names have
 * one spelling rule. Turning schema issues into problems with a line is left to `schema-problems.ts`.
 */
import { z } from 'zod';
import { suggestName } from './near-names.ts';

/**
 * A strict object whose `unrecognized_keys` issue carries, as its message, a line per key with its mend ("Did you mean
 * `inputs`?"); `schema-problems.ts` relies on it.
 */
export function closedObject<const Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const keys = Array.isArray(issue.keys) ? issue.keys.map(String) : [];
      return keys.map((key) => suggestName(key, Object.keys(shape))).join('\n');
    },
  });
}

/** A name that other parts of a file refer to: an input, an output, a parameter, a stage, a source. */
export const nameSchema = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'must be a name: a letter, then letters, digits, `_` or `-`')
  .max(100, 'must be a name of at most 100 characters');

/** The name of a tool or a pipeline, which is part of addresses and folders. */
export const kebabSchema = z
  .string()
  .regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, 'must be lower-case words joined by `-`, such as `line-fix`')
  .max(100, 'must be a name of at most 100 characters');

/** The name of an axis of a lattice. */
export const axisSchema = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'must be the name of an axis: a letter, then letters, digits or `_`')
  .max(50, 'must be the name of an axis of at most 50 characters');
