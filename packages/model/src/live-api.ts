/**
 * Watched folders, as people's programs and the server speak of them: beside `user-api.ts`, under the same path.
 *
 * | request                    | body        | answer                                                          |
 * |----------------------------|-------------|-----------------------------------------------------------------|
 * | POST /datasets/ID/watch    | `WatchBody` | `LiveSourceState`; watching it already, it takes the new options |
 * | GET /datasets/ID/watch     |             | `LiveSourceState`                                               |
 * | DELETE /datasets/ID/watch  |             | 204; what was taken stays                                       |
 * | GET /watches               |             | `LiveSourceState[]`, of those that have not ended               |
 */
import { z } from 'zod';

/** When a watched dataset closes by itself; all that is absent is off. */
export const completeWhenSchema = z
  .object({
    /** A file of this name, below the folder, says that the acquisition is over. */
    marker: z.string().min(1).optional(),
    /** So many minutes without a new file, after the first one. */
    quietMinutes: z.number().positive().optional(),
    /** What is there now is all: it closes when that was taken. */
    listed: z.literal(true).optional(),
  })
  .strict();

/**
 * - `files`: the files that a pattern fits, which tells their places.
 * - `tiles`: the folders that `pipeline-input.json`, or else `dashboard.json`, lists as complete.
 */
export const sourceKinds = ['files', 'tiles'] as const;
export const sourceKindSchema = z.enum(sourceKinds);

/** A pattern is of files alone. */
export function checkKind(
  source: { readonly kind: SourceKind; readonly pattern: string },
  context: z.RefinementCtx,
): void {
  if ((source.pattern === '') === (source.kind === 'tiles')) return;
  context.addIssue({
    code: 'custom',
    path: ['pattern'],
    message:
      source.kind === 'files'
        ? 'must be a pattern of file names'
        : 'must be left out: the list of tiles says where they are',
    input: source,
  });
}

export const watchOptionsSchema = z.object({
  /** Milliseconds in which a file that was written to may not change before it counts. */
  settleMs: z.int().min(20).max(3_600_000).default(500),
  /** `auto`: file-system events are heard but on network file systems. */
  events: z.union([z.literal('auto'), z.boolean()]).default('auto'),
  /** Whether a TIFF file waits until it has all the bytes that it speaks of. */
  wholeTiffs: z.boolean().default(true),
  completeWhen: completeWhenSchema.default({}),
  /** How the items of the folder are found. */
  kind: sourceKindSchema.default('files'),
});

export const watchBodySchema = watchOptionsSchema
  .extend({
    /** Absolute; need not be there yet. */
    folder: z.string().min(1),
    /** Names every axis of the dataset. Of the kind `tiles` there is none. */
    pattern: z.string().default(''),
  })
  .superRefine(checkKind);

/** Something that keeps files or the whole folder from being taken. */
export const liveTroubleSchema = z.object({
  code: z.string(),
  message: z.string(),
  mend: z.string(),
  since: z.string(),
});

/** How many names of a kind a state lists. */
export const listedNames = 100;

const nameList = z.object({ count: z.int(), first: z.array(z.string()) });

export const liveSourceStateSchema = z.object({
  dataset: z.int().positive(),
  folder: z.string(),
  pattern: z.string(),
  options: watchOptionsSchema,
  since: z.string(),
  /**
   * `starting` until the folder was looked through once; `waiting` while something keeps it from being seen or files
   * from being taken; `completing` from the sign that the acquisition is over until all files are in; `ended`.
   */
  state: z.enum(['starting', 'watching', 'waiting', 'completing', 'ended']),
  /** Why it is completing, or has ended. */
  reason: z.string().nullable(),
  /** Whether file-system events are heard, or scans alone find files. */
  mode: z.enum(['events', 'scan']),
  trouble: liveTroubleSchema.nullable(),
  /** The last look through the folder. */
  scan: z.object({ ended: z.string(), tookMs: z.number(), files: z.int() }).nullable(),
  /** Files that were taken and are there. */
  taken: z.int(),
  lastTaken: z.string().nullable(),
  /** Files that are looked at, read or recorded at the moment. */
  pending: z.int(),
  /** Files that do not count yet, the oldest first: they grow, are empty, lack bytes, or were cut short. */
  unfinished: z.object({
    count: z.int(),
    /** How many of them have been waited for longer than a file takes, so that somebody should look. */
    overdue: z.int(),
    first: z.array(
      z.object({
        name: z.string(),
        why: z.string(),
        message: z.string(),
        mend: z.string(),
        since: z.string(),
        overdue: z.boolean(),
        /** Bytes. */
        size: z.int().nullable(),
      }),
    ),
  }),
  /** Files that could not be taken, each with the reason: no right to read, a place that another file has, … */
  problems: z.object({
    count: z.int(),
    first: z.array(liveTroubleSchema.extend({ name: z.string() })),
  }),
  /** Files that the pattern does not fit. */
  unmatched: nameList,
  /** Files that were taken and are gone; what was made from them stays. */
  vanished: nameList,
  /** Files at new places that came after the dataset was closed. */
  late: nameList,
  /** Files outside the declared extents: they are items, and no run reads them. */
  outside: nameList,
});

export type SourceKind = (typeof sourceKinds)[number];
export type CompleteWhen = z.infer<typeof completeWhenSchema>;
export type WatchOptions = z.infer<typeof watchOptionsSchema>;
export type WatchBody = z.input<typeof watchBodySchema>;
export type LiveTrouble = z.infer<typeof liveTroubleSchema>;
export type LiveSourceState = z.infer<typeof liveSourceStateSchema>;
