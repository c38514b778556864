/**
 * A command's way to the server of its data directory: one that is at work there is used; otherwise this process
 * hosts. A guest whose host ends, or is killed, takes its place. Starting the parts is left to `host.ts`.
 */
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RequestError, UserClient } from '@gantry/client';
import { GantryError, isGantryError } from '@gantry/model';
import {
  locateDataDirectory,
  openDataDirectory,
  readServer,
  type DataDirectory,
  type DataDirectoryLayout,
  type DataDirectoryOptions,
} from '@gantry/storage';
import type { Interrupts } from '../interrupts.ts';
import type { ReadSettings } from '../read-settings.ts';
import { version } from '../version.ts';
import { signIn, type Guest } from './guests.ts';
import { startHost, type Host } from './host.ts';

export interface AccessOptions {
  readonly settings: ReadSettings;
  /** `run`: with an agent, open to other commands. `look`: this command alone, for a moment, without an agent. */
  readonly purpose: 'run' | 'look';
  readonly env: NodeJS.ProcessEnv;
  readonly interrupts: Interrupts;
  /** Told what the person should know: that something is waited for, or was taken over. */
  readonly notice: (line: string) => void;
}

/** How long a directory that another process holds, without a server that answers, is waited for. */
const patienceMs = 30_000;
const noticeAfterMs = 2_000;
const retryMs = 150;
/** A server that is there answers its status at once; a machine at its limit takes longer. */
const statusMs = 5_000;
const guestCheckMs = 500;
/** The end of an own database is noticed within this time. */
const hostWordsMs = 1_000;

interface Attachment {
  readonly client: UserClient;
  /** Present where this process hosts. */
  readonly host?: Host;
  readonly guest?: Guest | undefined;
  /** Aborted, with the error, when the host's parts are gone. */
  readonly failed: AbortSignal;
}

export class ServerAccess {
  readonly #options: AccessOptions;
  #attachment: Attachment;

  private constructor(options: AccessOptions, attachment: Attachment) {
    this.#options = options;
    this.#attachment = attachment;
  }

  /**
   * @throws GantryError `data-directory-missing` where there is none and one is only looked at;
   *   `data-directory-in-use`, and all that opening the directory, the database and the server can throw
   */
  static async open(options: AccessOptions): Promise<ServerAccess> {
    return new ServerAccess(options, await attach(options));
  }

  /** True where this process hosts the server. */
  get hosts(): boolean {
    return this.#attachment.host !== undefined;
  }

  /** Aborted, with the error, when this process hosts and its parts are gone. */
  get failed(): AbortSignal {
    return this.#attachment.failed;
  }

  /**
   * Asks the server. `request` may be called again, with another client, if the server's host has ended meanwhile: it
   * must not change anything twice.
   */
  async ask<T>(request: (client: UserClient, signal: AbortSignal) => Promise<T>): Promise<T> {
    for (;;) {
      const { client, host, failed } = this.#attachment;
      failed.throwIfAborted();
      try {
        return await request(client, failed);
      } catch (error) {
        const gone = isGantryError(error) && error.code === 'server-unreachable';
        if (host !== undefined && isGantryError(error) && error.code === 'database-unreachable') {
          // If it has ended, its host knows in a moment, and more.
          await delay(hostWordsMs, undefined, { signal: failed }).catch(() => {});
          failed.throwIfAborted();
        }
        if (host !== undefined || !gone) throw error;
        this.#options.notice('The command that hosted the server has ended; this one goes on by itself.');
        await this.#attachment.guest?.leave();
        this.#attachment = await attach(this.#options);
      }
    }
  }

  /** Tells the server something that must not be said twice. */
  async tell<T>(request: (client: UserClient, signal: AbortSignal) => Promise<T>): Promise<T> {
    const { client, failed } = this.#attachment;
    failed.throwIfAborted();
    return request(client, failed);
  }

  /** Leaves; a host stays until nobody else uses its server, or until it is interrupted. */
  async leave(): Promise<void> {
    const { host, guest, failed } = this.#attachment;
    await guest?.leave();
    if (host === undefined) return;
    try {
      await this.#awaitGuests(host, failed);
    } finally {
      await host.close();
    }
  }

  /** Leaves at once, after a failure: guests take over. */
  async abandon(): Promise<void> {
    await this.#attachment.guest?.leave();
    await this.#attachment.host?.close();
  }

