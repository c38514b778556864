/**
 * Runs several places in one call of a tool. The place being worked on is the first, in the manifest's order,
 * without a line in the results: the time limit is its own, and if it has to be killed, the places after it go into
 * another call. Output is the log of the place at work when it is read: never of one whose line was there before,
 * but what comes within a millisecond or so before a line may count to the next place. When the process ends well
 * by itself, places without a line have succeeded. When it does not, or writes what is no answer, the place at work is
 * to blame, and those after it go into another call: each call settles one place at least, so that there is an end.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fillArguments } from '@gantry/model';
import type { Assignment, Report, WorkerRequest } from '@gantry/model';
import { prepareAttempt, removeFolder } from './attempt-folder.ts';
import { BatchResults } from './batch-results.ts';
import { startClock, type AttemptClock } from './build-report.ts';
import { finishAttempt, finishUnstarted, type AttemptEnd } from './finish-attempt.ts';
import { judgeExit, type Judgement, type KilledFor } from './judge-exit.ts';
import { onCancel, type RunContext } from './run-context.ts';
import { superviseProcess, type Supervised, type SupervisedEnd } from './supervise-process.ts';

export interface BatchPlace {
  readonly assignment: Assignment;
  readonly request: WorkerRequest;
  readonly cancelled: AbortSignal;
}

const pollMilliseconds = 20;
const longestTimer = 2_147_483_647;

/** Never rejects; calls `finished` once for each place. `name` is unique on this host while it runs. */
export async function runBatch(
  context: RunContext,
  places: readonly BatchPlace[],
  name: string,
  finished: (report: Report) => void,
): Promise<void> {
  let left = places;
  while (left.length > 0) {
    const clock = startClock();
    const ready: BatchPlace[] = [];
    for (const place of left) {
      const failure = await prepare(context, place, clock);
      if (failure === undefined) ready.push(place);
      else finished(failure);
    }
    left = ready.length === 0 ? [] : await new BatchCall(context, ready, name, finished).run();
  }
}

async function prepare(
  context: RunContext,
  { assignment, cancelled }: BatchPlace,
  clock: AttemptClock,
): Promise<Report | undefined> {
  if (cancelled.aborted) {
    const message = 'it was cancelled before its turn in the batch';
    return finishAttempt(context, assignment, clock, { judgement: { outcome: 'cancelled', message } });
  }
  try {
    await prepareAttempt(assignment);
    return undefined;
  } catch (error) {
    return finishUnstarted(context, assignment, clock, error);
  }
}

class BatchCall {
  readonly #context: RunContext;
  readonly #places: readonly BatchPlace[];
  readonly #name: string;
  readonly #finished: (report: Report) => void;
  readonly #folder: string;
  readonly #results: BatchResults;
  readonly #finishing: Promise<void>[] = [];
  #process: Supervised | undefined;
  /** The place that is worked on. */
  #at = 0;
  /** The place at work when it was killed for its time or a cancellation. */
  #killedAt: number | undefined;
  #clock = startClock();
  #limit: NodeJS.Timeout | undefined;
  #stopListening: () => void = () => undefined;
  #polling: Promise<void> | undefined;

  constructor(
    context: RunContext,
    places: readonly BatchPlace[],
    name: string,
    finished: (report: Report) => void,
  ) {
    this.#context = context;
    this.#places = places;
    this.#name = name;
    this.#finished = finished;
    this.#folder = join(context.scratchFolder, name);
    this.#results = new BatchResults(
      join(this.#folder, 'results.jsonl'),
      new Set(places.map(({ request }) => request.id)),
    );
  }

