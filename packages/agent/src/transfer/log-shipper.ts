/**
 * Ships the segments of a session's log to the server while they grow, byte for byte, so that people read there what runs
 * here. A report that names a place in a segment waits until that much has arrived.
 */
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogReference } from '@gantry/model';
import { Backoff, pause } from '../backoff.ts';
import type { TransferClient } from './transfer-client.ts';

/** How often it is looked for more (ms), while nobody waits. */
const everyMs = 1_000;
const pieceBytes = 4 * 2 ** 20;
const segmentName = /^segment-\d{8,12}\.(?:log|index)$/;

export class LogShipper {
  readonly #client: TransferClient;
  readonly #folder: string;
  readonly #sent = new Map<string, number>();
  readonly #stop = new AbortController();
  readonly #life: Promise<void>;
  #cycle: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(client: TransferClient, folder: string) {
    this.#client = client;
    this.#folder = folder;
    this.#life = this.#live();
  }

  /**
   * Resolves when all that was written until now has arrived, or at least the frame that the reference names.
   * @throws what `signal` is aborted with
   */
  async arrive(reference: LogReference, signal: AbortSignal): Promise<void> {
    const file = `segment-${String(reference.segment).padStart(8, '0')}.log`;
    const backoff = new Backoff(2_000);
    for (;;) {
      signal.throwIfAborted();
      const ended = await this.#ship().then(
        () => true,
        () => false,
      );
      if (ended && (this.#sent.get(file) ?? 0) > reference.offset) return;
      await backoff.wait(signal);
    }
  }

  /** Ships what is left, as far as the server takes it within `limitMs`, and ends. */
  async close(limitMs: number): Promise<void> {
    await Promise.race([this.#ship().catch(() => {}), pause(limitMs, this.#stop.signal)]);
    this.#stop.abort();
    await this.#life;
  }

  async #live(): Promise<void> {
    const { signal } = this.#stop;
    const backoff = new Backoff(5_000);
    while (!signal.aborted) {
      await pause(everyMs, signal);
      try {
        await this.#ship();
        backoff.reset();
      } catch {
        // The server is away: what is here stays until it is back.
        await backoff.wait(signal);
      }
    }
  }

  /** What comes while a cycle runs goes with the one that waits behind it. */
  #ship(): Promise<void> {
    this.#next ??= this.#cycle
      .catch(() => {})
      .then(() => {
        this.#next = undefined;
        this.#cycle = this.#shipAll();
        return this.#cycle;
      });
    return this.#next;
  }

  async #shipAll(): Promise<void> {
    const names = await readdir(this.#folder).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    });
    // A segment before its index: an entry never points at nothing.
    const files = names
      .filter((name) => segmentName.test(name))
      .sort((a, b) => order(a) - order(b) || a.localeCompare(b));
    for (const name of files) await this.#shipFile(name);
  }

  async #shipFile(name: string): Promise<void> {
    const path = join(this.#folder, name);
    let sent = this.#sent.get(name) ?? 0;
    const { size } = await stat(path);
    if (sent >= size) return;
    const handle = await open(path, 'r');
    try {
      while (sent < size) {
        const { bytesRead, buffer } = await handle.read(
          Buffer.allocUnsafe(Math.min(pieceBytes, size - sent)),
          0,
          Math.min(pieceBytes, size - sent),
          sent,
        );
        if (bytesRead === 0) return;
        sent = await this.#client.sendLog(name, sent, buffer.subarray(0, bytesRead), this.#stop.signal);
        this.#sent.set(name, sent);
      }
    } finally {
      await handle.close();
    }
  }
}

function order(name: string): number {
  return name.endsWith('.log') ? 0 : 1;
}
