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

/**
 * The GantryError `database-unreachable` for an error of a query on a connection that broke, or that could not be had;
 * any other error comes back as it is, those of files among them.
 */
export function explainLostConnection(error: unknown, options: PoolOptions): unknown {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { syscall } = first as NodeJS.ErrnoException;
  if (syscall !== undefined && !['connect', 'read', 'write'].includes(syscall)) return error;
  return explainConnectionFailure(error, options);
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
    /timeout exceeded when trying to connect|Connection terminated|connection error and is not queryable/.test(
      message,
    );
  if (!unreachable) return error;
  const reason = code === '' || systemCodes.has(code) ? message || code : `${message} (${code})`;
  return new GantryError(
    'database-unreachable',
    `The database server ${server} cannot be reached: ${reason}`,
    {
      mend:
        options.connectionString === undefined
          ? 'If it has ended, start the command again: it starts the database, too.'
          : 'Check that it runs and that DATABASE_URL points to it; leave DATABASE_URL unset to use the embedded one.',
      cause: error,
    },
  );
}

/** Host, port and database, without user and password. */
export function describeServer(options: PoolOptions): string {
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
