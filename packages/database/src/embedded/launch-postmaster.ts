/**
 * Starts the postmaster in a session of its own and waits until it is ready. Which command that is, and what to do
 * with one that is there already, is left to `start-embedded-postgres`.
 */
import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { GantryError } from '@gantry/model';
import { explainServerOutput } from './initialize-cluster.ts';
import { readPostmasterFile } from './postmaster.ts';
import { lastServerLines } from './server-log.ts';
import type { ServerUser } from './server-user.ts';

/** Starts the process; its output before the log collector is up goes to `startLog`. */
export async function launchPostmaster(
  command: readonly string[],
  startLog: string,
  user: ServerUser | undefined,
): Promise<{ pid: number; hasExited: () => boolean }> {
  const [program, ...args] = command as readonly [string, ...string[]];
  const identity = user === undefined ? {} : { uid: user.uid, gid: user.gid };
  const env = { LC_ALL: 'C', TZ: 'UTC', PATH: process.env['PATH'] ?? '/usr/bin:/bin' };
  const output = await open(startLog, 'w', 0o600);
  try {
    const child = spawn(program, args, {
      ...identity,
      env,
      cwd: '/',
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
    });
    await new Promise<void>((fulfil, reject) => {
      child.once('spawn', fulfil);
      child.once('error', reject);
    });
    // Whether we wait for it is the handle's affair, not the event loop's.
    child.unref();
    return { pid: child.pid!, hasExited: () => child.exitCode !== null || child.signalCode !== null };
  } finally {
    await output.close();
  }
}

/**
 * Waits until the server accepts connections.
 *
 * @throws GantryError `disk-full`, `data-directory-not-enterable` or `database-start-failed` if it ends instead.
 */
export async function waitUntilReady(options: {
  readonly pid: number;
  readonly hasExited: () => boolean;
  readonly cluster: string;
  readonly folder: string;
  readonly logFolder: string;
  readonly signal: AbortSignal | undefined;
  readonly log: ((line: string) => void) | undefined;
}): Promise<void> {
  const started = Date.now();
  let told = false;
  for (;;) {
    options.signal?.throwIfAborted();
    const file = await readPostmasterFile(options.cluster);
    if (file?.pid === options.pid && file.ready) return;
    if (options.hasExited()) {
      const lines = await lastServerLines(options.logFolder);
      throw (
        explainServerOutput(options.folder, lines) ??
        new GantryError('database-start-failed', `PostgreSQL did not start in ${options.folder}:\n${lines}`, {
          file: options.logFolder,
          mend: 'See what it says above, and the files in that folder.',
        })
      );
    }
    if (!told && Date.now() - started > 2_000) {
      told = true;
      options.log?.('PostgreSQL is replaying its log after an unclean stop.');
    }
    // After a crash this takes as long as there is log to replay: no limit but the caller's signal.
    await delay(5);
  }
}
