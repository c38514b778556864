/** `gantry pause` and `gantry resume`: holds back runs and stages, and has them go on. */
import { writeJson, type CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { usage } from '../input/source-arguments.ts';
import { look } from './look.ts';

interface Target {
  readonly run: number;
  /** Undefined for the whole run. */
  readonly stage: string | undefined;
}

/** @param texts `RUN` or `RUN/STAGE` each @throws GantryError `usage`; `unknown-run`, `unknown-stage`, `run-ended` */
export async function pauseWork(
  context: CommandContext,
  texts: readonly string[],
  paused: boolean,
): Promise<number> {
  const targets = texts.map(readTarget);
  return look(context, async ({ ask, alone }) => {
    for (const { run, stage } of targets) {
      await ask(async (client, signal) => {
        if (stage !== undefined) return client.pauseStage(run, stage, paused, signal);
        if (paused) return client.pauseRun(run, signal);
        await client.resumeRun(run, { again: 'none' }, signal);
      });
    }
    const { out, err } = context.terminal;
    if (context.json) writeJson(context, targets);
    for (const { run, stage } of context.json ? [] : targets) {
      const what = stage === undefined ? `Run ${run}` : `The stage ${stage} of run ${run}`;
      out.line(
        paused ? `${what} is paused: what runs goes on, nothing more is started.` : `${what} goes on.`,
      );
    }
    if (alone && !paused) err.line('Nothing runs in this data directory: `gantry up` goes on with it.');
    return exitCodes.done;
  });
}

function readTarget(text: string): Target {
  const [, run, stage] = /^([1-9]\d*)(?:\/([^/]+))?$/.exec(text) ?? [];
  if (run === undefined) throw usage(`\`${text}\` names no run and no stage`, 'Write RUN, or RUN/STAGE.');
  return { run: Number(run), stage };
}
