/**
 * A server that stays until it is asked to end, while something is done with it: for `gantry up`, and for programs of
 * the repository such as `npm start`.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandContext } from './command-context.ts';
import { exitCodeOf } from './exit-code-of.ts';
import { exitCodes } from './exit-codes.ts';
import { ServerAccess } from './host/server-access.ts';
import { catchInterrupts } from './interrupts.ts';
import { readSettings, type ReadSettings, type SettingSources } from './read-settings.ts';
import { printError } from './report-error.ts';
import type { Terminal } from './terminal.ts';

/** Where people look for Gantry. */
const usualPort = 18080;
/** How soon the end of a server that another process hosts is noticed, at the latest. */
const hostCheckMs = 1_000;

export interface AttendedServer {
  readonly access: ServerAccess;
  /** Aborted when the person asks for the end. */
  readonly interrupted: AbortSignal;
  /**
   * Waits for that. Where another process hosts the server, this one takes its place when it ends.
   * @throws GantryError when the database or the agent is gone for good
   */
  stay(): Promise<void>;
}

/**
 * Starts the server of the data directory, or joins the one at work there, and ends when `attend` has.
 * @returns the exit code
 * @throws all that `ServerAccess.open` and `attend` throw
 */
export async function attendServer(
  context: CommandContext,
  attend: (server: AttendedServer) => Promise<void>,
): Promise<number> {
  const { err } = context.terminal;
  const interrupts = catchInterrupts(() => {
    err.line('Stopping; Ctrl-C again ends at once.');
  });
  try {
    const access = await ServerAccess.open({
      settings: withUsualPort(context.settings),
      purpose: 'run',
      env: context.env,
      interrupts,
      notice: (line) => err.line(line),
    });
    try {
      const interrupted = interrupts.signal;
      await attend({ access, interrupted, stay: () => stay(access, interrupted) });
      access.failed.throwIfAborted();
    } catch (error) {
      await access.abandon();
      // What was under way when the person asked for the end has not failed.
      if (!interrupts.signal.aborted || error !== interrupts.signal.reason) throw error;
      return exitCodes.done;
    }
    await access.leave();
    return exitCodes.done;
  } finally {
    interrupts.close();
  }
}

/** The same for a program that is no command: reads the settings, and tells errors on the error output. */
export async function runWithServer(
  { terminal, ...sources }: SettingSources & { readonly terminal: Terminal },
  attend: (server: AttendedServer) => Promise<void>,
): Promise<number> {
  try {
    const settings = await readSettings(sources);
    return await attendServer(
      { terminal, env: sources.env, folder: sources.folder, settings, json: false },
      attend,
    );
  } catch (error) {
    printError(terminal.err, error);
    return exitCodeOf(error);
  }
}

async function stay(access: ServerAccess, interrupted: AbortSignal): Promise<void> {
  while (!interrupted.aborted) {
    if (access.hosts) {
      await untilAborted(AbortSignal.any([interrupted, access.failed]));
      access.failed.throwIfAborted();
      return;
    }
    await access.ask((client, signal) => client.status(signal));
    await delay(hostCheckMs, undefined, { signal: interrupted }).catch(() => {});
  }
}

function withUsualPort(settings: ReadSettings): ReadSettings {
  if (settings.origins.port.named) return settings;
  return { ...settings, values: { ...settings.values, port: usualPort } };
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((wake) => {
    signal.addEventListener('abort', () => wake(), { once: true });
  });
}
