/**
 * The loop that every standard tool's `main.ts` runs: one JSON request per line on stdin, one JSON answer per
 * line on stdout, the log on stderr. It checks the request and turns errors into answers;
 * what a request means is left to the tool's `run`, and starting and stopping to the agent.
 */
import { dirname } from 'node:path';
import { diskFull, GantryError, isDiskFull } from '@gantry/model';
import { z } from 'zod';

const inputSchema = z.object({
  path: z.string().min(1),
  name: z.string().min(1),
  place: z.record(z.string(), z.int()).default({}),
  size: z.number().optional(),
});

const requestSchema = z.object({
  id: z.string(),
  folder: z.string().optional(),
  at: z.record(z.string(), z.int()).default({}),
  inputs: z.record(z.string(), z.union([inputSchema, z.array(inputSchema)])).default({}),
  params: z.record(z.string(), z.unknown()).default({}),
  outputs: z.record(z.string(), z.string()).default({}),
  resources: z
    .object({
      cpu: z.number().positive().default(1),
      memory: z
        .number()
        .positive()
        .default(2 ** 29),
    })
    .prefault({}),
});

/** One file handed to a tool; `name` is the item's own file name, `path` where it lies now. */
export type ToolInput = z.infer<typeof inputSchema>;

/** How many items an input hands over: exactly one, one or none, or a list ordered by place. */
export type Arity = 'one' | 'optional' | 'many';

type InputsOf<I extends Record<string, Arity>> = {
  [K in keyof I]: I[K] extends 'many' ? ToolInput[] : I[K] extends 'one' ? ToolInput : ToolInput | undefined;
};

/** What a tool's `run` is given, checked. */
export interface ToolCall<P, I extends Record<string, Arity>, O extends string> {
  readonly id: string;
  /** The attempt's own folder, for scratch files. */
  readonly folder: string;
  readonly at: Readonly<Record<string, number>>;
  readonly inputs: InputsOf<I>;
  readonly params: P;
  /** Full paths of the files or folders to make; the parents exist. */
  readonly outputs: Readonly<Record<O, string>>;
  /** `memory` in bytes, for this whole process; `cpu` in cores. */
  readonly resources: { readonly cpu: number; readonly memory: number };
  /** Tells how far the call is, 0 to 1; at most four lines a second reach stdout. */
  readonly progress: (fraction: number) => void;
  /** Writes a line to the log of this call. */
  readonly log: (line: string) => void;
}

/** Numbers that a call tells of its place. */
export type Results = Readonly<Record<string, number>>;

/** A standard tool: what it takes, and what it does with it. */
export interface ToolHandler<P, I extends Record<string, Arity>, O extends string> {
  readonly inputs: I;
  readonly outputs: readonly O[];
  /** Use `z.strictObject`, so that a misspelt parameter is an error. */
  readonly params: z.ZodType<P>;
  /** @returns the results that its `tool.yaml` declares, if any */
  readonly run: (call: ToolCall<P, I, O>) => Promise<Results | void> | Results | void;
}

/** One line for people: what happened, to which file, and what to do. */
function describeError(error: unknown): string {
  if (!(error instanceof GantryError)) {
    return error instanceof Error ? `${error.name}: ${error.message}` : `Error: ${String(error)}`;
  }
  const file =
    error.file !== undefined && !error.message.includes(error.file) ? ` (file: ${error.file})` : '';
  return sentence(`${error.message}${file}`) + (error.mend === undefined ? '' : ` ${sentence(error.mend)}`);
}