  async #awaitGuests(host: Host, failed: AbortSignal): Promise<void> {
    const { interrupts, notice } = this.#options;
    for (let told = false; !(await host.withdraw()); told = true) {
      if (failed.aborted || interrupts.signal.aborted) return;
      if (!told) notice('Other commands use this server: it stays until they are done. Ctrl-C ends it now.');
      const signal = AbortSignal.any([failed, interrupts.signal]);
      await delay(guestCheckMs, undefined, { signal }).catch(() => {});
    }
  }
}

async function attach(options: AccessOptions): Promise<Attachment> {
  const { settings, purpose, interrupts, notice } = options;
  const { dataDir, databaseUrl } = settings.values;
  const databaseUser = databaseUrl === undefined ? await findDatabaseUser() : undefined;
  const opening: DataDirectoryOptions = {
    explicit: settings.origins.dataDir.named,
    serverUser: databaseUser,
  };
  const layout = await locateDataDirectory(dataDir, opening);
  if (purpose === 'look') await requireDataDirectory(layout);
  const started = Date.now();
  let guest: Guest | undefined;
  try {
    for (let told = false; ;) {
      interrupts.signal.throwIfAborted();
      if (purpose === 'run') guest ??= await signIn(layout);
      const client = await findServer(layout, interrupts.signal);
      if (client !== undefined) return { client, guest, failed: new AbortController().signal };
      const data = await tryOpen(dataDir, opening, started);
      if (data !== undefined) {
        await guest?.leave();
        guest = undefined;
        return await becomeHost(options, data, databaseUser);
      }
      if (!told && Date.now() - started > noticeAfterMs) {
        told = true;
        notice(`The data directory ${layout.path} is in use by another process; waiting for it.`);
      }
      await delay(retryMs, undefined, { signal: interrupts.signal }).catch(() => {});
    }
  } catch (error) {
    await guest?.leave();
    throw error;
  }
}

async function becomeHost(
  options: AccessOptions,
  data: DataDirectory,
  databaseUser: Awaited<ReturnType<typeof findDatabaseUser>>,
): Promise<Attachment> {
  const { settings, purpose, env, interrupts, notice } = options;
  if (data.relocatedFrom !== undefined && purpose === 'run')
    notice(`The data directory is ${data.path}: the database's user cannot enter ${data.relocatedFrom}.`);
  const host = await startHost({
    data,
    settings: settings.values,
    databaseUser,
    withAgent: purpose === 'run',
    env,
    log: notice,
    signal: interrupts.signal,
  });
  interrupts.onKill(() => host.kill());
  const failure = new AbortController();
  void host.failed.then((error) => failure.abort(error));
  return {
    client: new UserClient({ server: host.url, token: host.token }),
    host,
    failed: failure.signal,
  };
}

/** The client of the server at work there, if there is one. */
async function findServer(layout: DataDirectoryLayout, signal: AbortSignal): Promise<UserClient | undefined> {
  const record = await readServer(layout).catch((error: unknown) => {
    // The folder may not be ours, or the file damaged: taking the directory's lock will tell.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code !== undefined) return undefined;
    throw error;
  });
  if (record === undefined) return undefined;
  const client = new UserClient({ server: record.url, token: record.token });
  let status;
  try {
    status = await client.status(signal, statusMs);
  } catch (error) {
    // A record that outlived its server; its port may be another program's by now.
    if (error instanceof RequestError || (isGantryError(error) && error.code === 'server-unreachable'))
      return undefined;
    throw error;
  }
  if (status.dataDirectory !== layout.path) return undefined;
  if (status.version === version) return client;
  throw new GantryError(
    'server-other-version',
    `The server at work in ${layout.path} (process ${status.pid}) is Gantry ${status.version}; this is ${version}.`,
    { file: layout.path, mend: 'Wait for its end, use that Gantry, or name another --data-dir.' },
  );
}

/** The directory, locked; undefined while another process holds it and there is patience left. */
async function tryOpen(
  path: string,
  options: DataDirectoryOptions,
  started: number,
): Promise<DataDirectory | undefined> {
  try {
    return await openDataDirectory(path, options);
  } catch (error) {
    const held = isGantryError(error) && error.code === 'data-directory-in-use';
    if (held && Date.now() - started < patienceMs) return undefined;
    throw error;
  }
}

async function requireDataDirectory(layout: DataDirectoryLayout): Promise<void> {
  try {
    await access(join(layout.path, 'gantry.json'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return;
    throw new GantryError('data-directory-missing', `There is no data directory at ${layout.path} yet.`, {
      file: layout.path,
      mend: 'The first `gantry run` makes it; another one is named with --data-dir.',
      cause: error,
    });
  }
}

async function findDatabaseUser() {
  if (process.geteuid?.() !== 0) return undefined;
  const { findServerUser } = await import('@gantry/database');
  return findServerUser();
}
