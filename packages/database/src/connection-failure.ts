/**
 * Says in people's words why the database could not be reached. Never with the password.
 */
import { GantryError } from '@gantry/model';
import type { PoolOptions } from 'pg';

const systemCodes = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
const brokenCodes = new Set(['ETIMEDOUT', 'ECONNRESET', 'EPIPE', 'EACCES']);

function codeOf(error: unknown): string {
  // Node tries each address of a host, and gathers the errors.
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return '';
}

/** True for what passes by itself: a server that is starting or stopping, or has no connection to spare. */
export function isPassing(error: unknown): boolean {
  return ['57P03', '53300'].includes(codeOf(error));
}

/** The GantryError for an error of connecting; any other error comes back as it is. */
export function explainConnectionFailure(error: unknown, options: PoolOptions): unknown {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const server = describeServer(options);
  if (code.startsWith('28') || code === '3D000') {
    return new GantryError('database-refused', `The database server ${server} refused us: ${message}`, {
      mend: 'Check the user, the password and the database name in DATABASE_URL.',
      cause: error,
    });
  }
  const unreachable =
    systemCodes.has(code) ||
    brokenCodes.has(code) ||
    isPassing(error) ||
    ['08', '57P'].some((group) => code.startsWith(group)) ||
    /timeout exceeded when trying to connect|Connection terminated/.test(message);
  if (!unreachable) return error;
  const reason = code === '' || systemCodes.has(code) ? message || code : `${message} (${code})`;
  return new GantryError(
    'database-unreachable',
    `The database server ${server} cannot be reached: ${reason}`,
    {
      mend: 'Check that it runs and that DATABASE_URL points to it; leave DATABASE_URL unset to use the embedded one.',
      cause: error,
    },
  );
}

/** Host, port and database, without user and password. */
function describeServer(options: PoolOptions): string {
  if (options.connectionString === undefined) {
    return `at ${options.host ?? 'localhost'}:${options.port ?? 5432}/${options.database ?? ''}`;
  }
  try {
    const url = new URL(options.connectionString);
    const host = url.searchParams.get('host') ?? url.host;
    return `at ${host}${url.pathname}`;
  } catch {
    return 'of DATABASE_URL (which is not a URL)';
  }
}
