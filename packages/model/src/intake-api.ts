/**
 * Folders that are read once for a dataset, which is closed when all files are in: how far that is.
 *
 * | request                    | body          | answer                                                             |
 * |----------------------------|---------------|--------------------------------------------------------------------|
 * | GET /intakes               |               | `IntakeAtWork[]`, those that have not ended                        |
 * | GET /datasets/ID/intake    |               | `IntakeState`                                                      |
 * | POST /datasets/ID/intake   | `IntakeBody`  | `IntakeState`: what has stopped goes on, with or without bad files |
 */
import { z } from 'zod';

/** A file, or the whole folder, that could not be taken. */
export const intakeProblemSchema = z.object({
  code: z.string(),
  message: z.string(),
  mend: z.string(),
  /** Absolute. */
  file: z.string(),
});

export const intakeStateSchema = z.object({
  dataset: z.int().positive(),
  folder: z.string(),
  pattern: z.string(),
  /**
   * `waiting` while no run needs it; `listing` while files are looked for; `reading` while they are read and recorded;
   * `stopped` where somebody has to see to `problems` first; `ended` once all are in and the dataset is closed.
   */
  state: z.enum(['waiting', 'listing', 'reading', 'stopped', 'ended']),
  since: z.string(),
  ended: z.string().nullable(),
  /** When it was taken up again, after an interruption. */
  resumed: z.string().nullable(),
  /** Files and bytes that there are, and those that have been read; all zero until they were listed. */
  files: z.int(),
  filesRead: z.int(),
  bytes: z.number(),
  bytesRead: z.number(),
  /** Of late; null while too little is known. */
  bytesPerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  /** What keeps it: how many, and the first of them. */
  problems: z.object({ count: z.int(), first: z.array(intakeProblemSchema) }),
  /** Files that were left out, with the reason. */
  leftOut: z.object({ count: z.int(), first: z.array(intakeProblemSchema) }),
});

export const intakeAtWorkSchema = intakeStateSchema.extend({
  /** Runs that read the dataset. */
  runs: z.array(z.int().positive()),
});

export const intakesAtWorkSchema = z.array(intakeAtWorkSchema);

export const intakeBodySchema = z.object({
  /** Goes on without the files that cannot be read. */
  skipUnreadable: z.boolean().default(false),
});

export type IntakeProblem = z.infer<typeof intakeProblemSchema>;
export type IntakeState = z.infer<typeof intakeStateSchema>;
export type IntakeAtWork = z.infer<typeof intakeAtWorkSchema>;
export type IntakeBody = z.input<typeof intakeBodySchema>;
