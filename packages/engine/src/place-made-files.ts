/**
 * Reads the coordinates of what an attempt made from the names of its files. A success whose files do not fit the
 * output's pattern is a failure, and the message names the file.
 */
import { coordinates, parsePattern } from '@gantry/model';
import type { StagePlan } from './run-plan.ts';
import type { EndedAttempt, MadeFile } from './ended-attempt.ts';

export interface PlacedFile extends MadeFile {
  readonly dataset: number;
  readonly extra: readonly number[];
}

export interface PlacedAttempt extends EndedAttempt {
  readonly stage: StagePlan;
  readonly made: readonly PlacedFile[];
}

export function placeMadeFiles(end: EndedAttempt, stage: StagePlan): PlacedAttempt {
  const made: PlacedFile[] = [];
  const seen = new Map<string, string>();
  for (const file of end.made) {
    const placed = placeFile(file, stage);
    if (typeof placed === 'string') return failed(end, stage, placed);
    const key = `${file.output} ${placed.extra.join(',')}`;
    const other = seen.get(key);
    if (other !== undefined) {
      return failed(
        end,
        stage,
        `The files ${other} and ${file.name} of the output ${file.output} are of one place.`,
      );
    }
    seen.set(key, file.name);
    made.push(placed);
  }
  if (end.end === 'succeeded') {
    const missing = stage.compiled.outputs.find(
      ({ name, min }) => made.filter(({ output }) => output === name).length < min,
    );
    if (missing !== undefined) {
      return failed(
        end,
        stage,
        `The output ${missing.name} has fewer files than the ${missing.min} that it needs.`,
      );
    }
  }
  return { ...end, stage, made };
}

/** The file with its dataset and coordinates, or what is wrong with it. */
function placeFile(file: MadeFile, stage: StagePlan): PlacedFile | string {
  const index = stage.compiled.outputs.findIndex(({ name }) => name === file.output);
  const output = stage.compiled.outputs[index];
  const dataset = stage.shape.outputs[index]?.dataset;
  if (output === undefined || dataset === undefined) {
    return `The tool ${stage.compiled.tool.name} has no output ${file.output}.`;
  }
  const placed = (extra: readonly number[]): PlacedFile => ({ ...file, dataset, extra });
  if (file.extra !== undefined) return placed(file.extra);
  const pattern = stage.compiled.tool.outputs[file.output]?.pattern;
  if (output.extraAxes.length === 0 || pattern === undefined) return placed([]);
  const place = parsePattern(pattern).match(file.name);
  if (place === undefined) {
    return `The file ${file.name} of the output ${file.output} does not fit its pattern ${pattern}.`;
  }
  return placed(coordinates(place, output.extraAxes));
}

function failed(end: EndedAttempt, stage: StagePlan, message: string): PlacedAttempt {
  return { ...end, stage, end: 'failed', made: [], message };
}
