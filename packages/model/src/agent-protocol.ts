/**
 * What agent and server say to each other: HTTP with JSON bodies and a bearer token, under `/api/agent/v1`.
 * Also the lines that a persistent tool reads and answers. How the server keeps leases, and how the agent
 * runs what it is given, are left to `engine` and `agent`.
 *
 * | request                | body                | answer                                             |
 * |------------------------|---------------------|----------------------------------------------------|
 * | POST /credentials      | `EnrolRequest`      | `EnrolAnswer`; whoever has an invitation's token   |
 * | POST /storage-probes   | `ProbeRequest`      | `ProbeAnswer`: a file to be found by the agent     |
 * | POST /sessions         | `JoinRequest`       | `JoinAnswer`                                       |
 * | POST /claims           | `ClaimRequest`      | `ClaimAnswer`; held for up to `waitSeconds`        |
 * | POST /reports          | `ReportsRequest`    | `ReportsAnswer`; once answered, the block is kept  |
 * | POST /heartbeat        | `HeartbeatRequest`  | `HeartbeatAnswer`                                  |
 * | POST /returns          | `ReturnsRequest`    | 204                                                |
 * | DELETE /sessions/ID    |                     | 204; what the session still holds is ready again   |
 *
 * An agent that does not see the server's files has them brought, with requests whose bodies are bytes:
 *
 * | request                          | what                                                                   |
 * |----------------------------------|------------------------------------------------------------------------|
 * | GET /files                       | a file that an assignment names, from any byte on; of a folder its list |
 * | GET /attempts/ID/outputs         | `UploadState`: how much of an output is there                          |
 * | PUT /attempts/ID/outputs         | bytes of an output, behind those that are there                        |
 * | POST /attempts/ID/received       | `ReceivedRequest`: all is sent; answered when it is checked and on disk |
 * | PUT /sessions/ID/logs            | bytes of a log's segment, behind those that are there                  |
 *
 * Errors are problem details (RFC 9457) with a `code`. Two codes mean something to the agent:
 * `unknown-session` (status 404: the lease has ended; it kills what it runs and joins again) and
 * `unauthorized` (status 401: it stops). A block of reports that is refused otherwise is halved, and a lone refused
 * report told as `failed`. Everything else is tried again.
 */
import { z } from 'zod';

/** The path that all requests of the agent begin with. */
export const agentApiPath = '/api/agent/v1';

/**
 * The folder within an attempt's folder that the tool works in (its HOME and TMPDIR too). It is removed when the
 * tool has ended; files that are only for the tool, such as the list of a `many` input, belong there.
 */
export const attemptWorkFolder = '.work';

/** The most reports, or returned attempts, in one request. */
export const maxAgentBlock = 1000;

const attemptId = z.int().positive();
const sessionId = z.string().min(1);
const place = z.record(z.string(), z.int());
const time = z.iso.datetime({ offset: true });

// ---- The lines of a persistent tool ----

/** A file (or folder) that a task reads. `size` in bytes. */
export const workerInputSchema = z.object({
  path: z.string(),
  name: z.string(),
  place,
  size: z.int().nonnegative(),
});

/** One place's work, as a persistent tool reads it: a line on stdin, or an entry of a batch's manifest. */
export const workerRequestSchema = z.object({
  /** The attempt's id, in decimal. The answer bears it too. */
  id: z.string(),
  folder: z.string(),
  at: place,
  /** An input declared `many` is always an array, ordered by place; any other is one object, or absent. */
  inputs: z.record(z.string(), z.union([workerInputSchema, z.array(workerInputSchema)])),
  params: z.record(z.string(), z.unknown()),
  /** The full path of each file (or folder) to be made. Its parent exists. */
  outputs: z.record(z.string(), z.string()),
  /** `memory` in bytes. */
  resources: z.object({ cpu: z.number().positive(), memory: z.int().positive() }),
});

