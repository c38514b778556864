/**
 * The commands and their options. What they do is left to `commands/`, which is loaded only when it is asked for: help
 * shall be there at once, and a run needs every millisecond of its start.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import type { CommandContext } from './command-context.ts';
import type { AgentFlags } from './commands/agent.ts';
import type { SetFlags } from './commands/agents.ts';
import type { InviteFlags } from './commands/invite-agents.ts';
import type { ListFailuresOptions } from './commands/list-failures.ts';
import { namesTasksOfRuns, type ResubmitOptions } from './commands/resubmit-options.ts';
import type { RetryOptions } from './commands/retry-failures.ts';
import type { SettingName } from './settings.ts';

/** Runs a command with its settings read; remembers the exit code. */
export type Execute = (
  flags: Readonly<Partial<Record<SettingName, unknown>>>,
  json: boolean,
  command: (context: CommandContext) => number | Promise<number>,
) => Promise<void>;

interface SharedOptions {
  readonly dataDir?: string;
  readonly tools?: readonly string[];
  readonly slots?: string;
  readonly port?: string;
  readonly listen?: string;
  readonly json?: boolean;
}

export function buildProgram(version: string, execute: Execute): Command {
  const program = new Command('gantry')
    .description('Runs image-processing pipelines over lattices of images.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .showSuggestionAfterError()
    .showHelpAfterError('Add --help for what there is.')
    .addHelpText(
      'after',
      `
Exit codes: 0 done, every task succeeded; 1 some tasks failed, are blocked or were cancelled;
2 bad usage or bad input; 3 the machine, the database or the server.`,
    );
  const act = (
    options: SharedOptions,
    command: (context: CommandContext) => number | Promise<number>,
  ): Promise<void> =>
    execute(
      {
        dataDir: options.dataDir,
        tools: options.tools,
        slots: options.slots,
        port: options.port,
        host: options.listen,
      },
      options.json === true,
      command,
    );

  addRun(program, act);
  withSlots(
    withShared(
      program.command('up').description('start the server, with its pages for the browser, and stay'),
      {
        json: 'print an object with the address',
      },
    )
      .option('--port <number>', 'the port that it listens on; 18080 if absent')
      .option(
        '--listen <address>',
        'the address that it listens on; 0.0.0.0 for other machines, this one alone if absent',
      ),
  ).action(async (options: SharedOptions) =>
    act(options, async (context) => (await import('./commands/up.ts')).up(context)),
  );
  const runs = withShared(
    program
      .command('runs')
      .description('list the runs, newest first')
      .option('--archived', 'those that are archived, too'),
    { json: 'print an array of runs' },
  ).action(async (options: SharedOptions & { archived?: boolean }) =>
    act(options, async (context) =>
      (await import('./commands/list-runs.ts')).listRuns(context, options.archived === true),
    ),
  );
  for (const archived of [true, false]) {
    withShared(
      runs
        .command(archived ? 'archive' : 'unarchive')
        .description(archived ? 'put ended runs away; what they made stays' : 'take runs out of the archive')
        .argument(
          '<run...>',
          'their numbers',
          (text, before: readonly number[]) => [...before, wholeNumber(text)],
          [],
        ),
      { json: 'print an object with what was changed' },
    ).action(async (ids: number[], options: SharedOptions, command: Command) =>
      act(withParent(options, command), async (context) =>
        (await import('./commands/archive-runs.ts')).archiveRuns(context, ids, archived),
      ),
    );
  }
  withShared(
    program
      .command('tasks')
      .description('list the tasks of a run')
      .argument('<run>', 'its number', wholeNumber)
      .option('--state <state>', 'those in this state, such as failed')
      .option('--stage <stage>', 'those of this stage')
      .option('--limit <number>', 'at most so many', wholeNumber, 100),
    { json: 'print an array of tasks' },
  ).action(async (run: number, options: SharedOptions & { state?: string; stage?: string; limit: number }) =>
    act(options, async (context) =>
      (await import('./commands/list-tasks.ts')).listTasks(context, run, {
        state: options.state,
        stage: options.stage,
        limit: options.limit,
      }),
    ),
  );
  withShared(
    program
      .command('logs')
      .description("print what a task's last attempt wrote")
      .argument('<task>', 'its number, or RUN/STAGE/row=1,col=2')
      .option('--attempt <number>', 'another attempt; gantry explain lists them', wholeNumber)
      .option('-f, --follow', 'stay until the attempt ends'),
    { json: 'print a JSON object per piece of the log' },
  ).action(async (task: string, options: SharedOptions & { attempt?: number; follow?: boolean }) =>
    act(options, async (context) =>
      (await import('./commands/show-log.ts')).showLog(context, task, {
        attempt: options.attempt,
        follow: options.follow === true,
      }),
    ),
  );
  withShared(
    program
      .command('explain')
      .description('say why a task is in its state, what it reads, and what its attempts came to')
      .argument('<task...>', 'its number, or RUN/STAGE/row=1,col=2'),
    { json: 'print an array of explanations' },
  ).action(async (tasks: string[], options: SharedOptions) =>
    act(options, async (context) =>
      (await import('./commands/explain-tasks.ts')).explainTasks(context, tasks),
    ),
  );
  addControl(program, act);
  addAgent(program, act);
  addFailures(program, act);
  addDatasets(program, act);
  addPipelines(program, act);
  addImport(program, act);
  withTools(
    withShared(program.command('tools').description('list the standard tools and those of --tools'), {
      json: 'print an array of tools',
    }),
  ).action(async (options: SharedOptions) =>
    act(options, async (context) => (await import('./commands/list-tools.ts')).listTools(context)),
  );
  withSlots(
    withTools(
      withShared(program.command('config').description('show every setting, and where it came from'), {
        json: 'print an object of settings',
      }),
    ),
  ).action(async (options: SharedOptions) =>
    act(options, async (context) => (await import('./commands/show-config.ts')).showConfig(context)),
  );
  withShared(program.command('version').description('print the version'), {}).action(
    async (options: SharedOptions) =>
      act(options, (context) => {
        context.terminal.out.line(version);
        return 0;
      }),
  );
  return program;
}

type Act = (
  options: SharedOptions,
  command: (context: CommandContext) => number | Promise<number>,
) => Promise<void>;

interface RunFlags extends SharedOptions {
  readonly input?: readonly string[];
  readonly pattern?: readonly string[];
  readonly extent?: readonly string[];
  readonly param?: readonly string[];
  readonly out?: string;
  readonly resume?: number;
  readonly name?: string;
  readonly cache?: boolean;
  readonly pool?: string;
  readonly live?: boolean;
  readonly marker?: string;
  readonly quiet?: number;
}

interface EditFlags {
  readonly pipeline?: string;
  readonly set?: readonly string[];
  readonly remove?: readonly string[];
  readonly region?: readonly string[];
  readonly skip?: readonly string[];
  readonly base?: number;
  readonly note?: string;
  readonly dryRun?: boolean;
}

function addRun(program: Command, act: Act): void {
  const run = program
    .command('run')
    .description('run a pipeline over folders of files, to its end')
    .argument('[pipeline]', 'the pipeline file; with --resume it may be left out')
    .addOption(collected('--input <dir>', 'the folder of a source; NAME=DIR where there are several'))
    .addOption(
      collected(
        '--pattern <pattern>',
        'its file names, such as img_r{row:ddd}_c{col:ddd}.ome.tif; or NAME=…',
      ),
    )
    .addOption(collected('--extent <extent>', 'first and last coordinate of an axis: tiles.row=1..4'))
    .addOption(collected('--param <param>', 'a parameter of a stage: segment.method=otsu'))
    .option('--out <dir>', 'put the outputs at DIR/<stage>/<output>/')
    .option('--resume <run>', 'take up a run again; try again what failed or was cancelled', wholeNumber)
    .option('--no-cache', 'run every task, even where an earlier run has made the same of the same')
    .option('--name <name>', "the run's name; the pipeline's if absent")
    .option('--pool <name>', 'the agents that take its tasks; those in no pool if absent')
    .option('--live', 'take what comes to the folders, too, until they are complete')
    .option('--marker <file>', 'with --live: they are complete when a file of this name is there')
    .option('--quiet <minutes>', 'with --live: they are complete when nothing came for so long', minutes);
  withSlots(
    withTools(withShared(run, { json: 'end with one JSON object on the standard output' })),
  ).addHelpText(
    'after',
    `
Example:
  gantry run first-light.yaml --input tiles --pattern 'img_r{row:ddd}_c{col:ddd}.ome.tif' --out results`,
  );
  run.action(async (pipeline: string | undefined, options: RunFlags) =>
    act(options, async (context) =>
      (await import('./commands/run-pipeline.ts')).runPipeline(context, pipeline, {
        input: options.input ?? [],
        pattern: options.pattern ?? [],
        extent: options.extent ?? [],
        param: options.param ?? [],
        out: options.out,
        resume: options.resume,
        name: options.name,
        cache: options.cache !== false,
        pool: options.pool,
        live: options.live === true,
        marker: options.marker,
        quietMinutes: options.quiet,
      }),
    ),
  );
}

function addDatasets(program: Command, act: Act): void {
  const datasets = withShared(
    program
      .command('datasets')
      .description('list the datasets, newest first; look into them, close and seal them')
      .option('--type <type>', 'those of this type, such as image')
      .option('--text <words>', 'those with these words in their names')
      .option('--limit <number>', 'at most so many', wholeNumber, 100),
    { json: 'print an array of datasets' },
  ).action(async (options: SharedOptions & { type?: string; text?: string; limit: number }) =>
    act(options, async (context) =>
      (await import('./commands/datasets/list-datasets.ts')).listDatasets(context, options),
    ),
  );
  const place = new Option('--place <place>', 'an item of it: row=1,col=2; left out where it has no axes');
  withShared(
    datasets
      .command('show')
      .description('say what is in a dataset, or what an item is and what made it')
      .argument('<dataset>', 'its number', wholeNumber)
      .addOption(place),
    { json: 'print one JSON object' },
  ).action(async (dataset: number, options: SharedOptions & { place?: string }, command: Command) =>
    act(withParent(options, command), async (context) =>
      (await import('./commands/datasets/show-dataset.ts')).showDataset(context, dataset, options.place),
    ),
  );
  withShared(
    datasets
      .command('save')
      .description('save the file of an item')
      .argument('<dataset>', 'its number', wholeNumber)
      .argument('<file>', 'where to; a file that is there already is not replaced')
      .addOption(place),
    {},
  ).action(
    async (dataset: number, file: string, options: SharedOptions & { place?: string }, command: Command) =>
      act(withParent(options, command), async (context) =>
        (await import('./commands/datasets/save-item.ts')).saveItem(context, dataset, file, options.place),
      ),
  );
  for (const change of ['close', 'seal'] as const) {
    withShared(
      datasets
        .command(change)
        .description(
          change === 'close'
            ? 'close a source: it gets no new places'
            : 'seal a dataset: it never changes again',
        )
        .argument('<dataset>', 'its number', wholeNumber)
        .option('--yes', 'do it; without it what it would mean is only said'),
      {},
    ).action(async (dataset: number, options: SharedOptions & { yes?: boolean }, command: Command) =>
      act(withParent(options, command), async (context) =>
        (await import('./commands/datasets/change-dataset.ts')).changeDataset(
          context,
          dataset,
          change,
          options.yes === true,
        ),
      ),
    );
  }
}

/** What is given before the name of a command below another is given to it. */
function withParent(options: SharedOptions, command: Command): SharedOptions {
  return { ...command.parent?.opts<SharedOptions>(), ...options };
}

function addFailures(program: Command, act: Act): void {
  withFailureFilter(
    withShared(
      program
        .command('failures')
        .description('list what has failed in any run, with what has the same cause together')
        .addOption(
          new Option('--by <grouping>', 'how they are put together')
            .choices(['cause', 'stage', 'agent', 'host'])
            .default('cause'),
        )
        .option('--limit <number>', 'at most so many groups', wholeNumber, 20),
      { json: 'print an object with the groups' },
    ),
  ).action(async (options: SharedOptions & ListFailuresOptions) =>
    act(options, async (context) =>
      (await import('./commands/list-failures.ts')).listFailures(context, options),
    ),
  );
  withFailureFilter(
    withShared(
      program
        .command('retry')
        .description('do tasks again: failed ones of any run, or any that have ended of one run')
        .argument('[target...]', 'a RUN, or tasks as RUN/STAGE/row=1,col=2')
        .option('--all', 'all that has failed, in every run')
        .option('--failed', 'what has failed in the run; so it is if no state is named')
        .addOption(
          collected(
            '--state <state>',
            'what is so: succeeded, failed, cancelled; may be given several times',
          ),
        )
        .option('--place <place>', 'only at these places, such as row=1..4,col=2')
        .addOption(collected('--task <task>', 'this task, whatever came of it; may be given several times'))
        .option('--force-below', 'do all that is below again, too, even where what it reads comes out equal')
        .option('--dry-run', 'only count what would be done again'),
      { json: 'print an object with what is done again' },
    ),
  ).action(async (targets: string[], options: SharedOptions & RetryOptions & ResubmitOptions) =>
    act(options, async (context) => {
      if (!namesTasksOfRuns(targets, options))
        return (await import('./commands/retry-failures.ts')).retryFailures(context, options);
      return (await import('./commands/resubmit-tasks.ts')).resubmitTasks(context, targets, options);
    }),
  );
}

function addControl(program: Command, act: Act): void {
  for (const paused of [true, false]) {
    withShared(
      program
        .command(paused ? 'pause' : 'resume')
        .description(
          paused
            ? 'pause runs or stages: what runs goes on, nothing more is started'
            : 'have paused runs or stages go on',
        )
        .argument('<target...>', 'RUN, or RUN/STAGE'),
      { json: 'print an array of what was changed' },
    ).action(async (targets: string[], options: SharedOptions) =>
      act(options, async (context) =>
        (await import('./commands/pause-work.ts')).pauseWork(context, targets, paused),
      ),
    );
  }
  withTools(
    withShared(
      program
        .command('edit')
        .description(
          "change a run's pipeline while it is at work, or when it has ended; without an option, list its revisions",
        )
        .argument('<run>', 'its number', wholeNumber)
        .option('--pipeline <file>', 'another pipeline file over the same sources')
        .addOption(collected('--set <param>', 'a parameter of a stage: segment.method=otsu'))
        .addOption(
          collected('--remove <stage>', 'a stage: its data stay, and what reads it reads what it had read'),
        )
        .addOption(collected('--region <region>', 'what is run of an axis: tiles.row=1..4; row=all for all'))
        .addOption(collected('--skip <planes>', 'planes that are passed over: tiles.z=3,7; z=none for none'))
        .option('--base <revision>', 'refuse it where the run has another revision by now', wholeNumber)
        .option('--note <text>', 'what it is for; kept with the revision')
        .option('--dry-run', 'only say what would be run again'),
      { json: 'print an object with the revision, what changed, and how many tasks are run again' },
    ),
  ).action(async (run: number, options: SharedOptions & EditFlags) =>
    act(options, async (context) =>
      (await import('./commands/edit-run.ts')).editRun(context, run, {
        pipeline: options.pipeline,
        set: options.set ?? [],
        remove: options.remove ?? [],
        region: options.region ?? [],
        skip: options.skip ?? [],
        base: options.base,
        note: options.note,
        dryRun: options.dryRun === true,
      }),
    ),
  );
  const agents = withShared(
    program
      .command('agents')
      .description('list the agents; take them out of the pool and back, or drain them'),
    { json: 'print an array of agents' },
  ).action(async (options: SharedOptions) =>
    act(options, async (context) => (await import('./commands/agents.ts')).listAgents(context)),
  );
  addHosts(agents, act);
  const words = {
    pause: 'take agents out of the pool: what they run goes on, and they claim nothing more',
    resume: 'take paused agents back into the pool',
    drain: 'have agents end what they run, and leave',
  };
  for (const change of ['pause', 'resume', 'drain'] as const) {
    withShared(agents.command(change).description(words[change]).argument('<agent...>', 'their names'), {
      json: 'print an object with what was changed',
    }).action(async (names: string[], options: SharedOptions, command: Command) =>
      act(withParent(options, command), async (context) =>
        (await import('./commands/agents.ts')).changeAgents(context, change, names),
      ),
    );
  }
}

function addHosts(agents: Command, act: Act): void {
  withShared(
    agents
      .command('set')
      .description('set how much an agent may take, its labels and its pool; what it runs goes on')
      .argument('<agent>', 'its name')
      .option('--slots <number>', 'how many tasks it runs at a time')
      .option('--cpu <number>', 'cores')
      .option('--memory <size>', 'memory, such as 16GiB')
      .option('--gpu <number>', 'graphics processors')
      .addOption(
        collected('--label <key=value>', 'a label; more than once for several, which replace all others'),
      )
      .option('--pool <name>', 'its pool: it takes only what asks for that; "" for none')
      .option('--reset', 'what is not given goes back to what the agent says of itself'),
    { json: 'print an object with what was set' },
  ).action(async (name: string, options: SharedOptions & SetFlags, command: Command) =>
    act(withParent(options, command), async (context) =>
      (await import('./commands/agents.ts')).setAgent(context, name, options),
    ),
  );
  withShared(
    agents
      .command('invite')
      .description('print a token by which another machine may join as an agent, once')
      .option('--name <name>', 'what the agent will be called; one of that name is replaced')
      .addOption(collected('--label <key=value>', 'a label; more than once for several'))
      .option('--pool <name>', 'its pool: it takes only what asks for that')
      .option('--expires <minutes>', 'how long the token can be used', wholeNumber, 1440),
    { json: 'print an object with the token' },
  ).action(async (options: SharedOptions & InviteFlags, command: Command) =>
    act(withParent(options, command), async (context) =>
      (await import('./commands/invite-agents.ts')).inviteAgent(context, options),
    ),
  );
  withShared(agents.command('invitations').description('list the invitations that can still be used'), {
    json: 'print an array of invitations',
  }).action(async (options: SharedOptions, command: Command) =>
    act(withParent(options, command), async (context) =>
      (await import('./commands/invite-agents.ts')).listInvitations(context),
    ),
  );
  withShared(
    agents
      .command('withdraw')
      .description('have invitations let nobody in any more')
      .argument(
        '<invitation...>',
        'their numbers',
        (text, before: readonly number[]) => [...before, wholeNumber(text)],
        [],
      ),
    { json: 'print an object with what was withdrawn' },
  ).action(async (ids: number[], options: SharedOptions, command: Command) =>
    act(withParent(options, command), async (context) =>
      (await import('./commands/invite-agents.ts')).withdrawInvitations(context, ids),
    ),
  );
  withShared(
    agents
      .command('revoke')
      .description('take agents of other machines their right to come; what they run is ready again')
      .argument('<agent...>', 'their names'),
    { json: 'print an object with what was revoked' },
  ).action(async (names: string[], options: SharedOptions, command: Command) =>
    act(withParent(options, command), async (context) =>
      (await import('./commands/invite-agents.ts')).revokeAgents(context, names),
    ),
  );
}

function addAgent(program: Command, act: Act): void {
  program
    .command('agent')
    .description('be an agent of a server on another machine, until it is asked to end')
    .requiredOption('--server <url>', 'the address of the server, as a browser on this machine would use it')
    .option(
      '--token-file <file>',
      'a file with the token of an invitation; or GANTRY_AGENT_TOKEN, or the input',
    )
    .option('--folder <dir>', "the agent's own folder; ~/.local/share/gantry-agent/SERVER if absent")
    .option('--name <name>', "what it is called; the machine's name if absent")
    .option('--slots <number>', 'how many tasks it runs at a time; as many as cores if absent')
    .option('--cpu <number>', "cores that it may take; the machine's if absent")
    .option(
      '--memory <size>',
      "memory that it may take, such as 16GiB; nine tenths of the machine's if absent",
    )
    .option('--gpu <number>', 'graphics processors that it may take; those of nvidia-smi if absent')
    .addOption(collected('--label <key=value>', 'a label that tasks may ask for; more than once for several'))
    .addOption(
      collected(
        '--map <server=local>',
        'a folder of the server, and where it is mounted here; more than once for several',
      ),
    )
    .addOption(
      new Option('--storage <kind>', "whether it must see the server's storage, must not look, or finds out")
        .choices(['auto', 'shared', 'transfer'])
        .default('auto'),
    )
    .option('--cache <size>', 'how much is kept of inputs that were brought', '20GiB')
    .action(async (flags: AgentFlags) =>
      act({}, async (context) => (await import('./commands/agent.ts')).agent(context, flags)),
    );
}

function withFailureFilter(command: Command): Command {
  return command
    .option('--run <run>', 'only of this run', wholeNumber)
    .option('--stage <stage>', 'only of stages of this name')
    .option('--pipeline <name>', 'only of runs of this pipeline')
    .option('--cause <number>', 'only of this cause, as `gantry failures` names it', wholeNumber)
    .option('--outcome <outcome>', 'only what ended so: failed, timed-out, out-of-memory, start-failed, lost')
    .option('--agent <name>', 'only what ran on this agent')
    .option('--host <name>', 'only what ran on this host')
    .option('--since <time>', 'only what failed since, such as 2026-01-31T12:00:00Z')
    .option('--before <time>', 'only what failed before');
}

function addPipelines(program: Command, act: Act): void {
  const pipelines = program.command('pipelines').description('check and draw pipeline files');
  withTools(
    withShared(
      pipelines
        .command('validate')
        .description('name everything that is wrong with a pipeline file')
        .argument('<file>', 'the pipeline file'),
      { json: 'print one JSON object' },
    ),
  ).action(async (file: string, options: SharedOptions) =>
    act(options, async (context) =>
      (await import('./commands/validate-pipeline.ts')).validatePipeline(context, file),
    ),
  );
  withTools(
    withShared(
      pipelines
        .command('draw')
        .description("draw a pipeline's graph")
        .argument('<file>', 'the pipeline file')
        .addOption(
          new Option('--format <format>', 'how').choices(['text', 'mermaid', 'dot']).default('text'),
        ),
      {},
    ),
  ).action(async (file: string, options: SharedOptions & { format: 'text' | 'mermaid' | 'dot' }) =>
    act(options, async (context) =>
      (await import('./commands/draw-pipeline.ts')).drawPipeline(context, file, options.format),
    ),
  );
}

function addImport(program: Command, act: Act): void {
  const imports = program
    .command('import')
    .description('make tools and pipelines of what other systems have');
  withShared(
    imports
      .command('mouselight')
      .description("make tools and a pipeline of MouseLight's task definitions and stages")
      .argument('<file>', 'a JSON file of taskRepositories, taskDefinitions and pipelineStages')
      .requiredOption('--out <dir>', 'where to write pipeline.yaml and the folder tools')
      .option('--in-place', 'call the scripts where they are, instead of copying them'),
    { json: 'print an object with what was written' },
  ).action(async (file: string, options: SharedOptions & { out: string; inPlace?: boolean }) =>
    act(options, async (context) =>
      (await import('./import-mouselight/import-definitions.ts')).importDefinitions(context, file, {
        out: options.out,
        inPlace: options.inPlace === true,
      }),
    ),
  );
}

function withShared(command: Command, { json }: { readonly json?: string }): Command {
  command.option('--data-dir <dir>', 'the data directory; see docs/settings.md for where it is otherwise');
  return json === undefined ? command : command.option('--json', json);
}

function withTools(command: Command): Command {
  return command.addOption(
    collected(
      '--tools <dir>',
      'a folder with a tool.yaml, or with folders that have one; more than once for several',
    ),
  );
}

function withSlots(command: Command): Command {
  return command.option('--slots <number>', 'how many tasks run at a time');
}

/** An option that may come more than once. */
function collected(flags: string, description: string): Option {
  return new Option(flags, description).argParser<string[]>((value, before) => [...(before ?? []), value]);
}

function minutes(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a number of minutes above 0.');
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^[1-9]\d*$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('It must be a whole number from 1.');
}
