/**
 * Bytes of a request to the end of a file, behind those that are there: what came of a request that was cut off counts,
 * and the next one goes on behind it. One request at a time writes a file; a later one ends the earlier.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { diskFull, GantryError, isDiskFull } from '@gantry/model';

export interface AppendOptions {
  /** Absolute; its folder is made. */
  readonly path: string;
  /** How much the sender believes to be there. */
  readonly offset: number;
  /** The file does not grow beyond it. */
  readonly most: number;
  readonly body: Readable;
}

interface Writing {
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

/** A pause of the network; the sender goes on with a request of its own. */
const silenceMs = 30_000;

export class Appender {
  readonly #writing = new Map<string, Writing>();

  /** How many bytes are there. */
  async sizeOf(path: string): Promise<number> {
    await this.#endWriting(path);
    return sizeNow(path);
  }

  /**
   * @returns how many bytes are there afterwards
   * @throws GantryError `upload-offset` where other bytes are to come next, `upload-too-long`, `disk-full`
   */
  async append({ path, offset, most, body }: AppendOptions): Promise<number> {
    await this.#endWriting(path);
    const abort = new AbortController();
    const ended = Promise.withResolvers<void>();
    const writing = { abort, ended: ended.promise };
    this.#writing.set(path, writing);
    const silence = setTimeout(() => abort.abort(), silenceMs);
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      // Never through a link, and never over what another request wrote meanwhile.
      const handle = await open(path, 'a', 0o600);
      const size = (await handle.stat()).size;
      if (size !== offset) {
        await handle.close();
        throw new GantryError('upload-offset', `${path} has ${size} bytes, and not ${offset}.`, {
          file: path,
          mend: 'Ask how many are there, and send what follows.',
        });
      }
      let length = size;
      const counted = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
        for await (const chunk of chunks) {
          silence.refresh();
          length += chunk.length;
          if (length > most) {
            throw new GantryError('upload-too-long', `${path} is to have ${most} bytes, and more came.`, {
              file: path,
              mend: 'It changed while it was sent: try the task again.',
            });
          }
          yield chunk;
        }
      };
      // The stream closes the file.
      const file = createWriteStream(path, { fd: handle, highWaterMark: 4 * 2 ** 20 });
      await pipeline(body, counted, file, { signal: abort.signal });
      return length;
    } catch (error) {
      throw isDiskFull(error) ? diskFull(dirname(path), error) : error;
    } finally {
      clearTimeout(silence);
      if (this.#writing.get(path) === writing) this.#writing.delete(path);
      ended.resolve();
    }
  }

  async #endWriting(path: string): Promise<void> {
    for (let one = this.#writing.get(path); one !== undefined; one = this.#writing.get(path)) {
      one.abort.abort();
      await one.ended;
    }
  }
}

async function sizeNow(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