/** The end of one request, as a persistent tool writes it on stdout, or a batch tool in its results. */
export const workerAnswerSchema = z.object({
  id: z.string(),
  exitCode: z.int().min(0).max(255),
  error: z.string().optional(),
  /** Numbers by names that the tool declares. */
  results: z.record(z.string(), z.number()).optional(),
});

/** A line that may come before the answer; `progress` from 0 to 1. */
export const workerProgressSchema = z.object({ id: z.string(), progress: z.number().min(0).max(1) });

// ---- Sessions ----

/** `memory` in bytes; `gpu` in graphics processors; `slots` is how many attempts the agent runs at a time at most. */
export const agentCapacitySchema = z.object({
  cpu: z.number().positive(),
  memory: z.int().positive(),
  gpu: z.int().nonnegative().optional(),
  slots: z.int().positive(),
});

// ---- Other machines ----

/** An absolute path, in the form that `path.normalize` gives, without a slash at its end. */
const absolutePath = z
  .string()
  .max(4096)
  .regex(
    /^(?!.*\/\.{0,2}(?:\/|$))\/[^\0]*$/,
    'must be an absolute path without `.`, `..` or a `/` at its end',
  );

/** What is at `server` on the server's host is at `local` on the agent's. */
export const pathMapSchema = z.object({ server: absolutePath, local: absolutePath });

/**
 * How an agent on another machine reaches the bytes.
 * - `shared`: it sees the store, at `store`, and what lies below its `maps`; all else is brought.
 * - `transfer`: everything is brought, and outputs are sent.
 */
export const remoteStorageSchema = z.object({
  kind: z.enum(['shared', 'transfer']),
  /** The store as the agent sees it; its own, if nothing is shared. */
  store: absolutePath,
  maps: z.array(pathMapSchema).max(100),
  /** Where tools that are brought lie on the agent's machine. */
  tools: absolutePath,
  /** Where it has the standard tools, which are the server's if the versions are the same. */
  standardTools: absolutePath.optional(),
});

/** The body of `POST /credentials`. The agent makes its secret itself; only the hash leaves it. */
export const enrolRequestSchema = z.object({
  token: z.string().min(1).max(500),
  /** SHA-256 of the secret that the agent will bear, 64 hexadecimal digits. */
  secretHash: z.string().regex(/^[0-9a-f]{64}$/),
  name: z.string().min(1).max(200),
  host: z.string().max(255),
  version: z.string().max(100),
});

export const enrolAnswerSchema = z.object({
  /** What it is called from now on: what the invitation says goes before what it asked for. */
  name: z.string(),
  /** Which server it belongs to, for life. */
  server: z.string(),
});

export const probeRequestSchema = z.object({ version: z.string().max(100) });

export const probeAnswerSchema = z.object({
  /** The store's folder on the server's host. */
  storeFolder: z.string(),
  /** A file within it that is there for a minute, and what is in it. */
  file: z.string(),
  content: z.string(),
});

export const joinRequestSchema = z.object({
  name: z.string().min(1).max(200),
  /**
   * Which agent it is, the same over its restarts. It takes over the session of its own earlier life; while another
   * agent of the name is alive it is refused (409, `agent-name-in-use`).
   */
  instance: z.string().min(1).max(200),
  host: z.string(),
  capacity: agentCapacitySchema,
  labels: z.record(z.string(), z.string()),
  version: z.string(),
  /** Absent where the agent sees all paths as the server does, as that of the server's own host. */
  storage: remoteStorageSchema.optional(),
});

export const joinAnswerSchema = z.object({
  session: sessionId,
  /** The session and all it holds are lost when the server hears nothing for so long. */
  leaseSeconds: z.number().positive(),
  heartbeatSeconds: z.number().positive(),
  /** The folder that the paths of outputs in reports are relative to. Attempt folders lie within it. */
  storeFolder: z.string(),
  /** Where this session writes its log segments; absent, it writes them to its own data folder. */
  logFolder: z.string().optional(),
});

// ---- Claims ----

