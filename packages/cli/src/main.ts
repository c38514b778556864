/**
 * The process of the command line: its streams, signals and exit code. Started by `bin/gantry.mjs`.
 */
import { runProgram } from './run-program.ts';
import { openOutput } from './terminal.ts';

// The launcher under another Node holds the other end: when it is killed, this process stops as by a signal.
process.channel?.unref();
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));

const env = { ...process.env };
const terminal = {
  out: openOutput(process.stdout, env),
  err: openOutput(process.stderr, env),
};
process.exitCode = await runProgram({ words: process.argv.slice(2), env, folder: process.cwd(), terminal });
