/**
 * What the command line ends with, and the one place that maps errors to it.
 */
import { isGantryError } from '@gantry/model';

export const exitCodes = {
  /** All that was asked for was done; every task of a run succeeded. */
  done: 0,
  /** Some tasks failed, are blocked or were cancelled. */
  tasksFailed: 1,
  /** Bad usage, or bad input: what was asked for cannot be done as it was asked. */
  badInput: 2,
  /** The machine, the database, the server, the disk; or a fault of ours. */
  infrastructure: 3,
  /** Ended by a second Ctrl-C, as shells expect it. */
  killed: 130,
} as const;

const infrastructureCodes: ReadonlySet<string> = new Set([
  'data-directory-in-use',
  'data-directory-damaged',
  'data-directory-not-writable',
  'database-encoding',
  'disk-full',
  'forbidden',
  'internal',
  'lock-unavailable',
  'port-in-use',
  'unauthorized',
  'unexpected-answer',
]);
const infrastructurePrefixes = [
  'agent-',
  'database-',
  'embedded-postgres-',
  'http-',
  'migration-',
  'server-',
];

/** The exit code of an error that ends a command. What is not meant for people is a fault of ours. */
export function exitCodeOf(error: unknown): number {
  if (!isGantryError(error)) return exitCodes.infrastructure;
  if (error.code === 'interrupted') return exitCodes.tasksFailed;
  if ('status' in error && typeof error.status === 'number' && error.status >= 500)
    return exitCodes.infrastructure;
  const infrastructure =
    infrastructureCodes.has(error.code) ||
    infrastructurePrefixes.some((prefix) => error.code.startsWith(prefix));
  return infrastructure ? exitCodes.infrastructure : exitCodes.badInput;
}
