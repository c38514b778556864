/**
 * `gantry run`: from a folder of files to a run's end and its outputs. The order of the steps; each is a file of its
 * own. What is wrong with what was written is found before anything is started.
 */
import { relative, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { GantryError, isGantryError, quoteWord, type RunDetail, type RunOutput } from '@gantry/model';
import { writeJson, type CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { ServerAccess } from '../host/server-access.ts';
import { indexSource, type IndexedSource } from '../input/index-source.ts';
import { assignSources, readParams, usage, type InputOptions } from '../input/source-arguments.ts';
import { catchInterrupts, type Interrupts } from '../interrupts.ts';
import { exportOutputs, prepareOut, type ExportedOutput } from '../output/export-outputs.ts';
import { collectFailures, countAll } from '../output/failures.ts';
import { printFailures, printOutcome, printOutputs, printResume } from '../output/print-summary.ts';
import { printError } from '../report-error.ts';
import { plural } from '../numbers.ts';
import { readPipeline, type CheckedPipeline } from '../pipeline-file.ts';
import { followRun } from '../progress/follow-run.ts';
import { showProgress, type ProgressLine } from '../progress/show-progress.ts';
import { paint } from '../terminal.ts';
import { readSources, resumeRun, startRun, type ReadSource } from './start-run.ts';

export interface RunCommandOptions extends InputOptions {
  readonly param: readonly string[];
  readonly out: string | undefined;
  readonly resume: number | undefined;
  readonly name: string | undefined;
  /** False where every task is to be run. */
  readonly cache: boolean;
  /** The agents that take its tasks. */
  readonly pool: string | undefined;
  /** Takes what comes to the folders, too, until they are complete. */
  readonly live: boolean;
  readonly marker: string | undefined;
  readonly quietMinutes: number | undefined;
}

/** @param file the pipeline file; only a resumed run needs none */
export async function runPipeline(
  context: CommandContext,
  file: string | undefined,
  options: RunCommandOptions,
): Promise<number> {
  const { terminal, settings, env } = context;
  const line = showProgress(terminal.err);
  checkUsage(file, options);
  const pipeline =
    file === undefined
      ? undefined
      : await readPipeline(file, context.folder, settings.values.tools, {
          params: readParams(options.param),
        });
  const sources = pipeline === undefined ? [] : await indexSources(context, pipeline, options);
  for (const warning of sources.flatMap(({ warnings }) => warnings))
    line.note(`${paint(terminal.err, 'yellow', 'warning:')} ${warning}`);
  const out = options.out === undefined ? undefined : resolve(context.folder, options.out);
  if (out !== undefined) {
    refuseOutInDataDirectory(out, settings.values.dataDir);
    await prepareOut(out);
  }

  const interrupts = catchInterrupts(() => {
    line.note('Stopping; Ctrl-C again ends at once.');
  });
  const failed = new AbortController();
  const reading = readSources(sources, line, AbortSignal.any([interrupts.signal, failed.signal]));
  let access: ServerAccess | undefined;
  try {
    access = await ServerAccess.open({
      settings,
      purpose: 'run',
      env,
      interrupts,
      notice: (text) => line.note(text),
    });
    const { exitCode } = await carryOut(
      { context, options, file, pipeline, reading, line, interrupts, out },
      access,
    );
    await access.leave();
    return exitCode;
  } catch (error) {
    line.clear();
    failed.abort();
    await access?.abandon().catch((failure: unknown) => {
      terminal.err.line(
        `Ending failed, too: ${failure instanceof Error ? failure.message : String(failure)}`,
      );
    });
    throw error;
  } finally {
    interrupts.close();
  }
}

interface Work {
  readonly context: CommandContext;
  readonly options: RunCommandOptions;
  /** The pipeline file, as the person named it. */
  readonly file: string | undefined;
  readonly pipeline: CheckedPipeline | undefined;
  readonly reading: readonly ReadSource[];
  readonly line: ProgressLine;
  readonly interrupts: Interrupts;
  /** Absolute. */
  readonly out: string | undefined;
}

async function carryOut(work: Work, access: ServerAccess): Promise<{ exitCode: number }> {
  const id = await begin(work, access);
  try {
    return await finish(work, access, id);
  } catch (error) {
    throw withResume(error, id, [...placeWords(work.context), ...outWords(work)]);
  }
}

/** Watches the run to its end, puts its outputs out, and reports. */
async function finish(work: Work, access: ServerAccess, id: number): Promise<{ exitCode: number }> {
  const { context, line, interrupts } = work;
  let run = await followRun(access, id, line, interrupts.signal);
  if (interrupts.signal.aborted && run.state === 'active') run = await cancel(access, id);
  const outputs = await access.ask((client, signal) => client.outputs(id, signal));
  const failures = await access.ask((client, signal) =>
    collectFailures(client, id, run.tasks.failed ?? 0, signal),
  );
  const { exported, faults } =
    work.out === undefined ? { faults: [] } : await exportOutputs(outputs, work.out);
  line.clear();

  // Since the process began: what the person waited for.
  const seconds = performance.now() / 1000;
  const report = context.json ? context.terminal.err : context.terminal.out;
  const words = placeWords(context);
  printOutcome(report, run, seconds);
  printFailures(report, run, failures, words);
  printOutputs(report, outputs, exported);
  if (run.state !== 'succeeded') printResume(report, id, [...words, ...outWords(work)], againWords(work));
  printFaults(context, faults);
  if (context.json)
    writeJson(context, {
      run: id,
      state: run.state,
      tasks: countAll(run.tasks),
      seconds: Math.round(seconds * 1000) / 1000,
      outputs: listPaths(outputs, exported),
      ...(faults.length === 0
        ? {}
        : {
            faults: faults.map(({ code, message, mend, file: path }) => ({
              code,
              message,
              mend,
              file: path,
            })),
          }),
    });
  if (faults.length > 0) return { exitCode: exitCodes.infrastructure };
  return { exitCode: run.state === 'succeeded' ? exitCodes.done : exitCodes.tasksFailed };
}

/** Starts the run, or takes it up again; returns its id. */
async function begin(work: Work, access: ServerAccess): Promise<number> {
  const { context, options, pipeline, reading, line, interrupts } = work;
  if (options.resume !== undefined) {
    const id = options.resume;
    const run = await access.ask((client, signal) => client.run(id, signal));
    if (pipeline !== undefined && pipeline.parsed.name !== run.pipeline)
      throw new GantryError(
        'usage',
        `run ${id} is of the pipeline ${run.pipeline}, and ${pipeline.file} is ${pipeline.parsed.name}`,
        { file: pipeline.file, mend: 'Leave the file out: a run keeps the pipeline that it began with.' },
      );
    await resumeRun(access, run, reading, line);
    return id;
  }
  if (pipeline === undefined) throw new Error('a new run has a pipeline');
  interrupts.signal.throwIfAborted();
  const { values } = context.settings;
  const { marker, quietMinutes } = options;
  const start = {
    pipeline,
    name: options.name,
    cache: options.cache,
    pool: options.pool,
    tools: values.tools,
    params: readParams(options.param),
    following: options.live ? { marker, quietMinutes } : undefined,
  };
  const id = await startRun(access, start, reading);
  line.note(`Run ${id} of ${pipeline.parsed.name} has begun.`);
  return id;
}

/** How long the tasks that run have to end after a Ctrl-C, so that the summary can say what became of them. */
const cancelMs = 8_000;

async function cancel(access: ServerAccess, id: number): Promise<RunDetail> {
  await access.ask((client, signal) => client.cancelRun(id, signal));
  const until = performance.now() + cancelMs;
  for (;;) {
    const run = await access.ask((client, signal) => client.run(id, signal));
    if ((run.tasks.running ?? 0) === 0 || performance.now() > until) return run;
    await delay(100);
  }
}

/** Outputs that the store has lost or that were changed; all others are there. */
function printFaults({ terminal }: CommandContext, faults: readonly GantryError[]): void {
  for (const fault of faults.slice(0, shownFaults)) printError(terminal.err, fault);
  if (faults.length > shownFaults)
    terminal.err.line(`and ${plural(faults.length - shownFaults, 'more stored file')}`);
}

const shownFaults = 10;

/** An error in the midst of a run says how the run goes on. */
function withResume(error: unknown, id: number, words: readonly string[]): unknown {
  if (!isGantryError(error)) return error;
  return new GantryError(error.code, error.message, {
    file: error.file,
    mend: `${error.mend ?? ''} Nothing of run ${id} is lost: gantry ${['run', '--resume', String(id), ...words].join(' ')} goes on with it.`.trim(),
    cause: error,
  });
}

function checkUsage(file: string | undefined, options: RunCommandOptions): void {
  if (!options.live && (options.marker !== undefined || options.quietMinutes !== undefined))
    throw usage('--marker and --quiet say when folders that are followed are complete', 'Add --live.');
  if (options.resume === undefined) {
    if (file === undefined)
      throw usage('there is no pipeline file', 'Write gantry run PIPELINE.yaml --input DIR --pattern P.');
    return;
  }
  if (options.live) throw usage('--live cannot change a run that has begun', 'Leave it out.');
  if (options.param.length > 0)
    throw usage('--param cannot change a run that has begun', 'Start a new run with it, without --resume.');
  if (options.name !== undefined) throw usage('--name cannot change a run that has begun', 'Leave it out.');
  if (options.pool !== undefined) throw usage('--pool cannot change a run that has begun', 'Leave it out.');
  if (options.extent.length > 0) throw usage('--extent cannot change a run that has begun', 'Leave it out.');
  if (file === undefined && options.input.length > 0)
    throw usage(
      '--input needs the pipeline file, which says what its axes are',
      `Write gantry run PIPELINE.yaml --resume ${options.resume} --input DIR --pattern P.`,
    );
}

/** The data directory's inside is Gantry's: a folder of results would make it another's. */
function refuseOutInDataDirectory(out: string, dataDirectory: string): void {
  const below = relative(dataDirectory, out);
  if (below.startsWith('..') || below.startsWith('/')) return;
  throw usage(
    `--out ${out} lies in the data directory ${dataDirectory}`,
    'Name a folder outside of it; its inside is left to Gantry.',
  );
}

async function indexSources(
  context: CommandContext,
  pipeline: CheckedPipeline,
  options: RunCommandOptions,
): Promise<IndexedSource[]> {
  const { sources } = pipeline.parsed;
  const given = assignSources([...sources.keys()], options, options.resume === undefined ? 'all' : 'some');
  return Promise.all(
    [...given].map(([name, argument]) => {
      const source = sources.get(name);
      if (source === undefined) throw new Error(`the pipeline was checked, and its source ${name} is broken`);
      return indexSource(name, source, argument, context.folder, options.live);
    }),
  );
}

function listPaths(
  outputs: readonly RunOutput[],
  exported: readonly ExportedOutput[] | undefined,
): Record<string, readonly string[]> {
  return Object.fromEntries(
    outputs.map((output, index) => [
      `${output.stage}.${output.output}`,
      exported?.[index]?.paths ?? output.items.map(({ path }) => path),
    ]),
  );
}

/** What of the command line names the data directory, and is to be said again. */
function placeWords({ settings }: CommandContext): string[] {
  if (settings.origins.dataDir.from !== '--data-dir') return [];
  return ['--data-dir', quoteWord(settings.values.dataDir)];
}

/** The words that read the folders again, too; undefined for a run that was taken up without them. */
function againWords(work: Work): string[] | undefined {
  const { file, options, context } = work;
  if (file === undefined || options.input.length === 0) return undefined;
  const pairs = (flag: string, values: readonly string[]): string[] =>
    values.flatMap((value) => [flag, quoteWord(value)]);
  const { origins } = context.settings;
  return [
    quoteWord(file),
    ...pairs('--input', options.input),
    ...pairs('--pattern', options.pattern),
    ...(origins.tools.from === '--tools' ? pairs('--tools', context.settings.values.tools) : []),
    ...placeWords(context),
    ...outWords(work),
  ];
}

function outWords({ options }: Work): string[] {
  return options.out === undefined ? [] : ['--out', quoteWord(options.out)];
}