/** An output to be looked for when the tool has ended. */
export const assignedOutputSchema = z.object({
  name: z.string(),
  /** The type of its dataset, such as `image`. */
  type: z.string(),
  /** The file or folder to be made; for an output of many files, the folder that holds nothing but them. */
  path: z.string(),
  /** The pattern of the files' names, for an output of many files; the server reads the coordinates. */
  pattern: z.string().optional(),
  many: z.boolean().optional(),
  /** `path` is a folder that is made before the tool starts. */
  folder: z.boolean().optional(),
  /** The fewest files of a `many` output, or 0 for a single one that may be missing. 1 if absent. */
  min: z.int().nonnegative().optional(),
});

/** `cpu` in cores, `memory` in bytes, `time` in seconds of wall clock. */
export const assignedResourcesSchema = z.object({
  cpu: z.number().nonnegative(),
  memory: z.int().nonnegative(),
  gpu: z.int().nonnegative().optional(),
  time: z.number().positive(),
});

/** A file or folder that is to be brought from the server before the start. */
export const broughtFileSchema = z.object({
  /** Where it is to lie, absolute, on the agent's machine. */
  path: z.string(),
  /** On the server's host. */
  from: z.string(),
  /** What proves to the server that it named this file to this session. */
  ticket: z.string(),
  /** Absent for a tool's folder, whose checksum nobody has recorded. `size` in bytes. */
  checksum: z.string().optional(),
  size: z.int().nonnegative().optional(),
  /** A tool's folder: the same for all attempts that name this path, and kept. */
  tool: z.boolean().optional(),
});

/** One attempt, with all that is needed to run it. */
export const assignmentSchema = z.object({
  attempt: attemptId,
  task: z.int().positive(),
  run: z.int().positive(),
  runName: z.string(),
  stage: z.string(),
  /** What the attempt works on, for messages: the name of its input file, where it has a single one. */
  about: z.string().optional(),
  tool: z.object({
    name: z.string(),
    version: z.string(),
    digest: z.string(),
    /** The tool's own folder, for a trusted command. */
    folder: z.string().optional(),
  }),
  kind: z.enum(['process']),
  /**
   * The argument vector, every template filled. Only a batch tool's vector still has `${batch.manifest}` and
   * `${batch.results}`, which name files that the agent writes.
   */
  command: z.array(z.string()).min(1),
  /** What the tool declares; it goes over the agent's own small environment. */
  env: z.record(z.string(), z.string()),
  /** The tool stays alive and takes a JSON line per place. Not together with `batch`. */
  worker: z.enum(['jsonl']).optional(),
  /** The most places in one call of the tool. */
  batch: z.int().positive().optional(),
  /** Present for `worker` and `batch`. */
  request: workerRequestSchema.optional(),
  /** Text files to be written before the start, such as the list of a `many` input. Absolute paths. */
  files: z.array(z.object({ path: z.string(), content: z.string() })).optional(),
  /** Symbolic links to be made before the start, below the attempt's folder; both paths are absolute. */
  links: z.array(z.object({ path: z.string(), target: z.string() })).optional(),
  /** Inputs and tools that the agent does not see. */
  brought: z.array(broughtFileSchema).optional(),
  /** A file that the tool may write a log of its own to; what is in it at the end is added to the attempt's log. */
  logFile: z.string().optional(),
  /** A file that the tool may write its results to, as a JSON object of numbers. */
  resultsFile: z.string().optional(),
  /** Names of the results that the tool declares. */
  results: z.array(z.string()).optional(),
  outputs: z.array(assignedOutputSchema),
  /** The attempt's own folder, absolute; nobody else writes there. It need not exist yet. */
  folder: z.string(),
  success: z.object({ exitCodes: z.array(z.int().min(0).max(255)).min(1) }),
  resources: assignedResourcesSchema,
  /** Attempts share a worker, or a batch, only if this is equal (run, stage, tool's digest, parameters). */
  poolKey: z.string(),
});

