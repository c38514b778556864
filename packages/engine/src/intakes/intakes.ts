/**
 * All folders that a server reads once: it takes up those that the database names and a run needs, and leaves those
 * that none needs any more. One at work is `intake.ts`.
 */
import { GantryError, type IntakeAtWork, type IntakeState } from '@gantry/model';
import { openChecksumPool } from '@gantry/storage';
import type { Engine } from '../engine.ts';
import { describeIntake } from './describe-intake.ts';
import { Intake } from './intake.ts';
import { allowSkipping, noteIntakeStart, readIntakes, runsOf, wantedIntakes } from './intake-rows.ts';

export interface Intakes {
  /** Takes up what is needed and not at work, and leaves what is not needed: after runs began, ended or were resumed. */
  review(): Promise<void>;
  /**
   * Has one that has stopped go on: with all files, or without those that cannot be read.
   * @throws GantryError `no-intake`
   */
  again(dataset: number, skipUnreadable: boolean): Promise<IntakeState>;
  /** @throws GantryError `no-intake` */
  describe(dataset: number): Promise<IntakeState>;
  /** Those of some datasets; others are left out. */
  describeAll(datasets: readonly number[]): Promise<Map<number, IntakeState>>;
  /** Those that have not ended and that a run needs. */
  listAtWork(): Promise<IntakeAtWork[]>;
  /** Ends the work; the next server takes it up. */
  close(): Promise<void>;
}

/** Pages are told at most so often, in milliseconds. */
const tellMs = 250;

export async function openIntakes(engine: Engine, log: (line: string) => void): Promise<Intakes> {
  const pool = openChecksumPool();
  const atWork = new Map<number, Intake>();
  const leaving = new Set<Promise<void>>();
  let reviewing: Promise<void> = Promise.resolve();
  let closed = false;

  const start = async (dataset: number): Promise<void> => {
    const row = await noteIntakeStart(engine, dataset);
    if (row === undefined || closed) return;
    const runs = await runsOf(engine, dataset);
    const tell = gather(tellMs, () => {
      if (!closed) engine.wake(runs);
    });
    const intake = new Intake({
      engine,
      pool,
      row,
      log,
      onChange: tell,
      onEnded: () => {
        leave(dataset);
      },
    });
    atWork.set(dataset, intake);
  };

  const leave = (dataset: number): void => {
    const intake = atWork.get(dataset);
    if (intake === undefined) return;
    atWork.delete(dataset);
    const left = intake.close().finally(() => leaving.delete(left));
    leaving.add(left);
  };

  const review = (): Promise<void> => {
    reviewing = reviewing.then(async () => {
      if (closed) return;
      const wanted = await wantedIntakes(engine);
      for (const dataset of atWork.keys()) if (!wanted.includes(dataset)) leave(dataset);
      // One that is being left may hold what its successor is to take.
      await Promise.all(leaving);
      for (const dataset of wanted) if (!atWork.has(dataset)) await start(dataset);
    });
    const reviewed = reviewing;
    reviewing = reviewed.catch(() => {});
    return reviewed;
  };

  const describeAll = async (datasets: readonly number[]): Promise<Map<number, IntakeState>> => {
    const states = new Map<number, IntakeState>();
    const others: number[] = [];
    for (const dataset of datasets) {
      const intake = atWork.get(dataset);
      if (intake === undefined) others.push(dataset);
      else states.set(dataset, intake.state());
    }
    if (others.length > 0) {
      for (const row of await readIntakes(engine.pool, others)) states.set(row.dataset, describeIntake(row));
    }
    return states;
  };

  const describe = async (dataset: number): Promise<IntakeState> => {
    const state = (await describeAll([dataset])).get(dataset);
    if (state !== undefined) return state;
    throw new GantryError(
      'no-intake',
      `The dataset ${dataset} is not filled from a folder that is read once.`,
    );
  };

  await review();

  return {
    review,
    async again(dataset, skipUnreadable) {
      await describe(dataset);
      if (skipUnreadable) await allowSkipping(engine, dataset);
      atWork.get(dataset)?.again(skipUnreadable);
      return describe(dataset);
    },
    describe,
    describeAll,
    listAtWork: () =>
      Promise.all(
        [...atWork].map(async ([dataset, intake]) => ({
          ...intake.state(),
          runs: await runsOf(engine, dataset),
        })),
      ),
    async close() {
      closed = true;
      await reviewing;
      for (const dataset of [...atWork.keys()]) leave(dataset);
      await Promise.all(leaving);
      await pool.close();
    },
  };
}

/** Calls `work` now, and for all calls within the time after that once at its end. */
function gather(milliseconds: number, work: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let again = false;
  const call = (): void => {
    if (timer !== undefined) {
      again = true;
      return;
    }
    work();
    timer = setTimeout(() => {
      timer = undefined;
      if (!again) return;
      again = false;
      call();
    }, milliseconds);
    timer.unref();
  };
  return call;
}
