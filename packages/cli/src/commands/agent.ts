/**
 * `gantry agent`: this machine as an agent of a server on another one, until it is asked to end. At its first start it
 * needs an invitation's token, which it reads from a file, the environment or its input, and never from its arguments,
 * where others of the machine could read it.
 */
import { readFile } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import {
  enrol,
  readCapacity,
  readCredential,
  readLabels,
  readMaps,
  runAgent,
  version,
  type Credential,
  type StorageChoice,
} from '@gantry/agent';
import { GantryError, isGantryError, parseMemory } from '@gantry/model';
import type { CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { catchInterrupts } from '../interrupts.ts';
import { standardTools } from '../standard-tools.ts';

export interface AgentFlags {
  readonly server: string;
  readonly tokenFile?: string;
  readonly folder?: string;
  readonly name?: string;
  readonly slots?: string;
  readonly cpu?: string;
  readonly memory?: string;
  readonly gpu?: string;
  readonly label?: readonly string[];
  readonly map?: readonly string[];
  readonly storage: StorageChoice;
  readonly cache: string;
}

/** @throws GantryError what is wrong with the options, the token, the mappings; `agent-unauthorized` */
export async function agent(context: CommandContext, flags: AgentFlags): Promise<number> {
  const { err } = context.terminal;
  const server = checkServer(flags.server);
  const capacity = readCapacity(flags);
  const labels = readLabels(flags.label ?? []);
  const maps = readMaps(flags.map ?? []);
  const cacheBytes = readCache(flags.cache);
  const folder = resolve(context.folder, flags.folder ?? defaultFolder(context.env, server));
  if (new URL(server).protocol === 'http:' && !isLoopback(new URL(server).hostname))
    err.line(`Nothing is encrypted on the way to ${server}: have a proxy serve it by https.`);
  const interrupts = catchInterrupts(() => err.line('Stopping; Ctrl-C again ends at once.'));
  const log = (line: string): void => err.line(line);
  try {
    const serve = (credential: Credential): Promise<void> =>
      runAgent(
        {
          ...{
            server,
            token: credential.secret,
            dataFolder: folder,
            name: credential.name,
            capacity,
            labels,
          },
          stopWithStdin: false,
          remote: { choice: flags.storage, maps, cacheBytes, standardTools },
          log,
        },
        interrupts.signal,
      );
    const join = async (token: string): Promise<Credential> =>
      enrol({ ...{ folder, server, token, version }, name: flags.name ?? hostname() });

    const known = await readCredential(folder);
    if (known === undefined) {
      await serve(await join(await readToken(context, flags, 'stdin')));
      return exitCodes.done;
    }
    if (flags.name !== undefined && flags.name !== known.name) {
      throw new GantryError('usage', `This machine joined as "${known.name}", and is not "${flags.name}".`, {
        field: 'name',
        mend: `Leave --name out, or give another --folder to join anew.`,
      });
    }
    try {
      await serve(known);
    } catch (error) {
      const token = await readToken(context, flags, 'no stdin');
      if (!isGantryError(error) || error.code !== 'agent-unauthorized' || token === '') throw error;
      // Its right was revoked, and it has been invited again.
      await serve(await join(token));
    }
    return exitCodes.done;
  } finally {
    interrupts.close();
  }
}

function checkServer(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const fault =
    url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')
      ? 'is not an address such as https://gantry.example.org'
      : url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== ''
        ? 'has more in it than an address: a token does not belong there'
        : undefined;
  if (url !== undefined && fault === undefined) return text.replace(/\/+$/, '');
  // What may be a secret is not shown.
  const shown = url === undefined ? text : url.origin;
  throw new GantryError('usage', `--server ${shown} ${fault ?? ''}.`, {
    field: 'server',
    mend: 'Give the address that a browser on this machine would use, and the token by --token-file or on the input.',
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.');
}

/** One for each server, so that a machine may work for several. */
function defaultFolder(env: NodeJS.ProcessEnv, server: string): string {
  const named = env['XDG_DATA_HOME'];
  const home = named?.startsWith('/') === true ? named : join(env['HOME'] ?? homedir(), '.local', 'share');
  return join(home, 'gantry-agent', new URL(server).host.replaceAll(/[^A-Za-z0-9.-]/g, '_'));
}

function readCache(text: string): number {
  const bytes = text === '0' ? 0 : parseMemory(text);
  if (bytes !== undefined) return bytes;
  throw new GantryError('usage', `--cache is "${text}", and not a size such as 20GiB.`, { field: 'cache' });
}

/** Empty where there is none, and nobody is to be asked. */
async function readToken(
  context: CommandContext,
  flags: AgentFlags,
  ask: 'stdin' | 'no stdin',
): Promise<string> {
  if (flags.tokenFile !== undefined) {
    const file = resolve(context.folder, flags.tokenFile);
    try {
      return (await readFile(file, 'utf8')).trim();
    } catch (cause) {
      throw new GantryError('token-file', `The token file ${file} cannot be read.`, {
        file,
        field: 'token-file',
        mend: 'Give a file that holds the token.',
        cause,
      });
    }
  }
  const named = context.env['GANTRY_AGENT_TOKEN']?.trim() ?? '';
  if (named !== '' || ask === 'no stdin') return named;
  const token = process.stdin.isTTY ? await askHidden(context) : await readInput();
  if (token !== '') return token;
  throw new GantryError('token-missing', 'This machine has not joined yet, and there is no token.', {
    mend: 'Invite it on the page Agents, or by `gantry agents invite`, and give the token by --token-file, GANTRY_AGENT_TOKEN or on the input.',
  });
}

async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    // A line is all that is wanted, and whoever writes it may not close the pipe.
    if (chunk.includes(10) || bytes > 4096) break;
  }
  return (Buffer.concat(chunks).toString('utf8').split('\n')[0] ?? '').trim();
}

/** What is pasted is not shown. */
async function askHidden({ terminal }: CommandContext): Promise<string> {
  terminal.err.line('Paste the token of the invitation, and press Enter (it is not shown):');
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return (await lines.question('')).trim();
  } finally {
    lines.close();
  }
}
