/**
 * Requests of people's programs, typed by the description of the interface: a path, a parameter or a field that it
 * does not have does not compile. What comes back is checked against a schema of the model.
 */
import { GantryError } from '@gantry/model';
import { readLines } from './read-lines.ts';
import { readText, sendRequest, unreachable, type Endpoint } from './send-request.ts';
import type { AnswerOf, BytesPath, JsonPath, RequestOf, SilentPath, Verb } from './typed-paths.ts';

/** What parses an answer: a zod schema, or a list of one. */
interface AnswerSchema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: Error };
}

export interface Waiting {
  readonly signal?: AbortSignal | undefined;
  /** How long the server may take, in ms. */
  readonly waitMs?: number | undefined;
}

type Value = string | number | boolean;
/** A list stands for a parameter that is given several times. */
type Values = Readonly<Record<string, Value | readonly Value[] | undefined>>;

/** A request without the types of its parts. */
interface AnyRequest extends Waiting {
  readonly path?: Values | undefined;
  readonly query?: Values | undefined;
  readonly body?: object | undefined;
}

/** The server reads its database for each of these; a block of 10,000 items takes it seconds. In ms. */
const patienceMs = 30_000;
export const writePatienceMs = 180_000;

/**
 * All methods throw `RequestError` if the server refuses, GantryError `server-unreachable` if it is not there, and
 * GantryError `unexpected-answer` if it says what this client does not know.
 */
export class TypedRequests {
  readonly endpoint: Endpoint;

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint;
  }

  /** Asks for JSON. */
  async ask<V extends Verb, P extends JsonPath<V>, T extends AnswerOf<V, P>>(
    verb: V,
    path: P,
    request: RequestOf<V, P> & Waiting,
    schema: AnswerSchema<T>,
  ): Promise<T> {
    const response = await this.#send(verb, path, request as AnyRequest, patienceOf(verb));
    return check(parseJson(await readText(this.endpoint, response)), schema);
  }

  /** Has something done that is answered by nothing. */
  async tell<V extends Verb, P extends SilentPath<V>>(
    verb: V,
    path: P,
    request: RequestOf<V, P> & Waiting,
  ): Promise<void> {
    await readText(this.endpoint, await this.#send(verb, path, request as AnyRequest, patienceOf(verb)));
  }

  /** Opens an answer of bytes, however long it takes to read it. */
  async open<P extends BytesPath<'get'>>(path: P, request: RequestOf<'get', P> & Waiting): Promise<Response> {
    return this.#send('get', path, request as AnyRequest, undefined);
  }

  /** Reads an answer of lines, each of them JSON. */
  async *lines<P extends BytesPath<'get'>, T>(
    path: P,
    request: RequestOf<'get', P> & Waiting,
    schema: AnswerSchema<T>,
  ): AsyncGenerator<T, void, undefined> {
    const { body } = await this.open(path, request);
    if (body === null) return;
    try {
      for await (const line of readLines(body)) yield check(parseJson(line), schema);
    } catch (error) {
      if (error instanceof GantryError) throw error;
      request.signal?.throwIfAborted();
      throw unreachable(this.endpoint, error);
    }
  }

  async #send(
    verb: Verb,
    path: string,
    request: AnyRequest,
    usualWaitMs: number | undefined,
  ): Promise<Response> {
    return sendRequest(this.endpoint, {
      method: methods[verb],
      path: `${fillPath(path, request.path ?? {})}${writeQuery(request.query ?? {})}`,
      body: request.body,
      signal: request.signal,
      patienceMs: request.waitMs ?? usualWaitMs,
    });
  }
}

const methods = { get: 'GET', post: 'POST', put: 'PUT', patch: 'PATCH', delete: 'DELETE' } as const;

function patienceOf(verb: Verb): number {
  return verb === 'get' ? patienceMs : writePatienceMs;
}

function fillPath(path: string, values: Values): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
}

/** What is undefined is left out. */
function writeQuery(values: Values): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? (value as readonly Value[]) : [value])
      search.append(name, String(one));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw unexpected(`it is not JSON: ${text.slice(0, 100)}`);
  }
}

function check<T>(value: unknown, schema: AnswerSchema<T>): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw unexpected(parsed.error.message);
}

function unexpected(what: string): GantryError {
  return new GantryError(
    'unexpected-answer',
    `The server answers what this program does not know (${what}).`,
    {
      mend: 'Use the same version of Gantry for both.',
    },
  );
}
