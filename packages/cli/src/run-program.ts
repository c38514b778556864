/**
 * One call of the command line, from its words to its exit code: errors are told here, and nowhere else.
 */
import { CommanderError, type Command } from 'commander';
import { exitCodes } from './exit-codes.ts';
import { buildProgram, type Execute } from './program.ts';
import type { Terminal } from './terminal.ts';
import { version } from './version.ts';

export interface Call {
  /** Without the program's own name. */
  readonly words: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** The current folder. */
  readonly folder: string;
  readonly terminal: Terminal;
}

/** @returns the exit code */
export async function runProgram(call: Call): Promise<number> {
  const { terminal, env, folder } = call;
  let exitCode: number = exitCodes.done;
  const execute: Execute = async (flags, json, command) => {
    const { readSettings } = await import('./read-settings.ts');
    const settings = await readSettings({ flags, env, folder });
    exitCode = await command({ terminal, env, folder, settings, json });
  };
  const program = buildProgram(version, execute);
  for (const command of everyCommand(program)) {
    command.exitOverride();
    command.configureOutput({
      writeOut: (text) => terminal.out.write(text),
      writeErr: (text) => terminal.err.write(text),
      getOutHelpWidth: () => terminal.out.width(),
      getErrHelpWidth: () => terminal.err.width(),
    });
  }
  try {
    await program.parseAsync(call.words, { from: 'user' });
    return exitCode;
  } catch (error) {
    return tell(error, call);
  }
}

async function tell(error: unknown, { words, terminal }: Call): Promise<number> {
  const end = words.indexOf('--');
  const json = words.slice(0, end < 0 ? undefined : end).includes('--json');
  if (error instanceof CommanderError) {
    // Help and version end so, too; what was wrong with the words is told already.
    if (error.exitCode === 0) return exitCodes.done;
    const message = error.message.replace(/^error: /, '');
    const mend = 'Add --help for what there is.';
    if (json) terminal.out.line(JSON.stringify({ error: { code: 'usage', message, mend } }));
    return exitCodes.badInput;
  }
  const [{ exitCodeOf }, { printError, describeError }] = await Promise.all([
    import('./exit-code-of.ts'),
    import('./report-error.ts'),
  ]);
  printError(terminal.err, error);
  if (json) terminal.out.line(JSON.stringify(describeError(error)));
  return exitCodeOf(error);
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}
