/** Which part is killed when: drawn from a seed, so that a seed can be replayed. */
import { createHash } from 'node:crypto';

/**
 * - `server`: `gantry up`, whose own agent ends its tasks by itself then, and whose database goes on
 * - `agent N`: the process of an agent alone; what it runs is left behind
 * - `database`: PostgreSQL's first process; the others notice, and end
 * - `connection`: a process of PostgreSQL that serves a connection; PostgreSQL then ends all of them, and recovers
 */
export type Victim = 'server' | `agent ${number}` | 'database' | 'connection';

export interface Kill {
  /** When so many tasks have ended. */
  readonly after: number;
  readonly victim: Victim;
  /** So long after that, in ms: between any two steps of a task's way. */
  readonly delayMs: number;
}

/** Kills between 1 % and 95 % of the way, in the order of their time; the first ones are of every kind. */
export function planKills(seed: number, kills: number, tasks: number, agents: number): Kill[] {
  const kinds: Victim[] = [
    'server',
    'database',
    'connection',
    ...Array.from({ length: agents }, (_, index): Victim => `agent ${index}`),
  ];
  return Array.from({ length: kills }, (_, index): Kill => {
    const random = (what: string): number => shareOf(`${seed} ${index} ${what}`);
    const share = 0.01 + (0.94 * (index + random('time'))) / kills;
    const kind = index < kinds.length ? index : Math.floor(random('victim') * kinds.length);
    return {
      after: Math.floor(share * tasks),
      victim: kinds[kind]!,
      delayMs: Math.floor(random('delay') * 400),
    };
  });
}

/** A number in [0, 1) that the text alone determines. */
function shareOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32LE() / 2 ** 32;
}