export const claimRequestSchema = z.object({
  session: sessionId,
  limit: z.int().positive(),
  /** How long the server may hold the request while there is nothing to claim. */
  waitSeconds: z.number().nonnegative(),
});

export const claimAnswerSchema = z.object({ assignments: z.array(assignmentSchema) });

// ---- Reports ----

/**
 * How an attempt ended.
 * - `succeeded`: an exit code that counts as success, and every output is there and on disk.
 * - `failed`: another exit code, a signal, a missing output, or a persistent tool that misbehaved.
 * - `timed-out`: it was killed at its time limit.
 * - `out-of-memory`: it was killed at its memory limit, or by the kernel for want of memory.
 * - `cancelled`: it was killed, or never started, because it was asked to stop.
 * - `start-failed`: the tool could not be started (no such command, no permission, no room on the disk).
 */
export const attemptOutcomes = [
  'succeeded',
  'failed',
  'timed-out',
  'out-of-memory',
  'cancelled',
  'start-failed',
] as const;
export const attemptOutcomeSchema = z.enum(attemptOutcomes);

/**
 * Where a finished log is, in the session's log folder: the number of the segment and the offset of its last
 * frame. `bytes` is all that the tool wrote, `omitted` what was left out between head and tail.
 */
export const logReferenceSchema = z.object({
  segment: z.int().nonnegative(),
  offset: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  omitted: z.int().nonnegative(),
});

export const reportedOutputSchema = z.object({
  /** The output's name in the tool. */
  output: z.string(),
  /** The name of the file or folder. */
  name: z.string(),
  /** Relative to the session's `storeFolder`, with `/` between its parts. */
  path: z.string(),
  /** Bytes; of a folder, of all its files together. */
  size: z.int().nonnegative(),
  checksum: z.string(),
  /** How many files a folder holds; absent for a file. */
  files: z.int().nonnegative().optional(),
});

export const reportSchema = z.object({
  attempt: attemptId,
  outcome: attemptOutcomeSchema,
  exitCode: z.int().min(0).max(255).optional(),
  signal: z.string().optional(),
  /** What happened, for people. Present unless it succeeded. Tools put anything in it; text in a database has limits. */
  message: z
    .string()
    .max(4000)
    .overwrite((text) => text.replaceAll('\0', '\u2400').toWellFormed())
    .optional(),
  /** The agent's clock. */
  startedAt: time,
  endedAt: time,
  resources: z.object({
    wallSeconds: z.number().nonnegative(),
    cpuSeconds: z.number().nonnegative().optional(),
    maxRssBytes: z.int().nonnegative().optional(),
  }),
  outputs: z.array(reportedOutputSchema),
  /** Numbers that the tool told of the place, by names that it declares. */
  results: z.record(z.string(), z.number()).optional(),
  log: logReferenceSchema.optional(),
});

export const reportsRequestSchema = z.object({
  session: sessionId,
  reports: z.array(reportSchema).min(1).max(maxAgentBlock),
});

/**
 * The attempts that are lost or cancelled: the agent removes their outputs. A report that repeats one which the
 * server has kept already (its answer did not arrive) is not refused, or its outputs would be lost.
 */
export const reportsAnswerSchema = z.object({ refused: z.array(attemptId) });

// ---- Heartbeat and returns ----

export const heartbeatRequestSchema = z.object({
  session: sessionId,
  /** Started, or ended and not yet reported. */
  running: z.array(attemptId),
  /** Claimed and not started. */
  waiting: z.array(attemptId),
  /**
   * True if no claim is under way: then the two lists are all that the session holds, and an attempt that the
   * server counts to it and that is in neither was lost on the way (a claim's answer that never arrived). The
   * server makes it ready again. The agent starts no claim until a settled heartbeat is answered.
   */
  settled: z.boolean(),
  /** What the attempts that run take of the capacity, as they were promised it: cores, and bytes. */
  load: z
    .object({
      cpu: z.number().nonnegative(),
      memory: z.int().nonnegative(),
      gpu: z.int().nonnegative().optional(),
    })
    .optional(),
  /** What the whole machine is doing, whoever does it: busy cores, and bytes that are in use. */
  machine: z.object({ cpu: z.number().nonnegative(), memory: z.int().nonnegative() }).optional(),
  /** What keeps it from going on, such as a full disk, in words for people. */
  trouble: z.string().max(1000).optional(),
});

