/** What keeps the folders of a run from being followed, and files of them from being taken: told once each. */
import type { LiveSourceState, RunDetail } from '@gantry/model';

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
}
