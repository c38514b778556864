/**
 * What all open pages are told: one look at the database for all of them, and one text. A wake, by the engine or by
 * the pulse, only says which runs to read again. The events are those of `events-api.ts`.
 */
import { randomBytes } from 'node:crypto';
import {
  countUnread,
  lastNotification,
  listFreshNotifications,
  summarizeDatasets,
  summarizeFailures,
  takePulse,
} from '@gantry/engine';
import { beatMs, type EventsHello, type LiveSourceState, type NotificationNews } from '@gantry/model';
import type { ServerContext } from './context.ts';
import { describeRunNow } from './describe-run-now.ts';
import { WatchNews } from './watch-news.ts';

/** A run is told at most four times a second. */
const gatherMs = 250;
/** The first change after a quiet time goes out at once but for this: a settle rarely comes alone. */
const firstMs = 20;
const pulseMs = 500;
/** How often watched folders are looked at. */
const watchMs = 1000;
/** Of what has come at once, so many are told one by one. */
const mostFresh = 5;

export type Send = (text: string) => void;

export class EventStream {
  readonly #context: ServerContext;
  readonly #listeners = new Set<Send>();
  /** Tells the numbers of this server's life from those of an earlier one. */
  readonly #epoch = randomBytes(6).toString('hex');
  #number = 0;
  /** Per run, the number of its last event: for those that come back. */
  readonly #told = new Map<number, number>();
  readonly #changed = new Set<number>();
  /** The same of datasets. */
  readonly #toldDatasets = new Map<number, number>();
  readonly #changedDatasets = new Set<number>();
  #pulses = new Map<number, string>();
  /** What was told last of failures, and of notifications. */
  #failures = '';
  #notifications: { last: number; unread: number } | undefined;
  #looking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #flushing = false;
  #lastFlush = 0;
  /** Looks at the database that are under way. */
  readonly #working = new Set<Promise<void>>();
  readonly #endings: (() => void)[] = [];

