/**
 * Tickets: by them the server knows again what it told a session to fetch, without remembering it. The key lies in the
 * data directory, so that a download goes on after the server has started again.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GantryError } from '@gantry/model';

const keyBytes = 32;

export class FileTickets {
  readonly #key: Buffer;

  private constructor(key: Buffer) {
    this.#key = key;
  }

  /** @param folder where the key lies, and is made if it is not there */
  static async open(folder: string): Promise<FileTickets> {
    const file = join(folder, 'tickets.key');
    try {
      const key = await readFile(file);
      if (key.length === keyBytes) return new FileTickets(key);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    const key = randomBytes(keyBytes);
    await writeFile(`${file}.new`, key, { mode: 0o600, flush: true });
    await rename(`${file}.new`, file);
    return new FileTickets(key);
  }

  /** For a file or folder, and all that is in it. */
  issue(session: number, path: string): string {
    return this.#sign(session, path).toString('base64url');
  }

  /** @throws GantryError `forbidden` */
  check(session: number, path: string, ticket: string): void {
    const given = Buffer.from(ticket, 'base64url');
    const right = this.#sign(session, path);
    if (given.length === right.length && timingSafeEqual(given, right)) return;
    throw new GantryError('forbidden', `The session ${session} was not told to read ${path}.`, {
      file: path,
      mend: 'Only what an assignment names can be read.',
    });
  }

  #sign(session: number, path: string): Buffer {
    return createHmac('sha256', this.#key).update(`${session}\n${path}`).digest();
  }
}
