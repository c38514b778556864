/**
 * The API for people's programs: one method per request of the table in `user-api.ts`, answers checked against the
 * schemas that the server makes them with. When to ask again is left to the caller.
 */
import {
  admittedAnswerSchema,
  aroundAnswerSchema,
  decodeMap,
  GantryError,
  logLineSchema,
  measuredAnswerSchema,
  overlaysAnswerSchema,
  pictureDescriptionSchema,
  pictureValueSchema,
  runDetailSchema,
  runGraphSchema,
  runOutputSchema,
  runSummarySchema,
  serverStatusSchema,
  tableAnswerSchema,
  taskExplanationSchema,
  taskSummarySchema,
  taskWorkSchema,
  userApiPath,
  type AdmittedAnswer,
  type AroundAnswer,
  type LogLine,
  type MapColumns,
  type MapQuery,
  type MeasuredAnswer,
  type NewDatasetBody,
  type NewItemsBody,
  type NewRunBody,
  type OverlaysAnswer,
  type PictureDescription,
  type PictureValue,
  type Place,
  type ResumeBody,
  type RunDetail,
  type RunGraph,
  type RunOutput,
  type RunSummary,
  type ServerStatus,
  type TableAnswer,
  type TaskExplanation,
  type TaskQuery,
  type TaskSummary,
  type TaskWork,
} from '@gantry/model';
import { readLines } from './read-lines.ts';
import {
  readBytes,
  readText,
  sendRequest,
  unreachable,
  type Endpoint,
  type RequestOptions,
} from './send-request.ts';

export interface UserClientOptions {
  /** Such as `http://127.0.0.1:18080`. */
  readonly server: string;
  /** Absent in a browser that is signed in. */
  readonly token?: string | undefined;
}

/** Which part of a table is asked for. */
export interface TablePart {
  /** Names; all columns if absent. */
  readonly columns?: readonly string[];
  /** The first row, from 0. */
  readonly from?: number;
  /** Rows; 1,000 if absent. */
  readonly limit?: number;
  /** The table's version, so that a browser may keep the answer. */
  readonly version?: string;
}

/** What parses an answer: a zod schema, or a list of one. */
interface AnswerSchema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: Error };
}

/** The server reads its database for each of these; a block of 10,000 items takes it seconds. In ms. */
const patienceMs = 30_000;
const writePatienceMs = 180_000;

const runSummariesSchema = runSummarySchema.array();
const taskSummariesSchema = taskSummarySchema.array();
const runOutputsSchema = runOutputSchema.array();

/**
 * All methods throw `RequestError` if the server refuses, GantryError `server-unreachable` if it is not there, and
 * GantryError `unexpected-answer` if it says what this client does not know.
 */
export class UserClient {
  readonly #endpoint: Endpoint;

