/**
 * Pipelines that a run can be started with: the examples that came along, and those of earlier runs.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { FileErrors, parsePipelineFile, type PipelineChoice, type RunState } from '@gantry/model';
import type { Engine } from '../engine.ts';

export interface ListPipelinesOptions {
  readonly project: number;
  /** A folder of folders with a `pipeline.yaml` each; absent where there is none. */
  readonly exampleFolder: string | undefined;
  readonly log: (line: string) => void;
}

/** Runs that are looked through, and pipelines of runs that are listed. */
const mostRuns = 500;
const mostListed = 40;

/** Examples by name, then those of runs that are no examples, the last run first. */
export async function listPipelines(
  engine: Engine,
  { project, exampleFolder, log }: ListPipelinesOptions,
): Promise<PipelineChoice[]> {
  const [examples, runs] = await Promise.all([
    exampleFolder === undefined ? [] : readExamples(exampleFolder, log),
    readRuns(engine, project),
  ]);
  const lastOf = (text: string): PipelineChoice['last'] =>
    describeRun(runs.find(({ pipeline }) => pipeline.text === text));
  return [
    ...examples.map((example) => ({ ...example, last: lastOf(example.text) })),
    ...runs
      .filter(({ pipeline }) => !examples.some(({ text }) => text === pipeline.text))
      .slice(0, mostListed)
      .flatMap((run) => {
        const read = readChoice(run.pipeline.text, run.pipeline.file);
        if (read === undefined) return [];
        return [
          {
            ...read,
            id: `run:${run.id}`,
            kind: 'run' as const,
            tools: [...run.tools],
            last: describeRun(run),
          },
        ];
      }),
  ];
}

interface RunRow {
  readonly id: number;
  readonly name: string;
  readonly state: RunState;
  readonly created: Date;
  readonly pipeline: { readonly file: string; readonly text: string };
  readonly tools: readonly string[];
}

/** Of the runs of one text the last. */
async function readRuns(engine: Engine, project: number): Promise<RunRow[]> {
  const { rows } = await engine.pool.query<RunRow>(
    `SELECT DISTINCT ON (md5(text)) id, name, state, created, pipeline, tools FROM (
       SELECT id, name, state, created, request -> 'pipeline' AS pipeline, request #>> '{pipeline,text}' AS text,
         coalesce(request -> 'tools', '[]') AS tools
       FROM run WHERE project = $1 AND request IS NOT NULL ORDER BY id DESC LIMIT $2) latest
     ORDER BY md5(text), id DESC`,
    [project, mostRuns],
  );
  return rows.sort((a, b) => b.id - a.id);
}

function describeRun(run: RunRow | undefined): PipelineChoice['last'] {
  if (run === undefined) return null;
  const { id, name, state, created } = run;
  return { id, name, state, created: created.toISOString() };
}

async function readExamples(
  folder: string,
  log: (line: string) => void,
): Promise<Omit<PipelineChoice, 'last'>[]> {
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  const found = await Promise.all(
    names.map(async (name): Promise<Omit<PipelineChoice, 'last'>[]> => {
      const path = join(folder, name, 'pipeline.yaml');
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        return undefined;
      });
      if (text === undefined) return [];
      // As a command in the folder of the clone names it.
      const file = relative(join(folder, '..'), path);
      const read = readChoice(text, file);
      if (read === undefined) log(`The example ${path} is not a pipeline.`);
      return read === undefined ? [] : [{ ...read, id: `example:${name}`, kind: 'example', tools: [] }];
    }),
  );
  return found.flat();
}

/** Undefined where the text is no pipeline that can be read; what its tools say is left to the check. */
function readChoice(
  text: string,
  file: string,
): Omit<PipelineChoice, 'id' | 'kind' | 'last' | 'tools'> | undefined {
  try {
    const { name, title, description, sources, stages } = parsePipelineFile(text, file);
    return {
      name,
      title: title ?? name,
      description,
      file,
      text,
      sources: [...sources].flatMap(([source, declared]) =>
        declared === undefined ? [] : [{ name: source, type: declared.type, axes: [...declared.axes] }],
      ),
      stages: stages.size,
    };
  } catch (error) {
    if (error instanceof FileErrors) return undefined;
    throw error;
  }
}
