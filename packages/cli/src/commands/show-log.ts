/** `gantry logs`: what a task's attempt wrote. */
import type { CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { findTask, parseTaskReference } from '../task-reference.ts';
import { makePrintable } from '../terminal.ts';
import { look } from './look.ts';

export interface LogOptions {
  /** An attempt's number; the last one if absent. */
  readonly attempt: number | undefined;
  readonly follow: boolean;
}

export async function showLog(context: CommandContext, text: string, options: LogOptions): Promise<number> {
  const reference = parseTaskReference(text);
  const { out, err } = context.terminal;
  return look(context, async ({ ask, alone, interrupted }) => {
    const task = await ask((client, signal) => findTask(client, reference, signal));
    if (alone && options.follow) err.line('Nothing runs in this data directory: this is the log so far.');
    let endsLine = true;
    await ask(async (client, signal) => {
      const either = AbortSignal.any([signal, interrupted]);
      const pieces = client.log(task, { attempt: options.attempt, follow: options.follow && !alone }, either);
      try {
        for await (const piece of pieces) {
          if (context.json) {
            out.line(JSON.stringify(piece));
            continue;
          }
          // To a file or a pipe it goes as it is; a terminal is not to be steered by it.
          const shown = out.isTerminal ? makePrintable(piece.text) : piece.text;
          // What Gantry itself has to say begins a line of its own.
          if (piece.stream === 'system' && !endsLine) out.line();
          out.write(shown);
          if (shown !== '') endsLine = shown.endsWith('\n');
        }
      } catch (error) {
        if (!interrupted.aborted) throw error;
      }
    });
    if (!endsLine && out.isTerminal) out.line();
    return exitCodes.done;
  });
}
