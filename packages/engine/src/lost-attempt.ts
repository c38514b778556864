/**
 * An attempt whose files nobody needs, and where they lie in the store.
 */
export interface LostAttempt {
  readonly attempt: number;
  readonly run: number;
  /** Name of its stage. */
  readonly stage: string;
}
