/**
 * Errors on their way out: problem details (RFC 9457). The one place that maps codes to HTTP statuses.
 */
import { FileErrors, isGantryError, type Problem } from '@gantry/model';

/** Codes with a status other than 400. */
export const problemStatuses: Readonly<Record<string, number>> = {
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  'unknown-dataset': 404,
  'unknown-item': 404,
  'file-missing': 404,
  'unknown-run': 404,
  'unknown-task': 404,
  'unknown-stage': 404,
  'unknown-attempt': 404,
  'unknown-session': 404,
  'unknown-agent': 404,
  'unknown-invitation': 404,
  'image-missing': 404,
  'table-missing': 404,
  'view-range': 404,
  'log-segment-missing': 404,
  'not-watched': 404,
  'no-intake': 404,
  'dataset-sealed': 409,
  'dataset-open': 409,
  'dataset-of-run': 409,
  'outputs-sealed': 409,
  'agent-name-in-use': 409,
  'agent-name-taken': 409,
  'secret-known': 409,
  'agent-name-fixed': 409,
  'agent-not-invited': 409,
  'version-mismatch': 409,
  'wrong-server': 409,
  'invitation-unknown': 403,
  'invitation-used': 409,
  'invitation-withdrawn': 410,
  'invitation-expired': 410,
  'attempt-not-held': 409,
  'upload-offset': 409,
  'upload-too-long': 409,
  'upload-damaged': 409,
  'range-unsatisfiable': 416,
  'disk-full': 507,
  'nothing-to-retry': 409,
  'run-archived': 409,
  'run-cancelled': 409,
  'run-edited': 409,
  'sources-differ': 409,
  'pipeline-not-kept': 409,
  'run-without-choices': 409,
  'image-changed': 409,
  'not-an-image': 422,
  'image-unreadable': 422,
  'image-truncated': 422,
  'image-unsupported': 422,
  'pyramid-damaged': 422,
  'view-unclear': 422,
  'view-unsupported': 422,
  'view-too-large': 422,
  'not-a-table': 422,
  'table-damaged': 422,
  'table-empty': 422,
  'table-too-large': 422,
  'too-much-asked': 503,
  'database-unreachable': 503,
  'database-refused': 503,
  internal: 500,
};

/** Problem details of an error; what is not meant for people becomes `internal`, without its message. */
export function toProblem(error: unknown): Problem {
  if (!isGantryError(error)) {
    return {
      type: 'about:blank',
      title: 'internal',
      status: 500,
      code: 'internal',
      detail: 'The server met a fault of its own; its log says more.',
    };
  }
  const status = problemStatuses[error.code] ?? 400;
  return {
    type: 'about:blank',
    title: error.code,
    status,
    code: error.code,
    detail: error.message,
    mend: error.mend,
    file: error.file,
    line: error.line,
    field: error.field,
    problems: error instanceof FileErrors ? [...error.problems] : undefined,
  };
}
