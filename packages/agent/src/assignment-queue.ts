/**
 * What was claimed and has not started, and what there is room for: slots, cores and memory. Attempts of one
 * batch start together and take the room of one. Pure; starting is left to the session.
 */
import type { AgentCapacity, Assignment } from '@gantry/model';

/** What runs together in one process. */
interface Unit {
  readonly cpu: number;
  readonly memory: number;
  /** Which of the graphics processors it has, from 0. */
  readonly gpus: readonly number[];
  left: number;
}

interface Waiting {
  readonly assignment: Assignment;
  readonly since: number;
}

/** After so long (ms) an attempt that does not fit is no longer overtaken by smaller ones. */
const patience = 5_000;
/** Sums of fractions of cores are compared with this tolerance. */
const tolerance = 1e-9;

export class AssignmentQueue {
  #capacity: AgentCapacity;
  readonly #now: () => number;
  readonly #waiting = new Map<number, Waiting>();
  readonly #units = new Map<number, Unit>();
  readonly #gpusTaken = new Set<number>();
  /** What is free; below 0 where the capacity has shrunk under what runs. */
  #cpu: number;
  #memory: number;
  #slots: number;

  constructor(capacity: AgentCapacity, now: () => number = () => performance.now()) {
    this.#capacity = capacity;
    this.#now = now;
    this.#cpu = capacity.cpu;
    this.#memory = capacity.memory;
    this.#slots = capacity.slots;
  }

  get freeSlots(): number {
    return Math.max(0, this.#slots);
  }

  /** From now on so much may be taken. What runs goes on; with less, nothing is started until there is room again. */
  resize(capacity: AgentCapacity): void {
    this.#cpu += capacity.cpu - this.#capacity.cpu;
    this.#memory += capacity.memory - this.#capacity.memory;
    this.#slots += capacity.slots - this.#capacity.slots;
    this.#capacity = capacity;
  }

  /** What is promised to what runs: cores, bytes of memory, graphics processors. */
  get taken(): { cpu: number; memory: number; gpu: number } {
    return {
      // Sums of fractions come back to about nothing.
      cpu: Math.max(0, Math.round((this.#capacity.cpu - this.#cpu) * 1e6) / 1e6),
      memory: this.#capacity.memory - this.#memory,
      gpu: this.#gpusTaken.size,
    };
  }

  get waiting(): number[] {
    return [...this.#waiting.keys()];
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** True for one that there would be no room for if nothing else ran: it must not be added. */
  exceeds({ resources }: Assignment): boolean {
    return resources.cpu > this.#capacity.cpu + tolerance || resources.memory > this.#capacity.memory;
  }

  add(assignments: readonly Assignment[]): void {
    const since = this.#now();
    for (const assignment of assignments) this.#waiting.set(assignment.attempt, { assignment, since });
  }

  /** Takes out waiting attempts, to be handed back or cancelled; passes over those that do not wait. */
  remove(attempts: Iterable<number>): Assignment[] {
    const removed: Assignment[] = [];
    for (const attempt of attempts) {
      const waiting = this.#waiting.get(attempt);
      if (waiting === undefined) continue;
      this.#waiting.delete(attempt);
      removed.push(waiting.assignment);
    }
    return removed;
  }

  /** Takes the next that there is room for, in the order of claiming; several if they are of one batch. */
  next(): Assignment[] | undefined {
    if (this.#slots <= 0) return undefined;
    const now = this.#now();
    for (const { assignment, since } of this.#waiting.values()) {
      if (this.#fits(assignment)) return this.#take(assignment);
      if (now - since > patience) return undefined;
    }
    return undefined;
  }

  /** Gives the room back when an attempt has ended; of a batch, with its last. */
  release(attempt: number): void {
    const unit = this.#units.get(attempt);
    if (unit === undefined) return;
    this.#units.delete(attempt);
    unit.left -= 1;
    if (unit.left > 0) return;
    this.#cpu += unit.cpu;
    this.#memory += unit.memory;
    for (const gpu of unit.gpus) this.#gpusTaken.delete(gpu);
    this.#slots += 1;
  }

  #fits(assignment: Assignment): boolean {
    const { cpu, memory, gpu = 0 } = assignment.resources;
    const gpus = (this.#capacity.gpu ?? 0) - this.#gpusTaken.size;
    return cpu <= this.#cpu + tolerance && memory <= this.#memory && gpu <= Math.max(0, gpus);
  }

  #take(first: Assignment): Assignment[] {
    const taken = [first];
    const most = first.batch ?? 1;
    if (most > 1) {
      for (const { assignment } of this.#waiting.values()) {
        if (taken.length === most) break;
        if (assignment !== first && assignment.poolKey === first.poolKey) taken.push(assignment);
      }
    }
    const { cpu, memory, gpu = 0 } = first.resources;
    const gpus = this.#freeGpus(gpu);
    for (const one of gpus) this.#gpusTaken.add(one);
    const unit: Unit = { cpu, memory, gpus, left: taken.length };
    this.#cpu -= unit.cpu;
    this.#memory -= unit.memory;
    this.#slots -= 1;
    for (const { attempt } of taken) {
      this.#waiting.delete(attempt);
      this.#units.set(attempt, unit);
    }
    return gpus.length === 0 ? taken : taken.map((assignment) => withGpus(assignment, gpus));
  }

  #freeGpus(count: number): number[] {
    const free: number[] = [];
    for (let gpu = 0; free.length < count; gpu += 1) if (!this.#gpusTaken.has(gpu)) free.push(gpu);
    return free;
  }
}

/** Says which graphics processors it has; a persistent tool is shared only by those with the same. */
function withGpus(assignment: Assignment, gpus: readonly number[]): Assignment {
  const list = gpus.join(',');
  return {
    ...assignment,
    env: { CUDA_VISIBLE_DEVICES: list, NVIDIA_VISIBLE_DEVICES: list, ...assignment.env },
    poolKey: `${assignment.poolKey} gpu ${list}`,
  };
}
