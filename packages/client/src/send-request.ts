/**
 * One HTTP request with a bearer token, or with a browser's cookie, and what a refusal means: problem details become an error for people.
 * Which requests there are is left to the clients.
 */
import { GantryError, problemSchema, type FileProblem, type Problem } from '@gantry/model';

export interface Endpoint {
  /** Such as `http://127.0.0.1:18080/api/v1`. */
  readonly base: string;
  /** Absent in a browser, which sends its cookie. */
  readonly token: string | undefined;
}

export interface RequestOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the endpoint's base, with its query. */
  readonly path: string;
  readonly body?: object | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How long the server may take, in ms; without end if absent. */
  readonly patienceMs?: number | undefined;
}

/** The server answered, with an error. `code`, `mend`, `file` and `line` are those of its problem details. */
export class RequestError extends GantryError {
  readonly status: number;
  /** All that is wrong with a file, where it is about one. */
  readonly problems: readonly FileProblem[];

  constructor(status: number, problem: Problem) {
    super(problem.code, problem.detail, {
      mend: problem.mend,
      file: problem.file,
      line: problem.line,
      field: problem.field,
    });
    this.name = 'RequestError';
    this.status = status;
    this.problems = problem.problems ?? [];
  }
}

/**
 * Sends a request and waits for the head of its answer.
 * @throws RequestError where the server refuses; GantryError `server-unreachable` where it is not there, or does not
 *   answer in time; the signal's reason where that ends it.
 */
export async function sendRequest(endpoint: Endpoint, options: RequestOptions): Promise<Response> {
  const { method, path, body, signal, patienceMs } = options;
  const limit = patienceMs === undefined ? undefined : AbortSignal.timeout(patienceMs);
  const signals = [signal, limit].filter((one) => one !== undefined);
  let response;
  try {
    response = await fetch(`${endpoint.base}${path}`, {
      method,
      headers: {
        ...(endpoint.token === undefined ? {} : { authorization: `Bearer ${endpoint.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw unreachable(endpoint, error);
  }
  if (response.ok) return response;
  throw new RequestError(response.status, readProblem(response.status, await readText(endpoint, response)));
}

/** The body of an answer. @throws GantryError `server-unreachable` where the server goes away in its midst. */
export async function readText(endpoint: Endpoint, response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw unreachable(endpoint, error);
  }
}

/** The same for an answer that is no text. */
export async function readBytes(endpoint: Endpoint, response: Response): Promise<ArrayBuffer> {
  try {
    return await response.arrayBuffer();
  } catch (error) {
    throw unreachable(endpoint, error);
  }
}

/** The error for a server that is not there, or went away. */
export function unreachable(endpoint: Endpoint, cause: unknown): GantryError {
  const { origin } = new URL(endpoint.base);
  return new GantryError(
    'server-unreachable',
    `The server at ${origin} does not answer: ${describe(cause)}.`,
    {
      mend: 'See whether it still runs, and try again.',
      cause,
    },
  );
}

/** `fetch` says only "fetch failed"; what happened is in the cause. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'it took too long';
  const { cause } = error;
  if (cause instanceof Error && cause.message !== '') return cause.message;
  return error.message;
}

function readProblem(status: number, text: string): Problem {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not problem details: a proxy's page. The status is all there is to say.
  }
  const problem = problemSchema.safeParse(value);
  if (problem.success) return problem.data;
  const title = `The server answered with status ${status}.`;
  return { type: 'about:blank', title, status, detail: title, code: `http-${status}` };
}