  constructor(context: ServerContext) {
    this.#context = context;
    this.#endings.push(
      context.engine.listen(({ runs, datasets, notices }) => {
        for (const dataset of datasets) this.#changedDatasets.add(dataset);
        this.#note(runs);
        if (notices && this.#listeners.size > 0) void this.#guard(this.#look());
      }),
    );
    const beat = setInterval(() => {
      this.#send('event: beat\ndata: {}\n\n');
    }, beatMs);
    const pulse = setInterval(() => {
      if (this.#listeners.size > 0) void this.#guard(this.#takePulse());
    }, pulseMs);
    const news = new WatchNews(context.live);
    const watch = setInterval(() => {
      if (this.#listeners.size > 0) void this.#guard(this.#tellWatches(news));
    }, watchMs);
    this.#endings.push(
      () => clearInterval(beat),
      () => clearInterval(pulse),
      () => clearInterval(watch),
      () => clearTimeout(this.#timer),
    );
  }

  /** @returns the end of it */
  async add(send: Send, lastEventId: string | undefined): Promise<() => void> {
    const [epoch, number] = (lastEventId ?? '').split('-');
    const resumed = epoch === this.#epoch && /^\d+$/.test(number ?? '');
    const hello: EventsHello = { resumed };
    // What comes from here on is new to this listener.
    await this.#guard(this.#look());
    send(`retry: 1000\nid: ${this.#epoch}-${this.#number}\nevent: hello\ndata: ${JSON.stringify(hello)}\n\n`);
    this.#listeners.add(send);
    if (resumed) {
      const { unread } = this.#notifications ?? { unread: 0 };
      send(`event: failures\ndata: ${this.#failures}\n\n${describeNews({ unread, fresh: [] })}`);
      for (const [run, told] of this.#told) {
        if (told > Number(number)) send(await this.#describe(run, told));
      }
      for (const state of this.#context.live.list()) send(describeWatch(state));
      const missed = [...this.#toldDatasets].filter(([, told]) => told > Number(number));
      const last = Math.max(...missed.map(([, told]) => told));
      if (missed.length > 0)
        send(
          await this.#summarize(
            missed.map(([dataset]) => dataset),
            last,
          ),
        );
    }
    return () => void this.#listeners.delete(send);
  }

  async close(): Promise<void> {
    for (const end of this.#endings) end();
    this.#listeners.clear();
    this.#changed.clear();
    this.#changedDatasets.clear();
    await Promise.all(this.#working);
    clearTimeout(this.#timer);
  }

  #note(runs: readonly number[]): void {
    for (const run of runs) this.#changed.add(run);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#changed.size + this.#changedDatasets.size === 0) return;
    if (this.#timer !== undefined || this.#flushing) return;
    const wait = Math.max(firstMs, this.#lastFlush + gatherMs - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#guard(this.#flush());
    }, wait);
  }

  async #flush(): Promise<void> {
    this.#flushing = true;
    this.#lastFlush = Date.now();
    const runs = [...this.#changed];
    this.#changed.clear();
    const datasets = [...this.#changedDatasets];
    this.#changedDatasets.clear();
    try {
      for (const run of runs) {
        const number = ++this.#number;
        this.#told.set(run, number);
        if (this.#listeners.size > 0) this.#send(await this.#describe(run, number));
      }
      if (datasets.length > 0) {
        const number = ++this.#number;
        for (const dataset of datasets) this.#toldDatasets.set(dataset, number);
        if (this.#listeners.size > 0) this.#send(await this.#summarize(datasets, number));
      }
      if (this.#listeners.size > 0) await this.#look();
    } finally {
      this.#flushing = false;
      this.#schedule();
    }
  }

  async #describe(run: number, number: number): Promise<string> {
    const detail = await describeRunNow(this.#context, run);
    return `id: ${this.#epoch}-${number}\nevent: run\ndata: ${JSON.stringify(detail)}\n\n`;
  }

  async #summarize(datasets: readonly number[], number: number): Promise<string> {
    const summaries = await summarizeDatasets(this.#context.engine, datasets);
    return `id: ${this.#epoch}-${number}\nevent: datasets\ndata: ${JSON.stringify(summaries)}\n\n`;
  }

  async #takePulse(): Promise<void> {
    const pulses = await takePulse(this.#context.engine);
    const runs = new Set([...pulses.keys(), ...this.#pulses.keys()]);
    const changed = [...runs].filter((run) => pulses.get(run) !== this.#pulses.get(run));
    this.#pulses = pulses;
    this.#note(changed);
    await this.#look();
  }

  /** Tells of failures and notifications what is new since the last look; never twice at once. */
  async #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
    });
    await this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const { engine, project } = this.#context;
    const failures = JSON.stringify(await summarizeFailures(engine, project));
    if (failures !== this.#failures) this.#send(`event: failures\ndata: ${failures}\n\n`);
    this.#failures = failures;
    const before = this.#notifications;
    const now = { last: await lastNotification(engine), unread: await countUnread(engine, project) };
    this.#notifications = now;
    if (before === undefined || (before.last === now.last && before.unread === now.unread)) return;
    const fresh =
      now.last > before.last ? await listFreshNotifications(engine, project, before.last, mostFresh) : [];
    this.#send(describeNews({ unread: now.unread, fresh }));
  }

  async #tellWatches(news: WatchNews): Promise<void> {
    for (const state of await news.take()) this.#send(describeWatch(state));
  }

  #send(text: string): void {
    for (const send of this.#listeners) send(text);
  }

  /** The state is read again at the next change; until then pages show what they have. */
  #guard(work: Promise<void>): Promise<void> {
    const guarded = work.catch((error: unknown) => {
      this.#context.log(`Live events: ${error instanceof Error ? error.message : String(error)}`);
    });
    this.#working.add(guarded);
    return guarded.finally(() => this.#working.delete(guarded));
  }
}

function describeWatch(state: LiveSourceState): string {
  return `event: watch\ndata: ${JSON.stringify(state)}\n\n`;
}

function describeNews(news: NotificationNews): string {
  return `event: notifications\ndata: ${JSON.stringify(news)}\n\n`;
}
