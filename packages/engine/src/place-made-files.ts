/**
 * Reads the coordinates of what an attempt made from the names of its files. A success whose files do not fit the
 * output's pattern is a failure, and the message names the file.
 */
import { coordinates, parsePattern } from '@gantry/model';
import type { StagePlan } from './run-plan.ts';
import type { EndedAttempt, MadeFile } from './ended-attempt.ts';

export interface PlacedFile extends MadeFile {
  readonly extra: readonly number[];
}

export interface PlacedAttempt extends EndedAttempt {
  readonly made: readonly PlacedFile[];
}

export function placeMadeFiles(end: EndedAttempt, stage: StagePlan): PlacedAttempt {
  const made: PlacedFile[] = [];
  const seen = new Map<string, string>();
  for (const file of end.made) {
    const placed = placeFile(file, stage);
    if (typeof placed === 'string') return failed(end, placed);
    const key = `${file.output} ${placed.extra.join(',')}`;
    const other = seen.get(key);
    if (other !== undefined) {
      return failed(
        end,
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
      return failed(end, `The output ${missing.name} has fewer files than the ${missing.min} that it needs.`);
    }
  }
  return { ...end, made };
}

/** The file with its coordinates, or what is wrong with it. */
function placeFile(file: MadeFile, stage: StagePlan): PlacedFile | string {
  if (file.extra !== undefined) return { ...file, extra: file.extra };
  const output = stage.compiled.outputs.find(({ name }) => name === file.output);
  const pattern = stage.compiled.tool.outputs[file.output]?.pattern;
  if (output === undefined) return `The tool ${stage.compiled.tool.name} has no output ${file.output}.`;
  if (output.extraAxes.length === 0 || pattern === undefined) return { ...file, extra: [] };
  const place = parsePattern(pattern).match(file.name);
  if (place === undefined) {
    return `The file ${file.name} of the output ${file.output} does not fit its pattern ${pattern}.`;
  }
  return { ...file, extra: coordinates(place, output.extraAxes) };
}

function failed(end: EndedAttempt, message: string): PlacedAttempt {
  return { ...end, end: 'failed', made: [], message };
}
