/** What an agent is started with: arguments, and the environment for what must not be seen in a process list. */
import { readFileSync } from 'node:fs';
import { availableParallelism, hostname, totalmem } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  GantryError,
  labelsSchema,
  parseMemory,
  pathMapSchema,
  type AgentCapacity,
  type PathMap,
} from '@gantry/model';
import { countGpus } from './count-gpus.ts';

export interface AgentSettings {
  readonly server: string;
  readonly token: string;
  /** The agent's own folder: one living agent to a folder. */
  readonly dataFolder: string;
  readonly name: string;
  readonly capacity: AgentCapacity;
  readonly labels: Readonly<Record<string, string>>;
  /** Stop when stdin ends, so that the agent goes with the process that started it. */
  readonly stopWithStdin: boolean;
}

export const usage = `gantry agent --server URL --data-dir FOLDER [--token-file FILE] [--name NAME] [--slots N] [--cpu N]
             [--memory BYTES] [--label KEY=VALUE …] [--stop-with-stdin]

The token is read from --token-file, or from GANTRY_AGENT_TOKEN.`;

/** @throws {GantryError} `usage` for what cannot be read, `agent-token` without a token */
export function readSettings(args: readonly string[], env: NodeJS.ProcessEnv): AgentSettings {
  const values = parse(args);
  const server = values.server ?? env['GANTRY_SERVER'];
  if (server === undefined) throw bad('server', 'the address of the server is missing');
  if (!URL.canParse(server))
    throw bad('server', `"${server}" is not an address such as http://127.0.0.1:18080`);
  const dataFolder = values['data-dir'];
  if (dataFolder === undefined) throw bad('data-dir', 'the data folder of the agent is missing');
  return {
    server,
    token: readToken(values['token-file'], env),
    dataFolder: resolve(dataFolder),
    name: values.name ?? hostname(),
    capacity: readCapacity(values),
    labels: readLabels(values.label ?? []),
    stopWithStdin: values['stop-with-stdin'] ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        server: { type: 'string' },
        'data-dir': { type: 'string' },
        'token-file': { type: 'string' },
        name: { type: 'string' },
        slots: { type: 'string' },
        cpu: { type: 'string' },
        memory: { type: 'string' },
        label: { type: 'string', multiple: true },
        'stop-with-stdin': { type: 'boolean' },
      },
    }).values;
  } catch (cause) {
    throw new GantryError('usage', cause instanceof Error ? cause.message : String(cause), {
      mend: usage,
      cause,
    });
  }
}

function readToken(file: string | undefined, env: NodeJS.ProcessEnv): string {
  let token = env['GANTRY_AGENT_TOKEN'];
  if (file !== undefined) {
    try {
      token = readFileSync(file, 'utf8');
    } catch (cause) {
      const message = `the token file ${file} could not be read: ${cause instanceof Error ? cause.message : ''}`;
      throw new GantryError('agent-token', message, {
        file,
        mend: 'Give a file that holds the token.',
        cause,
      });
    }
  }
  token = token?.trim();
  if (token !== undefined && token !== '') return token;
  throw new GantryError('agent-token', 'the agent has no token', {
    mend: 'Give --token-file, or set GANTRY_AGENT_TOKEN.',
  });
}

/** What an agent may take, in the words of options: what is absent is the machine's own. */
export interface CapacityOptions {
  readonly cpu?: string | undefined;
  readonly memory?: string | undefined;
  readonly gpu?: string | undefined;
  readonly slots?: string | undefined;
}

/** @throws GantryError `usage` */
export function readCapacity({ cpu: cores, memory, gpu, slots }: CapacityOptions): AgentCapacity {
  // On a machine with one core, tools that would like two take turns on it: they are slower there, and that is all.
  const own = availableParallelism();
  const cpu = readNumber('cpu', cores, Math.max(2, own));
  return {
    cpu,
    // What is left is for the system, the page cache and the agent itself.
    memory: Math.floor(readMemory(memory) ?? totalmem() * 0.9),
    gpu: gpu === undefined ? countGpus() : readCount('gpu', gpu),
    slots: Math.max(
      1,
      Math.floor(readNumber('slots', slots, cores === undefined ? own : Math.max(1, Math.floor(cpu)))),
    ),
  };
}

function readMemory(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = parseMemory(text);
  if (value !== undefined && value > 0) return value;
  throw bad('memory', `--memory is "${text}", and not bytes, or a size such as 16GiB`);
}

function readCount(field: string, text: string): number {
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw bad(field, `--${field} is "${text}", and not a whole number`);
}

/** @throws GantryError `usage` for what is not SERVER=LOCAL, with absolute paths */
export function readMaps(pairs: readonly string[]): PathMap[] {
  return pairs.map((pair) => {
    const at = pair.indexOf('=');
    const trim = (path: string): string => (path.length > 1 ? path.replace(/\/+$/, '') : path);
    const map = pathMapSchema.safeParse({
      server: trim(pair.slice(0, Math.max(at, 0))),
      local: trim(pair.slice(at + 1)),
    });
    if (map.success) return map.data;
    throw bad('map', `--map is "${pair}", and not /path/on/the/server=/path/here, both without \`..\``);
  });
}

function readNumber(field: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw bad(field, `--${field} is "${text}", and not a number above 0`);
}

/** @throws GantryError `usage` */
export function readLabels(pairs: readonly string[]): Record<string, string> {
  const labels = Object.fromEntries(
    pairs.map((pair): [string, string] => {
      const at = pair.indexOf('=');
      if (at < 1) throw bad('label', `the label "${pair}" is not KEY=VALUE`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
  const checked = labelsSchema.safeParse(labels);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  throw bad(
    'label',
    `the label "${issue?.path.map(String).join('.') ?? ''}" ${issue?.message ?? 'is not valid'}`,
  );
}

function bad(field: string, message: string): GantryError {
  return new GantryError('usage', message, { field, mend: usage });
}
