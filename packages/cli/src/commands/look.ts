/** Looks at the data directory's server, or at the directory itself where none is at work. */
import type { UserClient } from '@gantry/client';
import type { CommandContext } from '../command-context.ts';
import { ServerAccess } from '../host/server-access.ts';
import { catchInterrupts } from '../interrupts.ts';

export interface Look {
  /** `request` may be called twice; see `ServerAccess.ask`. */
  ask<T>(request: (client: UserClient, signal: AbortSignal) => Promise<T>): Promise<T>;
  /** True if this process reads the directory by itself, so that nothing runs meanwhile. */
  readonly alone: boolean;
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
}

/** @throws GantryError `data-directory-missing`, and what else opening it can throw */
export async function look<T>(context: CommandContext, use: (look: Look) => Promise<T>): Promise<T> {
  const interrupts = catchInterrupts(() => {});
  try {
    const access = await ServerAccess.open({
      settings: context.settings,
      purpose: 'look',
      env: context.env,
      interrupts,
      notice: (line) => context.terminal.err.line(line),
    });
    try {
      return await use({
        ask: (request) => access.ask(request),
        alone: access.hosts,
        interrupted: interrupts.signal,
      });
    } finally {
      await access.leave();
    }
  } finally {
    interrupts.close();
  }
}
