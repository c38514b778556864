/**
 * Reads one line of a persistent tool, or of a batch's results. Checked by hand and not by the protocol's zod
 * schema: it is done for every place, and it has to name what was wrong.
 */

export type WorkerLine =
  | { readonly kind: 'progress'; readonly id: string; readonly progress: number }
  | {
      readonly kind: 'answer';
      readonly id: string;
      readonly exitCode: number;
      readonly error: string | undefined;
      /** As it was written: what is taken of it is left to `read-results.ts`. */
      readonly results: unknown;
    }
  | { readonly kind: 'garbage'; readonly message: string };

/** `expectedId`, if given, is the id that the line must bear. */
export function readWorkerLine(line: string, expectedId?: string): WorkerLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return garbage('a line that is not JSON', line);
  }
  if (typeof value !== 'object' || value === null || !('id' in value) || typeof value.id !== 'string') {
    return garbage('a line without an "id"', line);
  }
  const id = value.id;
  if (expectedId !== undefined && id !== expectedId) {
    return garbage(`an answer for "${id.slice(0, 40)}" when it was asked for "${expectedId}":`, line);
  }
  if (!('exitCode' in value) && 'progress' in value && typeof value.progress === 'number') {
    return { kind: 'progress', id, progress: value.progress };
  }
  if (!('exitCode' in value) || typeof value.exitCode !== 'number' || !isExitCode(value.exitCode)) {
    return garbage('an answer without an "exitCode" from 0 to 255', line);
  }
  const error = 'error' in value && typeof value.error === 'string' ? value.error : undefined;
  const results = 'results' in value ? value.results : undefined;
  return { kind: 'answer', id, exitCode: value.exitCode, error, results };
}

function isExitCode(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 255;
}

function garbage(what: string, line: string): WorkerLine {
  const shown = line.length > 200 ? `${line.slice(0, 200)}…` : line;
  return { kind: 'garbage', message: `printed ${what} ${JSON.stringify(shown)}` };
}
