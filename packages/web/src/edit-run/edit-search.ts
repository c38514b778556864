/** What the address of the page that edits a run says: every change that is not made yet. */
import { isRecord, mapOf, textOf } from '../read-search.ts';

/** A stage that is to be added; only what was chosen is there. */
export interface AddedStage {
  /** `threshold@1.0.0` */
  readonly tool?: string | undefined;
  /** By the tool's input: a source, or `stage.output`. */
  readonly inputs?: Readonly<Record<string, string>> | undefined;
  /** `all`, or the axes of a group with commas between; each place if absent. */
  readonly over?: string | undefined;
}

/** Texts of a form, by axis. */
export interface BoundsSearch {
  /** `1..4`; empty for all. */
  readonly region?: Readonly<Record<string, string>> | undefined;
  /** `3, 7`; empty for none. */
  readonly skip?: Readonly<Record<string, string>> | undefined;
}

export interface EditSearch {
  /** Texts by stage and parameter. */
  readonly params?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
  readonly remove?: readonly string[] | undefined;
  readonly add?: Readonly<Record<string, AddedStage>> | undefined;
  readonly bounds?: Readonly<Record<string, BoundsSearch>> | undefined;
}

type Unknown = Readonly<Record<string, unknown>>;

/** Whatever is not as it should be is left out. */
export function readEditSearch(search: Unknown): EditSearch {
  const remove = search['remove'];
  return {
    params: mapOf(search['params'], (stage) => mapOf(stage, textOf)),
    remove:
      Array.isArray(remove) && remove.length > 0 ? remove.flatMap((one) => textOf(one) ?? []) : undefined,
    add: mapOf(search['add'], (stage) =>
      isRecord(stage)
        ? { tool: textOf(stage['tool']), inputs: mapOf(stage['inputs'], textOf), over: textOf(stage['over']) }
        : undefined,
    ),
    bounds: mapOf(search['bounds'], (source) =>
      isRecord(source)
        ? { region: mapOf(source['region'], textOf), skip: mapOf(source['skip'], textOf) }
        : undefined,
    ),
  };
}
