/**
 * Bytes between agent and server, by Node's own HTTP: files of any size go through without being held in memory, and
 * what was cut off goes on where it was. When to try again is left to the callers.
 */
import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AgentRequestError } from '@gantry/client';
import {
  agentApiPath,
  folderListSchema,
  uploadStateSchema,
  type BroughtFile,
  type FolderList,
  type ReceivedRequest,
} from '@gantry/model';

export interface TransferClientOptions {
  readonly server: string;
  readonly token: string;
  readonly session: string;
}

/** A connection on which nothing moves for so long is given up (ms). */
const silenceMs = 30_000;
/** So long the server may take to read again what was sent, and to bring it to its disk (ms). */
const checkingMs = 15 * 60_000;

const folderListType = 'application/vnd.gantry.folder+json';

export type Fetched =
  /** The bytes from the first that was asked for; `size` of the whole file. */
  | { readonly kind: 'file'; readonly size: number; readonly body: Readable }
  | { readonly kind: 'folder'; readonly list: FolderList };

interface Request {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readable | Buffer | undefined;
  readonly signal: AbortSignal;
  readonly patience?: number;
}

/** Methods throw `AgentRequestError` where the server refuses, and what the network throws. */
export class TransferClient {
  readonly #base: URL;
  readonly #token: string;
  readonly #session: string;
  readonly #connections: HttpAgent | HttpsAgent;

  constructor({ server, token, session }: TransferClientOptions) {
    this.#base = new URL(`${server.replace(/\/+$/, '')}${agentApiPath}/`);
    this.#token = token;
    this.#session = session;
    const options = { keepAlive: true, maxSockets: 16 };
    this.#connections = this.#base.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
  }

  close(): void {
    this.#connections.destroy();
  }

  /** @param inner a file within a folder @param start the first byte that is wanted */
  async fetch(
    { from, ticket }: BroughtFile,
    inner: string | undefined,
    start: number,
    signal: AbortSignal,
  ): Promise<Fetched> {
    const query = this.#query({ path: from, ticket, ...(inner === undefined ? {} : { inner }) });
    const response = await this.#send({
      method: 'GET',
      path: `files?${query}`,
      ...(start === 0 ? {} : { headers: { range: `bytes=${start}-` } }),
      signal,
    });
    if (response.headers['content-type']?.startsWith(folderListType) === true)
      return { kind: 'folder', list: folderListSchema.parse(JSON.parse(await readText(response))) };
    // A proxy may not know of ranges.
    const begins = response.statusCode === 206 ? start : 0;
    if (begins !== start) {
      response.destroy();
      throw new Error('the server, or a proxy before it, sent the file from its beginning');
    }
    return {
      kind: 'file',
      size: begins + Number(response.headers['content-length'] ?? Number.NaN),
      body: response,
    };
  }

  /** How much of an output is there. */
  async measure(attempt: number, path: string, signal: AbortSignal): Promise<number> {
    const response = await this.#send({
      method: 'GET',
      path: `attempts/${attempt}/outputs?${this.#query({ path })}`,
      signal,
    });
    return readOffset(await readText(response));
  }

  /** @returns how much is there afterwards */
  async send(
    attempt: number,
    { path, offset, size, body }: { path: string; offset: number; size: number; body: Readable },
    signal: AbortSignal,
  ): Promise<number> {
    const response = await this.#send({
      method: 'PUT',
      path: `attempts/${attempt}/outputs?${this.#query({ path, offset: String(offset), size: String(size) })}`,
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(size - offset) },
      body,
      signal,
    });
    return readOffset(await readText(response));
  }

  /** All is sent; resolves when it is checked, and on the server's disk. */
  async complete(
    attempt: number,
    sent: Omit<ReceivedRequest, 'session'>,
    signal: AbortSignal,
  ): Promise<void> {
    const body = Buffer.from(JSON.stringify({ session: this.#session, ...sent }));
    const response = await this.#send({
      method: 'POST',
      path: `attempts/${attempt}/received`,
      headers: { 'content-type': 'application/json', 'content-length': String(body.length) },
      body,
      signal,
      patience: checkingMs,
    });
    await readText(response);
  }

  /** @returns how much of the segment is there afterwards: less or more than was sent if `offset` was not its end */
  async sendLog(file: string, offset: number, bytes: Buffer, signal: AbortSignal): Promise<number> {
    const response = await this.#send({
      method: 'PUT',
      path: `sessions/${encodeURIComponent(this.#session)}/logs?${String(new URLSearchParams({ file, offset: String(offset) }))}`,
      headers: { 'content-type': 'application/octet-stream', 'content-length': String(bytes.length) },
      body: bytes,
      signal,
    });
    return readOffset(await readText(response));
  }

  #query(parts: Readonly<Record<string, string>>): string {
    return String(new URLSearchParams({ session: this.#session, ...parts }));
  }

  async #send({
    method,
    path,
    headers,
    body,
    signal,
    patience = silenceMs,
  }: Request): Promise<IncomingMessage> {
    signal.throwIfAborted();
    const request = (this.#base.protocol === 'https:' ? requestHttps : requestHttp)(
      new URL(path, this.#base),
      {
        method,
        agent: this.#connections,
        headers: { ...headers, authorization: `Bearer ${this.#token}` },
        signal,
      },
    );
    request.setTimeout(patience, () =>
      request.destroy(new Error(`nothing was heard of the server for ${patience / 1000} s`)),
    );
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve);
      request.once('error', reject);
    });
    // A server that refuses answers before it has read all: its answer says more than the broken pipe.
    const sending =
      body === undefined || Buffer.isBuffer(body)
        ? Promise.resolve(void request.end(body))
        : pipeline(body, request);
    sending.catch(() => {});
    let response: IncomingMessage;
    try {
      response = await answered;
    } catch (error) {
      if (!Buffer.isBuffer(body)) body?.destroy();
      throw error;
    }
    const { statusCode = 0 } = response;
    if (statusCode >= 200 && statusCode < 300) return response;
    if (!Buffer.isBuffer(body)) body?.destroy();
    throw readProblem(statusCode, await readText(response));
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function readOffset(text: string): number {
  return uploadStateSchema.parse(JSON.parse(text)).offset;
}

function readProblem(status: number, text: string): AgentRequestError {
  let code = `http-${status}`;
  let message = `the server answered with status ${status}`;
  try {
    const problem = JSON.parse(text) as { code?: unknown; detail?: unknown };
    if (typeof problem.code === 'string') code = problem.code;
    if (typeof problem.detail === 'string') message = problem.detail;
  } catch {
    // Not problem details: a proxy's page. The status is all there is to say.
  }
  return new AgentRequestError(status, code, message);
}