export const heartbeatAnswerSchema = z.object({
  leaseSeconds: z.number().positive(),
  /** To be killed if running, dropped if waiting; either way they are reported as `cancelled`. */
  cancel: z.array(attemptId),
  /** To be handed back if they have not started. */
  return: z.array(attemptId),
  /** Take no more, hand back what waits, finish what runs; the agent ends when it holds nothing. */
  drain: z.boolean(),
  /** What the agent may take from now on. What runs goes on; with less, nothing is started until it fits. */
  capacity: agentCapacitySchema.optional(),
});

export const returnsRequestSchema = z.object({
  session: sessionId,
  attempts: z.array(attemptId).min(1).max(maxAgentBlock),
});

// ---- Bytes ----

/** How much of an output the server has, in bytes. */
export const uploadStateSchema = z.object({ offset: z.int().nonnegative() });

/** The entries of a folder that is brought: files, and folders without any. Paths are below it, with `/` between. */
export const folderListSchema = z.object({
  files: z.array(z.object({ path: z.string(), size: z.int().nonnegative() })),
  emptyFolders: z.array(z.string()),
});

export const receivedRequestSchema = z.object({
  session: sessionId,
  /** What the report will say. */
  outputs: z.array(reportedOutputSchema).min(1).max(100_000),
  /** Folders without files, relative to the attempt's folder. */
  emptyFolders: z.array(z.string().max(4096)).max(100_000),
});

export type PathMap = z.infer<typeof pathMapSchema>;
export type RemoteStorage = z.infer<typeof remoteStorageSchema>;
export type EnrolRequest = z.infer<typeof enrolRequestSchema>;
export type EnrolAnswer = z.infer<typeof enrolAnswerSchema>;
export type ProbeAnswer = z.infer<typeof probeAnswerSchema>;
export type BroughtFile = z.infer<typeof broughtFileSchema>;
export type UploadState = z.infer<typeof uploadStateSchema>;
export type FolderList = z.infer<typeof folderListSchema>;
export type ReceivedRequest = z.infer<typeof receivedRequestSchema>;
export type WorkerInput = z.infer<typeof workerInputSchema>;
export type WorkerRequest = z.infer<typeof workerRequestSchema>;
export type WorkerAnswer = z.infer<typeof workerAnswerSchema>;
export type WorkerProgress = z.infer<typeof workerProgressSchema>;
export type AgentCapacity = z.infer<typeof agentCapacitySchema>;
export type JoinRequest = z.infer<typeof joinRequestSchema>;
export type JoinAnswer = z.infer<typeof joinAnswerSchema>;
export type AssignedOutput = z.infer<typeof assignedOutputSchema>;
export type AssignedResources = z.infer<typeof assignedResourcesSchema>;
export type Assignment = z.infer<typeof assignmentSchema>;
export type ClaimRequest = z.infer<typeof claimRequestSchema>;
export type ClaimAnswer = z.infer<typeof claimAnswerSchema>;
export type AttemptOutcome = z.infer<typeof attemptOutcomeSchema>;
export type LogReference = z.infer<typeof logReferenceSchema>;
export type ReportedOutput = z.infer<typeof reportedOutputSchema>;
export type Report = z.infer<typeof reportSchema>;
export type ReportsRequest = z.infer<typeof reportsRequestSchema>;
export type ReportsAnswer = z.infer<typeof reportsAnswerSchema>;
export type HeartbeatRequest = z.infer<typeof heartbeatRequestSchema>;
export type HeartbeatAnswer = z.infer<typeof heartbeatAnswerSchema>;
export type ReturnsRequest = z.infer<typeof returnsRequestSchema>;
