/** The one place that maps errors to exit codes. */
import { isGantryError } from '@gantry/model';
import { exitCodes } from './exit-codes.ts';

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
/** What was named does not fit together, though the code begins as those of the machine do. */
const inputCodes: ReadonlySet<string> = new Set(['database-of-another-directory']);
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
  if (inputCodes.has(error.code)) return exitCodes.badInput;
  const infrastructure =
    infrastructureCodes.has(error.code) ||
    infrastructurePrefixes.some((prefix) => error.code.startsWith(prefix));
  return infrastructure ? exitCodes.infrastructure : exitCodes.badInput;
}