  constructor(options: UserClientOptions) {
    this.#endpoint = {
      base: `${options.server.replace(/\/+$/, '')}${userApiPath}`,
      token: options.token,
    };
  }

  /** @param waitMs how long the server may take; a server that is there answers this at once */
  async status(signal?: AbortSignal, waitMs = patienceMs): Promise<ServerStatus> {
    return this.#get('/status', serverStatusSchema, signal, waitMs);
  }

  /** @returns an address at which a browser can sign in, once */
  async signInAddress(signal?: AbortSignal): Promise<string> {
    return readString(await this.#post('/sign-in-addresses', undefined, signal), 'address');
  }

  /** Signs this browser out. */
  async signOut(): Promise<void> {
    await this.#post('/sign-out');
  }

  /** @returns the dataset's id */
  async createDataset(body: NewDatasetBody, signal?: AbortSignal): Promise<number> {
    return readNumber(await this.#post('/datasets', body, signal), 'id');
  }

  /** At most `maxItemBlock` items. */
  async admitItems(dataset: number, body: NewItemsBody, signal?: AbortSignal): Promise<AdmittedAnswer> {
    return check(await this.#post(`/datasets/${dataset}/items`, body, signal), admittedAnswerSchema);
  }

  async closeDataset(dataset: number, signal?: AbortSignal): Promise<void> {
    await this.#post(`/datasets/${dataset}/close`, undefined, signal);
  }

  /** @returns the dataset's fingerprint */
  async sealDataset(dataset: number, signal?: AbortSignal): Promise<string> {
    return readString(await this.#post(`/datasets/${dataset}/seal`, undefined, signal), 'fingerprint');
  }

  /** @returns the run's id */
  async createRun(body: NewRunBody, signal?: AbortSignal): Promise<number> {
    return readNumber(await this.#post('/runs', body, signal), 'id');
  }

  /** Newest first. */
  async runs(signal?: AbortSignal): Promise<RunSummary[]> {
    return this.#get('/runs', runSummariesSchema, signal);
  }

  async run(id: number, signal?: AbortSignal): Promise<RunDetail> {
    return this.#get(`/runs/${id}`, runDetailSchema, signal);
  }

  async graph(id: number, signal?: AbortSignal): Promise<RunGraph> {
    return this.#get(`/runs/${id}/graph`, runGraphSchema, signal);
  }

  /** The places of a stage in one plane. */
  async map(id: number, query: MapQuery, signal?: AbortSignal): Promise<MapColumns> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query))
      if (typeof value === 'string' || typeof value === 'number') search.set(name, String(value));
    const path = `/runs/${id}/map?${search.toString()}`;
    const options = { method: 'GET', path, signal, patienceMs } as const;
    const response = await sendRequest(this.#endpoint, options);
    return decodeMap(await readBytes(this.#endpoint, response));
  }

  /** @returns how many tasks are tried again */
  async resumeRun(id: number, body: ResumeBody, signal?: AbortSignal): Promise<number> {
    return readNumber(await this.#post(`/runs/${id}/resume`, body, signal), 'again');
  }

  async cancelRun(id: number, signal?: AbortSignal): Promise<void> {
    await this.#post(`/runs/${id}/cancel`, undefined, signal);
  }

  /** In the order of stages and places, at most `limit` (100 if absent, 1,000 at most) behind the task `after`. */
  async tasks(run: number, query: Partial<TaskQuery> = {}, signal?: AbortSignal): Promise<TaskSummary[]> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) search.set(name, String(value));
    const text = search.toString();
    return this.#get(`/runs/${run}/tasks${text === '' ? '' : `?${text}`}`, taskSummariesSchema, signal);
  }

  async outputs(run: number, signal?: AbortSignal): Promise<RunOutput[]> {
    return this.#get(`/runs/${run}/outputs`, runOutputsSchema, signal, writePatienceMs);
  }

  /** The id of the task of a stage at a place; all of the stage's axes must be named. */
  async findTask(run: number, stage: string, place: Place, signal?: AbortSignal): Promise<number> {
    const search = new URLSearchParams({ run: String(run), stage, place: writePlace(place) });
    const path = `/tasks?${search.toString()}`;
    return readNumber(await this.#send({ method: 'GET', path, signal, patienceMs }), 'id');
  }

  async task(id: number, signal?: AbortSignal): Promise<TaskExplanation> {
    return this.#get(`/tasks/${id}`, taskExplanationSchema, signal);
  }

  /** What a task did; its last attempt, if none is named. */
  async taskWork(id: number, attempt?: number, signal?: AbortSignal): Promise<TaskWork> {
    const query = attempt === undefined ? '' : `?attempt=${attempt}`;
    return this.#get(`/tasks/${id}/work${query}`, taskWorkSchema, signal);
  }

  /** The image of a dataset at a place. @param page of a file that holds several, from 0 */
  async picture(dataset: number, place: Place, page = 0, signal?: AbortSignal): Promise<PictureDescription> {
    const search = new URLSearchParams({ place: writePlace(place), page: String(page) });
    const path = `/datasets/${dataset}/picture?${search.toString()}`;
    return this.#get(path, pictureDescriptionSchema, signal);
  }

  /** The value of a pixel, counted from 0. */
  async pictureValue(
    dataset: number,
    place: Place,
    at: { readonly x: number; readonly y: number; readonly page?: number },
    signal?: AbortSignal,
  ): Promise<PictureValue> {
    const { x, y, page = 0 } = at;
    const search = new URLSearchParams({
      place: writePlace(place),
      ...{ page: String(page), x: String(x), y: String(y) },
    });
    return this.#get(`/datasets/${dataset}/picture/value?${search.toString()}`, pictureValueSchema, signal);
  }

  /** Images of the same runs that may be laid over the one at the place. */
  async overlays(dataset: number, place: Place, signal?: AbortSignal): Promise<OverlaysAnswer> {
    const search = new URLSearchParams({ place: writePlace(place) });
    const path = `/datasets/${dataset}/picture/overlays?${search.toString()}`;
    return this.#get(path, overlaysAnswerSchema, signal);
  }

  /** The coordinates along each axis of a dataset, and the places before and behind one. */
  async around(dataset: number, place: Place, signal?: AbortSignal): Promise<AroundAnswer> {
    const search = new URLSearchParams({ place: writePlace(place) });
    return this.#get(`/datasets/${dataset}/around?${search.toString()}`, aroundAnswerSchema, signal);
  }

  /** Columns of a table, at most `maxTableValues` values in an answer. */
  async table(
    dataset: number,
    place: Place,
    part: TablePart = {},
    signal?: AbortSignal,
  ): Promise<TableAnswer> {
    const { columns = [], from, limit, version } = part;
    const search = new URLSearchParams([
      ['place', writePlace(place)],
      ...columns.map((column) => ['column', column] as [string, string]),
    ]);
    for (const [name, value] of Object.entries({ from, limit, v: version }))
      if (value !== undefined) search.set(name, String(value));
    const path = `/datasets/${dataset}/table?${search.toString()}`;
    return this.#get(path, tableAnswerSchema, signal, writePatienceMs);
  }

  /** The images that a table was measured of. */
  async measured(dataset: number, place: Place, signal?: AbortSignal): Promise<MeasuredAnswer> {
    const search = new URLSearchParams({ place: writePlace(place) });
    const path = `/datasets/${dataset}/table/measured?${search.toString()}`;
    return this.#get(path, measuredAnswerSchema, signal);
  }

  /**
   * The log of a task's attempt (its last if none is named), line by line.
   * @param options.follow stays until the attempt ends
   */
  async *log(
    task: number,
    options: { readonly attempt?: number | undefined; readonly follow?: boolean } = {},
    signal?: AbortSignal,
  ): AsyncGenerator<LogLine, void, undefined> {
    const search = new URLSearchParams();
    if (options.attempt !== undefined) search.set('attempt', String(options.attempt));
    if (options.follow === true) search.set('follow', 'true');
    const query = search.toString();
    const path = `/tasks/${task}/log${query === '' ? '' : `?${query}`}`;
    const response = await sendRequest(this.#endpoint, { method: 'GET', path, signal });
    if (response.body === null) return;
    try {
      for await (const line of readLines(response.body)) yield check(parseJson(line), logLineSchema);
    } catch (error) {
      if (error instanceof GantryError) throw error;
      signal?.throwIfAborted();
      throw unreachable(this.#endpoint, error);
    }
  }

  async #get<T>(
    path: string,
    schema: AnswerSchema<T>,
    signal?: AbortSignal,
    waitMs = patienceMs,
  ): Promise<T> {
    return check(await this.#send({ method: 'GET', path, signal, patienceMs: waitMs }), schema);
  }

  async #post(path: string, body?: object, signal?: AbortSignal): Promise<unknown> {
    return this.#send({ method: 'POST', path, body, signal, patienceMs: writePatienceMs });
  }

  async #send(options: RequestOptions): Promise<unknown> {
    const text = await readText(this.#endpoint, await sendRequest(this.#endpoint, options));
    return text === '' ? undefined : parseJson(text);
  }
}

/** `row=1,col=2` */
function writePlace(place: Place): string {
  return Object.entries(place)
    .map(([axis, value]) => `${axis}=${value}`)
    .join(',');
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

function readNumber(value: unknown, name: string): number {
  const number = isRecord(value) ? value[name] : undefined;
  if (typeof number === 'number') return number;
  throw unexpected(`${name}: is missing`);
}

function readString(value: unknown, name: string): string {
  const text = isRecord(value) ? value[name] : undefined;
  if (typeof text === 'string') return text;
  throw unexpected(`${name}: is missing`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
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
