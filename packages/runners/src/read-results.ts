/** The numbers that a tool tells of a place: in its answer, or in a file. What is wrong with them is said, and costs nothing. */
import { readFile, stat } from 'node:fs/promises';
import type { Assignment, Report } from '@gantry/model';
import { explain } from './explain-error.ts';
import { hasCode } from './marked-processes.ts';

export interface ToldResults {
  readonly results?: Report['results'];
  readonly problem?: string;
}

const maxFileBytes = 65_536;

/** @param answered what the answer of a persistent tool has as its `results` */
export async function readResults(assignment: Assignment, answered: unknown): Promise<ToldResults> {
  const { resultsFile } = assignment;
  if (resultsFile === undefined) return answered === undefined ? {} : takeResults(assignment, answered);
  try {
    if ((await stat(resultsFile)).size > maxFileBytes)
      return { problem: `its results are more than ${maxFileBytes} bytes and were left out` };
    const written: unknown = JSON.parse(await readFile(resultsFile, 'utf8'));
    return takeResults(
      assignment,
      isRecord(answered) && isRecord(written) ? { ...written, ...answered } : written,
    );
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return answered === undefined ? {} : takeResults(assignment, answered);
    return { problem: `its results could not be read: ${explain(error, assignment.folder)}` };
  }
}

function takeResults({ results: declared = [] }: Assignment, told: unknown): ToldResults {
  if (!isRecord(told)) return { problem: 'its results are no JSON object of numbers' };
  const results: Record<string, number> = {};
  const odd: string[] = [];
  for (const [name, value] of Object.entries(told)) {
    if (declared.includes(name) && typeof value === 'number' && Number.isFinite(value)) results[name] = value;
    else odd.push(name.slice(0, 40));
  }
  const problem =
    odd.length === 0
      ? {}
      : {
          problem: `its results ${odd.slice(0, 5).join(', ')} were left out: they are no numbers, or not declared under "results" of its tool.yaml`,
        };
  return Object.keys(results).length === 0 ? problem : { results, ...problem };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
