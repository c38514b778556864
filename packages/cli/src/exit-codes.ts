/** What the command line ends with. Which error ends in which is left to `exit-code-of.ts`. */

export const exitCodes = {
  /** All that was asked for was done; every task of a run succeeded. */
  done: 0,
  /** Some tasks failed, are blocked or were cancelled. */
  tasksFailed: 1,
  /** Bad usage, or bad input: what was asked for cannot be done as it was asked. */
  badInput: 2,
  /** The machine, the database, the server, the disk; or a fault of ours. */
  infrastructure: 3,
  /** Ended by a second Ctrl-C, as shells expect it. */
  killed: 130,
} as const;