/** A fault as the log has it: with its stack, unless it is one of the machine's. */
function describeFault(error: unknown): string {
  if (error instanceof GantryError) return describeError(error);
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** A full disk in words, whichever library met it; anything else as it is. */
function explainDisk(error: unknown, folder: string | undefined): unknown {
  if (folder === undefined || !isDiskFull(error)) return error;
  return diskFull(folder, error);
}

/** The folder that a call writes its outputs to. */
function folderOf({
  folder,
  outputs,
}: {
  folder: string;
  outputs: Readonly<Record<string, string>>;
}): string {
  const [first] = Object.values(outputs);
  return first === undefined ? folder : dirname(first);
}

/**
 * Serves requests until stdin ends, then exits with 0. Requests are run one at a time, in order.
 * A line that is not a request is answered with exit code 1 (id `""` if it has none) and the loop goes on.
 * An error that escapes from outside the call's own promise fails the call in flight and ends the process
 * with 1, because the state of the tool is unknown then.
 */
export function serve<P, I extends Record<string, Arity>, O extends string>(
  handler: ToolHandler<P, I, O>,
): void {
  const answer = takeStdout();
  let inFlight: string | undefined;
  /** Where the call in flight writes. */
  let folder: string | undefined;
  const die = (thrown: unknown): void => {
    const error = explainDisk(thrown, folder);
    process.stderr.write(`${describeFault(error)}\n`);
    if (inFlight !== undefined) answer({ id: inFlight, exitCode: 1, error: describeError(error) });
    process.exit(1);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);

  const handleLine = async (line: string): Promise<void> => {
    let id = '';
    try {
      const message = parseJson(line);
      id = idOf(message);
      inFlight = id;
      const call = checkRequest(handler, message, makeProgress(id, answer));
      folder = folderOf(call);
      const results = await handler.run(call);
      answer({ id, exitCode: 0, ...(results === undefined ? {} : { results }) });
    } catch (thrown) {
      const error = explainDisk(thrown, folder);
      // The message is for people; the stack, for faults of ours, belongs to the log.
      if (!(error instanceof GantryError) && error instanceof Error) process.stderr.write(`${error.stack}\n`);
      answer({ id, exitCode: 1, error: describeError(error) });
    } finally {
      inFlight = undefined;
      folder = undefined;
    }
  };

  const loop = async (): Promise<void> => {
    for await (const line of linesOf(process.stdin)) if (line.trim() !== '') await handleLine(line);
    process.exit(0);
  };
  loop().catch(die);
}

/**
 * Keeps stdout for answers: whatever libraries print by `console.log` or `process.stdout`, worker threads
 * included, goes to stderr. GLib prints its debug messages to the file descriptor itself, hence the variables.
 */
function takeStdout(): (message: object) => void {
  delete process.env['G_MESSAGES_DEBUG'];
  delete process.env['VIPS_INFO'];
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = process.stderr.write.bind(process.stderr);
  // Nobody reads any more: the agent is gone, so there is nothing to go on for.
  process.stdout.on('error', () => process.exit(1));
  return (message) => void write(`${JSON.stringify(message)}\n`);
}

/** Splits at "\n" only: `node:readline` also splits at U+2028, which JSON allows inside a string. */
async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let pieces: Buffer[] = [];
  for await (const chunk of stream) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      pieces.push(chunk.subarray(start, end));
      yield Buffer.concat(pieces).toString('utf8');
      pieces = [];
      start = end + 1;
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
  }
  if (pieces.length > 0) yield Buffer.concat(pieces).toString('utf8');
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new GantryError('bad-request', `The request is not JSON: ${line.slice(0, 80)}`, {
      mend: 'Send one JSON object per line.',
      cause,
    });
  }
}

function idOf(message: unknown): string {
  const id = typeof message === 'object' && message !== null && 'id' in message ? message.id : undefined;
  return typeof id === 'string' ? id : '';
}

function checkRequest<P, I extends Record<string, Arity>, O extends string>(
  handler: ToolHandler<P, I, O>,
  message: unknown,
  progress: (fraction: number) => void,
): ToolCall<P, I, O> {
  const parsed = requestSchema.safeParse(message);
  if (!parsed.success) throw invalid('bad-request', 'The request is malformed', parsed.error);
  const request = parsed.data;
  const params = handler.params.safeParse(request.params);
  if (!params.success) throw invalid('bad-parameter', 'The parameters are not valid', params.error);
  const inputs: Record<string, ToolInput | ToolInput[] | undefined> = {};
  for (const [name, arity] of Object.entries(handler.inputs)) {
    inputs[name] = checkInput(name, arity, request.inputs[name]);
  }
  for (const name of handler.outputs) {
    if (request.outputs[name] === undefined) {
      throw new GantryError('bad-request', `The request gives no path for the output "${name}"`, {
        field: name,
      });
    }
  }
  return {
    id: request.id,
    folder: request.folder ?? process.cwd(),
    at: request.at,
    inputs: inputs as InputsOf<I>,
    params: params.data,
    outputs: request.outputs as Record<O, string>,
    resources: request.resources,
    progress,
    log: (line) => void process.stderr.write(`${line}\n`),
  };
}

function checkInput(
  name: string,
  arity: Arity,
  given: ToolInput | ToolInput[] | undefined,
): ToolInput | ToolInput[] | undefined {
  const list = given === undefined ? [] : Array.isArray(given) ? given : [given];
  const fail = (what: string): GantryError =>
    new GantryError('bad-input', `The input "${name}" ${what}`, {
      field: `inputs.${name}`,
      mend: 'Look at the "inputs" of the stage in the pipeline and at the tool\'s own in tool.yaml.',
    });
  if (arity === 'many') {
    if (list.length === 0) throw fail('has no items');
    return list;
  }
  if (list.length > 1) throw fail(`takes one item, and ${list.length} were given`);
  if (list.length === 0 && arity === 'one') throw fail('is missing');
  return list[0];
}

function makeProgress(id: string, answer: (message: object) => void): (fraction: number) => void {
  let last = 0;
  return (fraction) => {
    const now = performance.now();
    if (now - last < 250) return;
    last = now;
    answer({ id, progress: Math.min(1, Math.max(0, fraction)) });
  };
}

function invalid(code: string, what: string, error: z.ZodError): GantryError {
  const lines = error.issues.map((issue) => {
    const where = issue.path.join('.');
    return where === '' ? issue.message : `${where}: ${issue.message}`;
  });
  return new GantryError(code, `${what}: ${lines.join('; ')}`, {
    field: error.issues[0]?.path.join('.'),
    mend: 'Compare them with the "params" in the tool\'s tool.yaml.',
  });
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
