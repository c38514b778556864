/** What the agents' machines were doing lately: kept in memory alone, for the small curves on the page of agents. */

export interface MachineLoad {
  /** Busy cores. */
  readonly cpu: number;
  /** Bytes in use. */
  readonly memory: number;
}

interface Curve {
  readonly loads: MachineLoad[];
  taken: number;
}

/** Ten minutes. */
const most = 60;
const everyMs = 10_000;

export class MachineLoads {
  readonly #curves = new Map<string, Curve>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  note(agent: string, load: MachineLoad): void {
    const curve = this.#curves.get(agent) ?? { loads: [], taken: -Infinity };
    this.#curves.set(agent, curve);
    if (this.#now() - curve.taken < everyMs) {
      // The newest is what is now.
      curve.loads[curve.loads.length - 1] = load;
      return;
    }
    curve.taken = this.#now();
    curve.loads.push(load);
    if (curve.loads.length > most) curve.loads.shift();
  }

  /** The newest last; empty where nothing was heard. */
  of(agent: string): MachineLoad[] {
    return [...(this.#curves.get(agent)?.loads ?? [])];
  }
}
