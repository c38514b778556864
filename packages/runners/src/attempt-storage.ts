/**
 * What runners need of storage: a log to append to, and outputs to be measured and made durable. The agent
 * hands in `@gantry/storage`'s own; how segments and checksums are made is left to it.
 */
import type { LogReference } from '@gantry/model';

export type LogStream = 'stdout' | 'stderr';

export interface AttemptLog {
  /**
   * Appends to an attempt's log; what goes over its cap is dropped by the log, not by us. A promise means that
   * the writer is behind: nothing more of this stream is read until it resolves.
   */
  append(attempt: number, stream: LogStream, bytes: Uint8Array): Promise<void> | void;
  /** Ends an attempt's log; undefined if nothing was written. */
  finish(attempt: number): Promise<LogReference | undefined>;
}

export interface Fingerprint {
  /** Bytes; of a folder, of all files together. */
  readonly size: number;
  readonly checksum: string;
  /** Of a folder: how many files it holds. */
  readonly files?: number | undefined;
}

export interface OutputStore {
  /** The folder that reported paths are relative to. */
  readonly folder: string;
  /** @throws when aborted, and if the output changes while it is read */
  fingerprint(path: string, signal?: AbortSignal): Promise<Fingerprint>;
  /** Resolves when these files and folders, and the names that lead to them, are on the disk. */
  sync(paths: readonly string[]): Promise<void>;
}
