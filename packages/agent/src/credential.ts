/**
 * What an agent of another machine proves itself by: a secret that it makes itself, in a file that its user alone can
 * read. An invitation's token is changed for the server's knowing it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { AgentClient, AgentRequestError } from '@gantry/client';
import { GantryError, isGantryError } from '@gantry/model';
import { z } from 'zod';

const credentialSchema = z.object({
  /** The address that it joined at; the server may move, and keeps its name. */
  server: z.string(),
  serverName: z.string(),
  name: z.string(),
  secret: z.string(),
});
export type Credential = z.infer<typeof credentialSchema>;

const fileName = 'credential.json';
const pendingName = 'credential.pending';

/** Undefined where the folder has none. @throws GantryError `agent-credential` where it cannot be read */
export async function readCredential(folder: string): Promise<Credential | undefined> {
  const file = join(folder, fileName);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return credentialSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new GantryError('agent-credential', `The agent's credential, ${file}, cannot be read.`, {
      file,
      mend: 'Remove it, and have the machine invited again.',
      cause,
    });
  }
}

export interface Enrolment {
  readonly folder: string;
  readonly server: string;
  readonly token: string;
  /** What it asks to be called; an invitation may say otherwise. */
  readonly name: string;
  readonly version: string;
}

/**
 * Changes the token for a credential, which is in the folder when this resolves. If it is cut off it may be called again
 * with the same token.
 * @throws GantryError with the server's words: `invitation-used`, `invitation-expired`, `wrong-server`, …;
 *   `server-unreachable`
 */
export async function enrol(enrolment: Enrolment): Promise<Credential> {
  try {
    return await tryEnrol(enrolment);
  } catch (error) {
    if (!isGantryError(error) || error.code !== 'secret-known') throw error;
    // It was known by an earlier token, whose answer never came.
    await rm(join(enrolment.folder, pendingName), { force: true });
    return tryEnrol(enrolment);
  }
}

async function tryEnrol({ folder, server, token, name, version }: Enrolment): Promise<Credential> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const secret = await readPending(folder);
  const secretHash = createHash('sha256').update(secret).digest('hex');
  const client = new AgentClient({ server, token: '' });
  let answer;
  try {
    answer = await client.enrol({ token, secretHash, name, host: hostname(), version });
  } catch (error) {
    throw explain(error, server);
  }
  const credential: Credential = { server, serverName: answer.server, name: answer.name, secret };
  await writeSecretly(join(folder, fileName), `${JSON.stringify(credential, undefined, 2)}\n`);
  await rm(join(folder, pendingName), { force: true });
  return credential;
}

/** The secret is on the disk before the server knows it: of one that only the server has nobody has anything. */
async function readPending(folder: string): Promise<string> {
  const file = join(folder, pendingName);
  try {
    const secret = (await readFile(file, 'utf8')).trim();
    if (secret !== '') return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const secret = randomBytes(32).toString('base64url');
  await writeSecretly(file, `${secret}\n`);
  return secret;
}

async function writeSecretly(file: string, text: string): Promise<void> {
  const handle = await open(`${file}.new`, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  // One that was there may have had another mode.
  await chmod(`${file}.new`, 0o600);
  await rename(`${file}.new`, file);
}

/** The server's refusal, or that it is not there, in words for people. */
export function explain(error: unknown, server: string): GantryError {
  if (error instanceof AgentRequestError) {
    if (error.code.startsWith('http-')) {
      return new GantryError(
        'server-unreachable',
        `${server} does not answer as a Gantry server: ${error.message}.`,
        {
          mend: 'Check the address, and the proxy before the server.',
          cause: error,
        },
      );
    }
    return new GantryError(error.code, error.message, { mend: error.mend, cause: error });
  }
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  return new GantryError('server-unreachable', `The server ${server} does not answer: ${cause}.`, {
    mend: 'Check the address, and that the server listens beyond its own machine: `gantry up --listen`.',
    cause: error,
  });
}
