/**
 * Holds back runs, stages and agents, and lets stages and agents go on; a run is let go on by `resume-run.ts`. What runs goes on; what an agent holds and has not started it
 * gives back at its next heartbeat (`heldAttempts`). Items that come are admitted meanwhile, and a run in which nothing
 * is left to do ends although it is paused.
 */
import { GantryError, isAtWork, suggestName } from '@gantry/model';
import type { Transaction } from '@gantry/database';
import type { Engine, EngineNewsDraft } from './engine.ts';
import { lockRun, type LockedRun } from './lock-runs.ts';

/** @throws GantryError `unknown-run`; `run-ended` where it is not at work */
export async function pauseRun(engine: Engine, run: number): Promise<void> {
  await changeRunAtWork(engine, run, async (transaction, locked, news) => {
    await transaction.query(`UPDATE run SET state = 'paused' WHERE id = $1`, [run]);
    if (locked.state !== 'paused') news.events.push({ run, about: { kind: 'paused' } });
  });
}

/**
 * Has runs of a higher priority served first.
 * @throws GantryError `unknown-run`; `run-ended` where it is not at work
 */
export async function setPriority(engine: Engine, run: number, priority: number): Promise<void> {
  await changeRunAtWork(engine, run, async (transaction, _, news) => {
    await transaction.query('UPDATE run SET priority = $2 WHERE id = $1', [run, priority]);
    news.events.push({ run, about: { kind: 'priority', priority } });
  });
}

/** @throws GantryError `unknown-run`, `unknown-stage`, `run-ended` */
export async function pauseStage(engine: Engine, run: number, stage: string, paused: boolean): Promise<void> {
  await changeRunAtWork(engine, run, async (transaction, locked, news) => {
    const plan = await engine.currentPlan(transaction, locked);
    const found = plan.stages.find(({ name }) => name === stage);
    if (found === undefined) {
      const names = plan.stages.map(({ name }) => name);
      throw new GantryError('unknown-stage', `Run ${run} has no stage ${stage}.`, {
        mend: suggestName(stage, names),
      });
    }
    await transaction.query('UPDATE stage SET paused = $2 WHERE id = $1', [found.id, paused]);
    if (!paused) news.ready = true;
    news.events.push({ run, about: { kind: paused ? 'stage-paused' : 'stage-resumed', stage } });
  });
}

/** Takes an agent out of the pool, or back into it, over its sessions. @throws GantryError `unknown-agent` */
export async function pauseAgent(engine: Engine, agent: number, paused: boolean): Promise<void> {
  await engine.work(async (transaction, news) => {
    const { rowCount } = await transaction.query('UPDATE agent SET paused = $2 WHERE id = $1', [
      agent,
      paused,
    ]);
    if (rowCount === 0) throw unknownAgent(agent);
    if (!paused) news.ready = true;
  });
}

/**
 * Has an agent end what it runs, claim nothing more, and leave.
 * @throws GantryError `unknown-agent`; `agent-away` where it is not connected
 */
export async function drainAgent(engine: Engine, agent: number): Promise<void> {
  await engine.work(async (transaction) => {
    const known = await transaction.query('SELECT FROM agent WHERE id = $1', [agent]);
    if (known.rowCount === 0) throw unknownAgent(agent);
    const { rowCount } = await transaction.query(
      'UPDATE session SET drain = true WHERE agent = $1 AND ended IS NULL AND expires > now()',
      [agent],
    );
    if (rowCount === 0) {
      throw new GantryError('agent-away', `The agent ${agent} is not connected.`, {
        mend: 'There is nothing to drain; pause it if it is to take nothing when it comes back.',
      });
    }
  });
}

function unknownAgent(agent: number): GantryError {
  return new GantryError('unknown-agent', `There is no agent ${agent}.`, {
    mend: '`gantry agents` lists them.',
  });
}

async function changeRunAtWork(
  engine: Engine,
  run: number,
  change: (transaction: Transaction, locked: LockedRun, news: EngineNewsDraft) => Promise<void>,
): Promise<void> {
  await engine.work(async (transaction, news) => {
    const locked = await lockRun(transaction, run);
    if (locked === undefined) {
      throw new GantryError('unknown-run', `There is no run ${run}.`, { mend: '`gantry runs` lists them.' });
    }
    if (!isAtWork(locked.state)) {
      throw new GantryError('run-ended', `Run ${run} is not at work: it is ${locked.state}.`, {
        mend: 'Resume it first, if there is something left to do.',
      });
    }
    await change(transaction, locked, news);
    news.runs.add(run);
  });
}
