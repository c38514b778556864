/** A thread that reads one table and ends: `read-table.ts` starts it. */
import { parentPort, workerData } from 'node:worker_threads';
import { isGantryError, type ErrorDetails } from '@gantry/model';
import { parseTable, type ParsedTable } from './parse-table.ts';

export type ThreadAnswer =
  | { readonly kind: 'table'; readonly table: ParsedTable }
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly message: string;
      readonly details: Omit<ErrorDetails, 'cause'>;
    };

const { path } = workerData as { readonly path: string };
try {
  const table = await parseTable(path);
  const buffers = table.columns.flatMap(({ values }) =>
    values instanceof Float64Array ? [values.buffer as ArrayBuffer] : [],
  );
  parentPort?.postMessage({ kind: 'table', table } satisfies ThreadAnswer, buffers);
} catch (error) {
  // An error of people's files crosses as what it says; any other ends the thread.
  if (!isGantryError(error)) throw error;
  const { code, message, mend, file, line, field } = error;
  parentPort?.postMessage({
    ...{ kind: 'refused', code, message },
    details: { mend, file, line, field },
  } satisfies ThreadAnswer);
}
