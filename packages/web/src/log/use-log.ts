/**
 * The log of an attempt as it grows. Pieces are joined to lines; only the last ones are kept, and a line that is too
 * long is cut, so that a tool that says very much does not take the page's memory.
 */
import { isGantryError, type LogLine } from '@gantry/model';
import { useEffect, useState } from 'react';
import { client } from '../api/client.ts';

export interface ShownLine {
  readonly number: number;
  readonly stream: LogLine['stream'];
  readonly time: string;
  readonly text: string;
  /** True while its end has not come. */
  readonly open: boolean;
}

export interface ShownLog {
  readonly lines: readonly ShownLine[];
  /** Lines that were there before the first one shown. */
  readonly dropped: number;
  /** `waiting` while the server is away: what has come stays. */
  readonly state: 'loading' | 'growing' | 'waiting' | 'ended';
  readonly error: Error | undefined;
}

const mostLines = 20_000;
const longestLine = 4_000;
const paintMs = 100;
const retryMs = 1_000;
/** How long a log that is read again may take to come to where it was, before it is shown shorter. */
const catchUpMs = 2_000;

const nothing: ShownLog = { lines: [], dropped: 0, state: 'loading', error: undefined };

/** @param running true where the attempt is under way: the log is followed to its end */
export function useLog(task: number, attempt: number | undefined, running: boolean): ShownLog {
  const [log, setLog] = useState(nothing);
  useEffect(() => {
    setLog(nothing);
    if (attempt === undefined) return;
    const gone = new AbortController();
    void follow(task, attempt, running, gone.signal, setLog);
    return () => gone.abort();
    // An attempt that ends while it is followed is read to its end by the request under way.
  }, [task, attempt]);
  return log;
}

async function follow(
  task: number,
  attempt: number,
  running: boolean,
  signal: AbortSignal,
  show: (change: (before: ShownLog) => ShownLog) => void,
): Promise<void> {
  /** Lines that were shown when the reading broke off. */
  let reached = 0;
  for (;;) {
    const collector = new LineCollector();
    const began = performance.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const paint = (state: 'growing' | 'ended'): void => {
      clearTimeout(timer);
      timer = undefined;
      if (signal.aborted) return;
      const { lines, dropped } = collector.take();
      if (state === 'growing' && lines.length + dropped < reached && performance.now() < began + catchUpMs) {
        timer = setTimeout(() => paint('growing'), paintMs);
        return;
      }
      reached = Math.max(reached, lines.length + dropped);
      show(() => ({ lines, dropped, state, error: undefined }));
    };
    try {
      for await (const piece of client.log(task, { attempt, follow: running }, signal)) {
        collector.add(piece);
        timer ??= setTimeout(() => paint('growing'), paintMs);
      }
      paint('ended');
      return;
    } catch (error) {
      clearTimeout(timer);
      if (signal.aborted) return;
      // The server starts again, or the network does: the log is read from its start, and meanwhile stays as it is.
      const away = isGantryError(error) && error.code === 'server-unreachable';
      const told = error instanceof Error ? error : new Error(String(error));
      show((before) => (away ? { ...before, state: 'waiting' } : { ...before, state: 'ended', error: told }));
      await new Promise((resume) => setTimeout(resume, retryMs));
      if (signal.aborted) return;
    }
  }
}

/** Joins pieces of the two streams to lines, in the order in which lines begin. */
class LineCollector {
  readonly #lines: ShownLine[] = [];
  /** Per stream, the index in `#lines` of its line without an end. */
  readonly #open = new Map<string, number>();
  #dropped = 0;
  #number = 0;

  add(piece: LogLine): void {
    const parts = piece.text.split(/\r?\n|\r/);
    parts.forEach((text, index) => {
      const last = index === parts.length - 1;
      if (last && text === '') return;
      const openAt = this.#open.get(piece.stream);
      const before = openAt === undefined ? undefined : this.#lines[openAt];
      if (before !== undefined && openAt !== undefined) {
        this.#lines[openAt] = { ...before, text: cut(before.text + text), open: last };
        if (!last) this.#open.delete(piece.stream);
        return;
      }
      this.#number += 1;
      const { stream, time } = piece;
      this.#lines.push({ stream, time, number: this.#number, text: cut(text), open: last });
      if (last) this.#open.set(stream, this.#lines.length - 1);
    });
    // An empty last part says that the line before it has ended.
    if (piece.text.endsWith('\n')) this.#open.delete(piece.stream);
    if (this.#lines.length > 2 * mostLines) this.#trim();
  }

  take(): { lines: readonly ShownLine[]; dropped: number } {
    this.#trim();
    return { lines: [...this.#lines], dropped: this.#dropped };
  }

  #trim(): void {
    const extra = this.#lines.length - mostLines;
    if (extra <= 0) return;
    this.#lines.splice(0, extra);
    this.#dropped += extra;
    for (const [stream, index] of this.#open) this.#open.set(stream, index - extra);
  }
}

function cut(text: string): string {
  return text.length <= longestLine ? text : `${text.slice(0, longestLine)} … (cut: the line is longer)`;
}
