/** Why a stage is advanced: the statements have only the parts that something in the transaction calls for. */

/** What touched a stage in a transaction. */
export interface StageTouch {
  /** Its tasks got verdicts. */
  readonly verdicts: boolean;
  /** Tasks were made, which have no state yet. */
  readonly fresh: boolean;
  /** What it reads has changed. */
  readonly changes: boolean;
  /** Every task is to be judged. */
  readonly everyTask: boolean;
  /** Every task is to be counted from scratch and judged, whatever changed: the pipeline is another one. */
  readonly scratch?: boolean;
  /** What is skipped or dropped now keeps its result and its items, to have them when it is back. */
  readonly keep?: boolean;
}
