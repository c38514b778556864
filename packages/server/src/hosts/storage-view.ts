/**
 * The server's files as an agent sees them: where each lies there, or that it must be brought. Which files a task reads
 * is left to `lay-out-inputs.ts`.
 */
import { join } from 'node:path';
import type { RemoteStorage } from '@gantry/model';

export interface StorageView {
  /** The store, on the agent's machine. */
  readonly store: string;
  /** Where a path of the server's lies on the agent's machine; undefined where it must be brought. */
  find(path: string): string | undefined;
  /** What proves that the agent was told to fetch the path. */
  ticket(path: string): string;
  /** Where a tool's folder lies that must be brought. */
  toolFolder(digest: string): string;
}

/** Of an agent that sees all paths as the server does. */
export function seeAll(store: string): StorageView {
  const nothingToBring = (): never => {
    throw new Error('an agent on the server’s host has nothing brought');
  };
  return { store, find: (path) => path, ticket: nothingToBring, toolFolder: nothingToBring };
}

export interface RemoteViewOptions {
  readonly storage: RemoteStorage;
  /** The store on the server's host. */
  readonly store: string;
  /** The standard tools on the server's host; absent where it has none. */
  readonly standardTools: string | undefined;
  readonly ticket: (path: string) => string;
}

export function seeFromAfar({ storage, store, standardTools, ticket }: RemoteViewOptions): StorageView {
  const pairs: { server: string; local: string }[] = [];
  if (storage.kind === 'shared') pairs.push({ server: store, local: storage.store }, ...storage.maps);
  if (standardTools !== undefined && storage.standardTools !== undefined)
    pairs.push({ server: standardTools, local: storage.standardTools });
  // The longest that fits says where.
  pairs.sort((a, b) => b.server.length - a.server.length);
  return {
    store: storage.store,
    find(path) {
      for (const { server, local } of pairs) {
        if (path === server) return local;
        if (path.startsWith(`${server}/`)) return local + path.slice(server.length);
      }
      return undefined;
    },
    ticket,
    toolFolder: (digest) => join(storage.tools, digest.replaceAll(/[^A-Za-z0-9]/g, '-')),
  };
}
