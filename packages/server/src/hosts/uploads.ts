/**
 * Outputs that agents send: appended where they will lie, compared with what the agent says of them, made durable, and
 * remembered beside the attempt, so that a report of them counts. Who may send is left to the routes.
 */
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import {
  attemptWorkFolder,
  GantryError,
  isInnerPath,
  reportedOutputSchema,
  type ReportedOutput,
} from '@gantry/model';
import { checksumOutput, openSyncQueue, type SyncQueue } from '@gantry/storage';
import { z } from 'zod';
import { Appender } from './append-stream.ts';

const receiptName = 'received.json';
const receiptSchema = z.array(reportedOutputSchema);

export class Uploads {
  readonly #store: string;
  readonly #appender = new Appender();
  readonly #queue: SyncQueue;
  /** Attempts that are being looked through: who asks again waits for the same. */
  readonly #checking = new Map<string, Promise<void>>();

  constructor(store: string) {
    this.#store = store;
    this.#queue = openSyncQueue(store);
  }

  /** @param folder the attempt's, relative to the store @param path of a file below it */
  sizeOf(folder: string, path: string): Promise<number> {
    return this.#appender.sizeOf(this.#locate(folder, path));
  }

  /** @returns how many bytes are there afterwards */
  append(
    folder: string,
    { path, offset, size, body }: { path: string; offset: number; size: number; body: Readable },
  ): Promise<number> {
    return this.#appender.append({ path: this.#locate(folder, path), offset, most: size, body });
  }

  /**
   * All of an attempt was sent: it is read again, compared, and on the disk when this resolves. May be asked again.
   * @throws GantryError `upload-damaged` where it is not what was sent; then it is gone, and to be sent again
   */
  receive(
    folder: string,
    outputs: readonly ReportedOutput[],
    emptyFolders: readonly string[],
  ): Promise<void> {
    const known = this.#checking.get(folder);
    if (known !== undefined) return known;
    const checking = this.#receive(folder, outputs, emptyFolders).finally(() =>
      this.#checking.delete(folder),
    );
    this.#checking.set(folder, checking);
    return checking;
  }

  /** Whether these outputs are those that were received. */
  async has(folder: string, outputs: readonly ReportedOutput[]): Promise<boolean> {
    const receipt = await this.#readReceipt(folder);
    return receipt !== undefined && sameOutputs(receipt, outputs);
  }

  /** The receipt has done its work when the report counts. */
  async forget(folder: string): Promise<void> {
    await rm(join(this.#store, folder, attemptWorkFolder), { recursive: true, force: true });
  }

  async #receive(
    folder: string,
    outputs: readonly ReportedOutput[],
    emptyFolders: readonly string[],
  ): Promise<void> {
    if (await this.has(folder, outputs)) return;
    const paths: string[] = [];
    for (const { path } of outputs) {
      if (!path.startsWith(`${folder}/`)) throw outside(path);
      paths.push(this.#locate(folder, path.slice(folder.length + 1)));
    }
    for (const path of emptyFolders)
      await mkdir(this.#locate(folder, path), { recursive: true, mode: 0o700 });
    for (const [index, output] of outputs.entries()) {
      const path = paths[index] ?? '';
      const found = await checksumOutput(path).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      });
      if (found?.checksum === output.checksum && found.size === output.size) continue;
      await rm(path, { recursive: true, force: true });
      throw new GantryError(
        'upload-damaged',
        `${output.name} did not arrive as it was sent: ${found === undefined ? 'it is not there' : `it has ${found.size} bytes and the checksum ${found.checksum}`}, where ${output.size} bytes with ${output.checksum} should be.`,
        { file: path, mend: 'It is sent again.' },
      );
    }
    await this.#queue.sync(paths);
    await this.#writeReceipt(folder, outputs);
  }

  async #readReceipt(folder: string): Promise<ReportedOutput[] | undefined> {
    try {
      const text = await readFile(join(this.#store, folder, attemptWorkFolder, receiptName), 'utf8');
      return receiptSchema.parse(JSON.parse(text));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async #writeReceipt(folder: string, outputs: readonly ReportedOutput[]): Promise<void> {
    const work = join(this.#store, folder, attemptWorkFolder);
    await mkdir(work, { recursive: true, mode: 0o700 });
    const file = await open(join(work, `${receiptName}.new`), 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify(outputs));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(join(work, `${receiptName}.new`), join(work, receiptName));
  }

  #locate(folder: string, path: string): string {
    if (!isInnerPath(path) || path === attemptWorkFolder || path.startsWith(`${attemptWorkFolder}/`))
      throw outside(path);
    return join(this.#store, folder, path);
  }
}

function sameOutputs(one: readonly ReportedOutput[], other: readonly ReportedOutput[]): boolean {
  const key = ({ output, path, size, checksum }: ReportedOutput): string =>
    JSON.stringify([output, path, size, checksum]);
  const known = new Set(one.map(key));
  return one.length === other.length && other.every((output) => known.has(key(output)));
}

function outside(path: string): GantryError {
  return new GantryError('store-path', `The path "${path}" leaves its attempt's folder.`, {
    file: path,
    mend: 'Use a relative path below the attempt’s own folder.',
  });
}
