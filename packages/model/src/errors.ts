/**
 * The one error type that people see. A code, what happened, and the mend.
 * Mapping codes to exit statuses and to HTTP is left to `cli` and `server`.
 */

export interface ErrorDetails {
  /** What the person can do about it, one sentence. */
  readonly mend?: string | undefined;
  /** The file that it is about; `line` counts from 1. */
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  /** The field or parameter that it is about, as a dotted path. */
  readonly field?: string | undefined;
  readonly cause?: unknown;
}

/** An error with a stable kebab-case `code`, a message for people, and how to mend it. */
export class GantryError extends Error {
  readonly code: string;
  readonly mend: string | undefined;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly field: string | undefined;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'GantryError';
    this.code = code;
    this.mend = details.mend;
    this.file = details.file;
    this.line = details.line;
    this.field = details.field;
  }
}

/** True for errors that are written for people; anything else is a fault of ours. */
export function isGantryError(error: unknown): error is GantryError {
  return error instanceof GantryError;
}