  /** Returns the places that have not been tried. */
  async run(): Promise<readonly BatchPlace[]> {
    try {
      this.#process = await this.#start();
    } catch (error) {
      await removeFolder(this.#folder);
      for (const { assignment } of this.#places) {
        this.#finished(await finishUnstarted(this.#context, assignment, this.#clock, error));
      }
      return [];
    }
    this.#begin();
    const timer = setInterval(() => this.#poll(), pollMilliseconds);
    const end = await this.#process.ended;
    clearInterval(timer);
    await this.#polling;
    this.#results.read(true);
    this.#advance(end);
    this.#leave();
    const untried = this.#settleRest(end);
    await Promise.all(this.#finishing);
    await removeFolder(this.#folder);
    return untried;
  }

  async #start(): Promise<Supervised> {
    const [first] = this.#places;
    if (first === undefined) throw new Error('a batch without places');
    const manifest = join(this.#folder, 'manifest.json');
    const results = join(this.#folder, 'results.jsonl');
    await mkdir(this.#folder, { recursive: true });
    await writeFile(manifest, JSON.stringify({ requests: this.#places.map(({ request }) => request) }));
    await writeFile(results, '');
    const { command, env, resources } = first.assignment;
    return superviseProcess(this.#context, {
      command: fillArguments(command, { batch: { manifest, results } }),
      env,
      folder: this.#folder,
      owner: this.#name,
      memory: resources.memory,
      // Each place has a signal of its own, which counts when it is its turn.
      cancelled: new AbortController().signal,
      onOutput: (stream, bytes) => {
        this.#results.read();
        const place = this.#places.find(({ request }) => !this.#results.answers.has(request.id));
        const { attempt } = (place ?? this.#places.at(-1) ?? first).assignment;
        return this.#context.log.append(attempt, stream, bytes);
      },
    });
  }

  #poll(): void {
    this.#polling ??= this.#follow().finally(() => {
      this.#polling = undefined;
    });
  }

  async #follow(): Promise<void> {
    this.#results.read();
    if (this.#results.problem !== undefined) {
      this.#process?.kill('misbehaved', 0);
      return;
    }
    const current = this.#places[this.#at];
    if (current === undefined || !this.#results.answers.has(current.request.id)) return;
    // What the place wrote before its line is in the pipes already, and is read within the next turns.
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    this.#advance(undefined);
  }

  /**
   * Ends the places that have an answer, in their order, and begins the next. The last ends with the process, since
   * there is no other place that its last words could belong to.
   */
  #advance(end: SupervisedEnd | undefined): void {
    for (;;) {
      const place = this.#places[this.#at];
      const answer = place === undefined ? undefined : this.#results.answers.get(place.request.id);
      if (place === undefined || answer === undefined) return;
      if (end === undefined && this.#at === this.#places.length - 1) return;
      this.#leave();
      const judged = judgeExit(place.assignment, {
        exitCode: answer.exitCode,
        signal: undefined,
        killedFor: undefined,
        kernelKilled: false,
      });
      const message = judged.outcome === 'failed' ? (answer.error ?? judged.message) : judged.message;
      this.#finish(place, {
        judgement: { outcome: judged.outcome, message },
        exitCode: answer.exitCode,
        results: answer.results,
        logProblem: end?.logProblem,
      });
      this.#at += 1;
      if (end === undefined) this.#begin();
    }
  }

  #begin(): void {
    const place = this.#places[this.#at];
    if (place === undefined) return;
    this.#clock = startClock();
    const { assignment, cancelled } = place;
    this.#stopListening = onCancel(cancelled, this.#context, (grace) => this.#kill('cancel', grace));
    this.#limit = setTimeout(
      () => this.#kill('time', this.#context.graceMilliseconds),
      Math.min(assignment.resources.time * 1000, longestTimer),
    );
  }

  #kill(reason: KilledFor, grace: number): void {
    this.#killedAt ??= this.#at;
    this.#process?.kill(reason, grace);
  }

  #leave(): void {
    clearTimeout(this.#limit);
    this.#stopListening();
  }

  /**
   * If it did not end well, the place at work takes the blame, those with an answer keep it, and the others have not
   * been tried. A line may come between the killing and the end: then nobody is to blame.
   */
  #settleRest(end: SupervisedEnd): readonly BatchPlace[] {
    const untried: BatchPlace[] = [];
    const { problem } = this.#results;
    const spoiled = problem !== undefined && (end.killedFor ?? 'misbehaved') === 'misbehaved';
    for (const [index, place] of this.#places.entries()) {
      if (index < this.#at) continue;
      const answer = this.#results.answers.get(place.request.id);
      const blamed = index === (this.#killedAt ?? this.#at);
      const ending =
        answer === undefined ? end : { ...end, ...answer, signal: undefined, killedFor: undefined };
      const { tool, about } = place.assignment;
      const on = about === undefined ? '' : ` (on ${about})`;
      const judged: Judgement =
        answer === undefined && spoiled
          ? { outcome: 'failed', message: `${tool.name}@${tool.version}${on} was ended: ${problem}` }
          : judgeExit(place.assignment, ending);
      if (answer === undefined && judged.outcome !== 'succeeded' && !blamed) {
        untried.push(place);
        continue;
      }
      const message = judged.outcome === 'failed' ? (answer?.error ?? judged.message) : judged.message;
      this.#finish(place, {
        ...ending,
        results: answer?.results,
        judgement: { outcome: judged.outcome, message },
      });
    }
    return untried;
  }

  #finish({ assignment, cancelled }: BatchPlace, end: AttemptEnd): void {
    this.#finishing.push(
      finishAttempt(this.#context, assignment, this.#clock, end, cancelled).then((report) =>
        this.#finished(report),
      ),
    );
  }
}
