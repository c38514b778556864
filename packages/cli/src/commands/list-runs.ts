/** `gantry runs`: the runs of the data directory, newest first. */
import { isGantryError, type RunSummary } from '@gantry/model';
import { writeJson, type CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatDuration, plural } from '../numbers.ts';
import { countAll } from '../output/failures.ts';
import { describeCounts } from '../output/print-summary.ts';
import { formatTable } from '../text-table.ts';
import { makePrintable } from '../terminal.ts';
import { look } from './look.ts';

/** @param archived whether those that are archived are listed, too */
export async function listRuns(context: CommandContext, archived: boolean): Promise<number> {
  const { out, err } = context.terminal;
  let runs: RunSummary[] = [];
  let away = 0;
  try {
    const all = await look(context, ({ ask }) => ask((client, signal) => client.runs(signal)));
    runs = all.filter(({ state }) => archived || state !== 'archived');
    away = all.length - runs.length;
  } catch (error) {
    if (!isGantryError(error) || error.code !== 'data-directory-missing') throw error;
    err.line(`${error.message} ${error.mend ?? ''}`.trim());
  }
  if (context.json) {
    writeJson(
      context,
      runs.map((run) => ({ ...run, tasks: countAll(run.tasks) })),
    );
    return exitCodes.done;
  }
  const head = ['run', 'state', 'name', 'started', 'took', 'tasks'];
  const rows = runs.map((run) => [
    String(run.id),
    run.state,
    makePrintable(run.name),
    formatTime(run.created),
    formatDuration(run.seconds),
    describeCounts(run.tasks),
  ]);
  if (rows.length === 0)
    err.line('There are no runs yet. The next step: gantry run PIPELINE.yaml --input DIR --pattern P');
  else for (const row of formatTable([head, ...rows], [0, 4])) out.line(row);
  if (away > 0) err.line(`${plural(away, 'run')} more in the archive: --archived lists them, too.`);
  return exitCodes.done;
}

/** The machine's own time, to the second: `2026-05-04 13:05:09`. */
export function formatTime(iso: string): string {
  const date = new Date(iso);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
