/**
 * Brings notifications to webhooks: at least once each, in about their order, again and again with ever longer pauses,
 * and gives up after a day. What is on its way lies in the database, so that a restart loses nothing.
 */
import {
  giveUpDeliveries,
  listDueDeliveries,
  noteDelivered,
  noteRefused,
  untilNextDelivery,
  type DueDelivery,
  type Engine,
} from '@gantry/engine';
import type { FaultLog } from '../log-faults.ts';
import { sendWebhook } from './send-webhook.ts';

/** After this many hours a notification is not news any more. */
const giveUpHours = 24;
/** The pause after the first failure; it doubles up to the longest. */
const firstPauseMs = 10_000;
const longestPauseMs = 3_600_000;
/** Looks this often without being woken. */
const lookAgainMs = 60_000;
/** What has never been tried may take so long when the server closes. */
const lastRoundMs = 3_000;
const mostPerRound = 50;

export interface CourierOptions {
  readonly engine: Engine;
  readonly secret: string | undefined;
  readonly version: string;
  readonly log: (line: string) => void;
  readonly faults: FaultLog;
  /** For tests: another pause after the first failure. */
  readonly firstPauseMs?: number | undefined;
}

export class Courier {
  readonly #options: CourierOptions;
  readonly #webhooks: readonly string[];
  readonly #closing = new AbortController();
  readonly #unlisten: () => void;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  /** True where somebody has called while a round was under way. */
  #again = false;
  #closed = false;
  /** Webhooks that do not take anything at the moment: failures in a row, and until when they are left alone. */
  readonly #failing = new Map<string, { failures: number; until: number }>();

  constructor(options: CourierOptions) {
    this.#options = options;
    this.#webhooks = options.engine.policy.webhooks;
    this.#unlisten = options.engine.listen(({ notices }) => {
      if (notices) this.#wake();
    });
    this.#wake();
  }

  /** Tries once more what was never tried, and stops. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#unlisten();
    clearTimeout(this.#timer);
    const limit = setTimeout(() => this.#closing.abort(), lastRoundMs);
    await this.#round;
    if (!this.#closing.signal.aborted) await this.#guard(this.#deliver((delivery) => delivery.tries === 0));
    clearTimeout(limit);
    this.#closing.abort();
    clearTimeout(this.#timer);
  }

  #wake(): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    if (this.#round !== undefined) {
      this.#again = true;
      return;
    }
    this.#round = this.#guard(this.#work()).then(() => {
      this.#round = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.#wake();
    });
  }

  async #work(): Promise<void> {
    const { engine, log } = this.#options;
    // Also what was meant for webhooks that are in nobody's settings any more.
    for (const { webhook, notifications, error } of await giveUpDeliveries(engine, giveUpHours, nameOf)) {
      log(`${notifications} notifications for the webhook at ${nameOf(webhook)} are given up. ${error}`);
    }
    if (this.#webhooks.length === 0) return;
    await this.#deliver(() => true);
    const wait = await this.#untilNext();
    if (!this.#closed)
      this.#timer = setTimeout(() => this.#wake(), Math.min(wait ?? lookAgainMs, lookAgainMs));
  }

  async #untilNext(): Promise<number | undefined> {
    const open = this.#open();
    const waits = [...this.#failing.values()].map(({ until }) => until - Date.now());
    const due = open.length === 0 ? undefined : await untilNextDelivery(this.#options.engine, open);
    const all = [...waits, ...(due === undefined ? [] : [due])];
    // Not at once: what is due now may have just been refused by somebody else.
    return all.length === 0 ? undefined : Math.max(100, Math.min(...all));
  }

  /** The webhooks that are not left alone at the moment. */
  #open(): string[] {
    return this.#webhooks.filter((webhook) => (this.#failing.get(webhook)?.until ?? 0) <= Date.now());
  }

  async #deliver(isMeant: (delivery: DueDelivery) => boolean): Promise<void> {
    for (;;) {
      const due = await listDueDeliveries(this.#options.engine, this.#open(), mostPerRound);
      const meant = due.filter(isMeant);
      if (meant.length === 0 || this.#closing.signal.aborted) return;
      const byWebhook = Map.groupBy(meant, ({ webhook }) => webhook);
      await Promise.all([...byWebhook.values()].map((deliveries) => this.#deliverTo(deliveries)));
    }
  }

  /** One after the other; the first that is refused ends it for now. */
  async #deliverTo(deliveries: readonly DueDelivery[]): Promise<void> {
    const { engine, secret, version } = this.#options;
    for (const delivery of deliveries) {
      if (this.#closing.signal.aborted) return;
      let refusal;
      try {
        refusal = await sendWebhook(delivery, { secret, version, signal: this.#closing.signal });
      } catch {
        // The server closes: it is sent again by the next.
        return;
      }
      if (refusal === undefined) {
        await noteDelivered(engine, delivery);
        this.#noteTaken(delivery.webhook);
        continue;
      }
      await noteRefused(engine, delivery, refusal, this.#pauseAfter(delivery.tries + 1));
      this.#noteRefused(delivery.webhook, refusal);
      return;
    }
  }

  #noteTaken(webhook: string): void {
    const { log } = this.#options;
    if (this.#failing.delete(webhook)) log(`The webhook at ${nameOf(webhook)} takes notifications again.`);
  }

  #noteRefused(webhook: string, refusal: string): void {
    const failures = (this.#failing.get(webhook)?.failures ?? 0) + 1;
    this.#failing.set(webhook, { failures, until: Date.now() + this.#pauseAfter(failures) });
    if (failures > 1) return;
    this.#options.log(
      `The webhook at ${nameOf(webhook)} takes no notifications. ${refusal} It is tried again for ${giveUpHours} hours.`,
    );
  }

  /** In ms. Up to a tenth longer, so that several servers do not all come at once. */
  #pauseAfter(failures: number): number {
    const first = this.#options.firstPauseMs ?? firstPauseMs;
    return Math.min(first * 2 ** (failures - 1), longestPauseMs) * (1 + Math.random() / 10);
  }

  /** A database that is away is there again some time. */
  async #guard(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#options.faults.report('Delivering notifications', error);
      if (!this.#closed)
        this.#timer = setTimeout(() => this.#wake(), this.#options.firstPauseMs ?? firstPauseMs);
    }
  }
}

/** Where a webhook is, for people: paths and queries may be secrets. */
function nameOf(webhook: string): string {
  return new URL(webhook).origin;
}
