/** What keeps a run from going on: folders that are not followed, files that are not taken, tasks that no agent has room for; told once each. */
import { describeTooLarge, tooLargeMend, type LiveSourceState, type RunDetail } from '@gantry/model';

/** So many problems of single files are told of one folder. */
const mostProblems = 5;

export class TroubleTeller {
  readonly #told = new Set<string>();

  /** What was not told yet, a line each. */
  news({ sources }: Pick<RunDetail, 'sources'>, watches: readonly LiveSourceState[]): string[] {
    return watches
      .filter(({ dataset }) => sources.some((source) => source.dataset === dataset))
      .flatMap(({ trouble, problems, unfinished }) => [
        ...(trouble === null ? [] : [trouble]),
        ...problems.first.slice(0, mostProblems),
        ...unfinished.first.filter(({ overdue }) => overdue).slice(0, mostProblems),
      ])
      .map(({ message, mend }) => `${message} ${mend}`)
      .filter((text) => !this.#told.has(text) && this.#told.add(text));
  }

  /** Stages whose tasks no agent has room for, once each. */
  tooLarge({ tooLarge }: Pick<RunDetail, 'tooLarge'>): string[] {
    return tooLarge
      .filter(({ stage, asks }) => {
        const key = JSON.stringify([stage, asks]);
        return !this.#told.has(key) && this.#told.add(key);
      })
      .map((one) => `${describeTooLarge(one)} ${tooLargeMend}`);
  }
}
