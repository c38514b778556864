/**
 * How the data directory's owner signs in with a browser: by an address that can be used once, which the command line
 * prints to whoever may read the directory anyway. The browser then holds a random token in a cookie that scripts
 * cannot read; the directory keeps its hash alone, so that people stay signed in when the server starts again.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GantryError, signInAddressSchema, userApiPath } from '@gantry/model';
import type { DataDirectory } from '@gantry/storage';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { nothing, redirection } from './answers.ts';
import { route, type Route } from './routes.ts';

/** How long an address can be used. */
const addressMs = 60 * 60_000;
/** How long a browser stays signed in. */
const sessionMs = 30 * 24 * 60 * 60_000;
/** More than these are not kept; the oldest go. */
const maxSessions = 100;

const recordSchema = z.array(z.object({ hash: z.string(), until: z.number() }));
type SessionRecord = z.infer<typeof recordSchema>[number];

const secretParams = z.object({ secret: z.string().min(1).max(200) });

const makeSecret = (): string => randomBytes(32).toString('base64url');
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

export class SignIn {
  readonly #file: string;
  /** Cookies know no ports: two Gantries on a host must not take each other's. */
  readonly #cookie: string;
  /** Hashes of the secrets of addresses, with the time that each ends. */
  readonly #addresses = new Map<string, number>();
  #sessions: SessionRecord[];

  private constructor(data: DataDirectory, sessions: SessionRecord[]) {
    this.#file = fileOf(data);
    this.#cookie = `gantry-${hashOf(data.id).slice(0, 8)}`;
    this.#sessions = sessions;
  }

  static async open(data: DataDirectory): Promise<SignIn> {
    return new SignIn(data, await readSessions(fileOf(data)));
  }

  /** A secret for an address that can be used once, within an hour. */
  issue(): string {
    const secret = makeSecret();
    this.#forget();
    this.#addresses.set(hashOf(secret), Date.now() + addressMs);
    return secret;
  }

  /** Uses an address up. @returns the `Set-Cookie` header; undefined where it is used up, too old, or none of ours */
  async redeem(secret: string): Promise<string | undefined> {
    this.#forget();
    if (!this.#addresses.delete(hashOf(secret))) return undefined;
    const token = makeSecret();
    const session = { hash: hashOf(token), until: Date.now() + sessionMs };
    await this.#keep([...this.#sessions, session].slice(-maxSessions));
    return `${this.#cookie}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${sessionMs / 1000}`;
  }

  /** True where the request bears the cookie of a browser that is signed in. */
  knows(request: FastifyRequest): boolean {
    return this.#find(request) !== undefined;
  }

  /** Signs the browser out. @returns the `Set-Cookie` header that removes the cookie */
  async end(request: FastifyRequest): Promise<string> {
    const session = this.#find(request);
    await this.#keep(this.#sessions.filter((one) => one !== session));
    return `${this.#cookie}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0`;
  }

  #find(request: FastifyRequest): SessionRecord | undefined {
    const token = readCookie(request.headers.cookie, this.#cookie);
    if (token === undefined) return undefined;
    const hash = Buffer.from(hashOf(token));
    return this.#sessions.find(
      (session) =>
        session.until > Date.now() &&
        Buffer.byteLength(session.hash) === hash.length &&
        timingSafeEqual(Buffer.from(session.hash), hash),
    );
  }

  async #keep(sessions: readonly SessionRecord[]): Promise<void> {
    this.#sessions = sessions.filter(({ until }) => until > Date.now());
    const unfinished = `${this.#file}.${makeSecret()}.new`;
    await writeFile(unfinished, `${JSON.stringify(this.#sessions)}\n`, { mode: 0o600 });
    await rename(unfinished, this.#file);
  }

  #forget(): void {
    for (const [hash, until] of this.#addresses) if (until < Date.now()) this.#addresses.delete(hash);
  }
}

/** @param url the server's own address, once it listens */
export function signInRoutes(signIn: SignIn, url: () => string): Route[] {
  return [
    route({
      method: 'POST',
      path: `${userApiPath}/sign-in-addresses`,
      who: 'owner',
      operation: 'issueSignInAddress',
      summary: 'Issues an address at which a browser can sign in, once',
      schemas: { answer: signInAddressSchema },
      handle: () => Promise.resolve({ address: `${url()}/sign-in/${signIn.issue()}` }),
    }),
    route({
      method: 'GET',
      path: '/sign-in/:secret',
      who: 'anyone',
      operation: 'signIn',
      summary: 'Signs a browser in',
      schemas: { params: secretParams, answer: redirection },
      async handle({ params, request, reply }): Promise<undefined> {
        const cookie = await signIn.redeem(params.secret);
        if (cookie !== undefined) void reply.header('set-cookie', cookie);
        // A browser that is signed in already, and opens its old address again, is let in as well.
        const known = cookie !== undefined || signIn.knows(request);
        await reply.header('cache-control', 'no-store').redirect(known ? '/' : '/?address=used', 303);
        return undefined;
      },
    }),
    route({
      method: 'POST',
      path: `${userApiPath}/sign-out`,
      who: 'owner',
      operation: 'signOut',
      summary: 'Signs the browser out',
      schemas: { answer: nothing },
      async handle({ request, reply }): Promise<undefined> {
        await reply
          .header('set-cookie', await signIn.end(request))
          .code(204)
          .send();
        return undefined;
      },
    }),
  ];
}

function fileOf(data: DataDirectory): string {
  return join(data.run, 'browser-sessions.json');
}

async function readSessions(file: string): Promise<SessionRecord[]> {
  let text;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  try {
    return recordSchema.parse(JSON.parse(text)).filter(({ until }) => until > Date.now());
  } catch (error) {
    throw new GantryError('sessions-damaged', `The list of signed-in browsers, ${file}, cannot be read.`, {
      file,
      mend: 'Remove it; browsers then sign in again.',
      cause: error,
    });
  }
}

function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [key, value] = part.trim().split('=');
    if (key === name && value !== undefined && value !== '') return value;
  }
  return undefined;
}
