/**
 * All watched folders of a server: it takes up those that the database names, and starts and ends others. One at work
 * is `live-source.ts`.
 */
import { transaction } from '@gantry/database';
import { GantryError, watchBodySchema, type LiveSourceState, type WatchBody } from '@gantry/model';
import { openChecksumPool } from '@gantry/storage';
import { lockDataset, refuseOutput } from '../change-dataset.ts';
import type { Engine } from '../engine.ts';
import { checkMarker, checkWatch } from './check-watch.ts';
import { describeLiveSource } from './describe-live-source.ts';
import { LiveSource } from './live-source.ts';
import {
  countTakenFiles,
  endLiveSource,
  readLiveSource,
  readLiveSources,
  requireDataset,
  saveLiveSource,
  type LiveSourceRow,
} from './live-source-rows.ts';

export interface LiveSources {
  /**
   * Watches a folder for the files of a dataset; where one is watched for it, takes its place.
   * @returns what it is at after the first look through the folder, or after a second
   * @throws GantryError `unknown-dataset`, `dataset-sealed`, `dataset-of-run`, `folder-not-absolute`,
   *   `pattern-axes`, `list-axes`, `marker-fits-pattern`, and what a bad pattern throws
   */
  watch(dataset: number, body: WatchBody): Promise<LiveSourceState>;
  /** Begins to watch what a committed transaction has written down. */
  takeUp(dataset: number): Promise<void>;
  /** Ends watching for a dataset; what was taken stays. @throws GantryError `unknown-dataset`, `not-watched` */
  unwatch(dataset: number): Promise<void>;
  /** @throws GantryError `unknown-dataset`, `not-watched` */
  describe(dataset: number): Promise<LiveSourceState>;
  /** Those that have not ended, in the order of their datasets. */
  list(): LiveSourceState[];
  /** Ends the work; the next server takes it up. */
  close(): Promise<void>;
}

/** How long an answer waits for the first look through a folder, in milliseconds. */
const firstLookMs = 1000;

export async function openLiveSources(engine: Engine, log: (line: string) => void): Promise<LiveSources> {
  const pool = openChecksumPool();
  const atWork = new Map<number, LiveSource>();
  /** Per dataset, the change of its watch that is under way. */
  const changes = new Map<number, Promise<unknown>>();
  let closed = false;

  const start = (row: LiveSourceRow): LiveSource => {
    const source = new LiveSource({
      engine,
      pool,
      row,
      log,
      onEnded: () => {
        void inTurn(row.dataset, async () => {
          if (atWork.get(row.dataset) === source) await stop(row.dataset);
        }).catch((error: unknown) => log(`Watching ${row.folder} did not end well: ${String(error)}`));
      },
    });
    atWork.set(row.dataset, source);
    return source;
  };

  const stop = async (dataset: number): Promise<void> => {
    const source = atWork.get(dataset);
    await source?.close();
    // Only now: until then it says itself what it is at.
    atWork.delete(dataset);
  };

  const inTurn = <T>(dataset: number, change: () => Promise<T>): Promise<T> => {
    const before = changes.get(dataset) ?? Promise.resolve();
    const turn = before.then(change, change);
    const tail = turn
      .catch(() => {})
      .finally(() => {
        if (changes.get(dataset) === tail) changes.delete(dataset);
      });
    changes.set(dataset, tail);
    return turn;
  };

  for (const row of await readLiveSources(engine)) start(row);

  return {
    async watch(dataset, body) {
      const { folder, pattern, ...options } = watchBodySchema.parse(body);
      const source = await inTurn(dataset, async () => {
        if (closed) throw new Error('The live sources are closed.');
        await transaction(engine.pool, async (client) => {
          const { axes } = await lockDataset(client, dataset);
          await refuseOutput(client, dataset);
          checkWatch(folder, pattern, axes, options.kind);
          checkMarker(pattern, options.completeWhen.marker);
        });
        // Not within a transaction: it waits for what is under way.
        await stop(dataset);
        await transaction(engine.pool, (client) => saveLiveSource(client, dataset, folder, pattern, options));
        const row = await readLiveSource(engine, dataset);
        if (row === undefined) throw new Error(`the live source of dataset ${dataset} is gone`);
        return start(row);
      });
      await source.started(firstLookMs);
      return source.state();
    },
    async takeUp(dataset) {
      await inTurn(dataset, async () => {
        const row = await readLiveSource(engine, dataset);
        if (closed || row?.ended !== null || atWork.has(dataset)) return;
        start(row);
      });
    },
    async unwatch(dataset) {
      await inTurn(dataset, async () => {
        await requireDataset(engine, dataset);
        const row = await readLiveSource(engine, dataset);
        if (row === undefined || row.ended !== null) throw notWatched(dataset);
        await stop(dataset);
        await endLiveSource(engine, dataset, 'Somebody ended it.');
      });
    },
    async describe(dataset) {
      const source = atWork.get(dataset);
      if (source !== undefined) return source.state();
      await requireDataset(engine, dataset);
      const row = await readLiveSource(engine, dataset);
      if (row === undefined) throw notWatched(dataset);
      return describeLiveSource({
        row,
        // One that has not ended and is not at work is about to be.
        state: row.ended === null ? 'starting' : 'ended',
        reason: row.reason ?? undefined,
        taken: await countTakenFiles(engine, dataset),
      });
    },
    list: () => [...atWork.entries()].sort(([a], [b]) => a - b).map(([, source]) => source.state()),
    async close() {
      closed = true;
      await Promise.all(changes.values());
      await Promise.all([...atWork.keys()].map(stop));
      await pool.close();
    },
  };
}

function notWatched(dataset: number): GantryError {
  return new GantryError('not-watched', `No folder is watched for the dataset ${dataset}.`, {
    mend: 'Watch one first.',
  });
}
