/** A time as far from now; the clock's time on hover. All of them go on by one timer. */
import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const one of listeners) one();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Milliseconds since 1970, told anew every second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });

export function RelativeTime({ time }: { readonly time: string }) {
  const at = Date.parse(time);
  return (
    <time dateTime={time} title={absolute.format(at)}>
      {describe((at - useNow()) / 1000)}
    </time>
  );
}

function describe(seconds: number): string {
  const past = Math.abs(seconds);
  if (past < 10) return 'just now';
  if (past < 60) return relative.format(Math.round(seconds / 10) * 10, 'second');
  if (past < 3600) return relative.format(Math.round(seconds / 60), 'minute');
  if (past < 86_400) return relative.format(Math.round(seconds / 3600), 'hour');
  return relative.format(Math.round(seconds / 86_400), 'day');
}
