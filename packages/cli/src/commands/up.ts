/**
 * `gantry up`: the server with its pages, the database and an agent, until it is asked to end. Where a server is at
 * work in the data directory already, it says where.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeJson, type CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { ServerAccess } from '../host/server-access.ts';
import { catchInterrupts } from '../interrupts.ts';
import type { ReadSettings } from '../read-settings.ts';
import { webFolder } from '../web-folder.ts';

/** Where people look for Gantry. */
const usualPort = 18080;

export async function up(context: CommandContext): Promise<number> {
  const { out, err } = context.terminal;
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
      const signIn = await access.tell((client, signal) => client.signInAddress(signal));
      const url = new URL(signIn).origin;
      if (context.json) writeJson(context, { url, signIn });
      else
        out.line(
          `Gantry ${access.hosts ? 'is' : 'runs already'} at ${url}. Sign in, within the hour: ${signIn}`,
        );
      if (!existsSync(join(webFolder, 'index.html')))
        err.line('Its pages are not built yet: npm run build -w packages/web');
      if (access.hosts) await untilAborted(AbortSignal.any([interrupts.signal, access.failed]));
      access.failed.throwIfAborted();
    } catch (error) {
      await access.abandon();
      throw error;
    }
    await access.leave();
    return exitCodes.done;
  } finally {
    interrupts.close();
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
