/**
 * What the routes work with.
 */
import type { Engine, FolderListings, Intakes, LiveSources } from '@gantry/engine';
import type { DataDirectory } from '@gantry/storage';
import type { AgentKeys } from './hosts/agent-keys.ts';
import type { FileTickets } from './hosts/file-tickets.ts';
import type { MachineLoads } from './hosts/machine-loads.ts';
import type { Uploads } from './hosts/uploads.ts';
import type { Metrics } from './metrics/metrics.ts';

export interface ServerContext {
  readonly engine: Engine;
  readonly data: DataDirectory;
  /** The watched folders. */
  readonly live: LiveSources;
  /** The folders that are read once. */
  readonly intakes: Intakes;
  /** What folders hold, for those who choose one. */
  readonly listings: FolderListings;
  readonly metrics: Metrics;
  /** By what agents are known, and whose their sessions are. */
  readonly agents: AgentKeys;
  readonly tickets: FileTickets;
  readonly machines: MachineLoads;
  /** What agents send of their outputs. */
  readonly uploads: Uploads;
  /** The project that everything belongs to as long as there is one alone. */
  readonly project: number;
  /** Folders of the standard tools, and of those that the server was started with. */
  readonly toolFolders: readonly string[];
  /** The folder of the tools that come with Gantry, which every machine has. */
  readonly standardTools: string | undefined;
  /** A folder of folders with an example pipeline each. */
  readonly exampleFolder: string | undefined;
  readonly version: string;
  readonly started: number;
  readonly log: (line: string) => void;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
}

/** How long a session lives without a word, and how often an agent gives one, in seconds. */
export const leaseSeconds = 20;
export const heartbeatSeconds = 2;
