/**
 * What the routes work with.
 */
import type { Engine, LiveSources } from '@gantry/engine';
import type { DataDirectory } from '@gantry/storage';

export interface ServerContext {
  readonly engine: Engine;
  readonly data: DataDirectory;
  /** The watched folders. */
  readonly live: LiveSources;
  /** The project that everything belongs to as long as there is one alone. */
  readonly project: number;
  /** Folders of the standard tools. */
  readonly toolFolders: readonly string[];
  readonly version: string;
  readonly started: number;
  readonly log: (line: string) => void;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
}

/** How long a session lives without a word, and how often an agent gives one, in seconds. */
export const leaseSeconds = 20;
export const heartbeatSeconds = 2;
