/**
 * What is kept of a log once it is finished.
 */
/** Where a finished log is: small, to lie in a row of the database. */
export interface LogReference {
  readonly segment: number;
  readonly offset: number;
  /** All bytes that the attempt wrote. */
  readonly bytes: number;
  /** How many of these were left out between head and tail. */
  readonly omitted: number;
}
