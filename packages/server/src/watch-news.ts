/**
 * What watched folders are at, as far as that has changed since it was last told. Sending it is left to
 * `event-stream.ts`.
 */
import type { LiveSources } from '@gantry/engine';
import type { LiveSourceState } from '@gantry/model';

export class WatchNews {
  readonly #live: LiveSources;
  /** Per dataset, what was told of it. */
  readonly #told = new Map<number, string>();

  constructor(live: LiveSources) {
    this.#live = live;
  }

  /** Those that have changed, and those that have ended, each once. */
  async take(): Promise<LiveSourceState[]> {
    const states = this.#live.list();
    const atWork = new Set(states.map(({ dataset }) => dataset));
    const changed = states.filter((state) => this.#told.get(state.dataset) !== essence(state));
    for (const state of changed) this.#told.set(state.dataset, essence(state));
    for (const dataset of [...this.#told.keys()].filter((one) => !atWork.has(one))) {
      this.#told.delete(dataset);
      changed.push(await this.#live.describe(dataset));
    }
    return changed;
  }
}

/** A scan that found nothing new is no news. */
function essence({ scan: _, ...state }: LiveSourceState): string {
  return JSON.stringify(state);
}
