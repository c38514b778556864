/**
 * What is told in passing, in a corner of the page: notifications as they come, and what a click has done. A few at a
 * time; what comes thick and fast is told in one.
 */
import { describeNotification, type Notification } from '@gantry/model';
import { useSyncExternalStore } from 'react';

export interface Toast {
  readonly key: number;
  readonly title: string;
  readonly detail: string | undefined;
  /** The page that shows more; undefined where this one does. */
  readonly path: string | undefined;
  /** The state whose sign stands beside it. */
  readonly state: string;
  /** How many notifications it stands for. */
  readonly count: number;
}

/** How long one is shown, in ms; all of them are in the list of notifications. */
export const toastMs = 8_000;
/** So many are shown; what comes then is counted in the last. */
const most = 3;

let toasts: readonly Toast[] = [];
let nextKey = 1;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Tells of a notification. */
export function toast({ about }: Notification): void {
  show({ ...describeNotification(about), count: 1 });
}

/** Says what a click has done. */
export function say(title: string, state = 'succeeded'): void {
  show({ title, detail: undefined, path: undefined, state, count: 0 });
}

function show(one: Omit<Toast, 'key'>): void {
  const key = nextKey++;
  const last = toasts.at(-1);
  if (toasts.length < most || last === undefined) return set([...toasts, { ...one, key }]);
  const count = last.count + one.count;
  const gathered: Toast = {
    key,
    title: count > 1 ? `${count} notifications` : one.title,
    detail: count > 1 ? `The last one: ${one.title}` : one.detail,
    path: one.path,
    state: one.state,
    count,
  };
  set([...toasts.slice(0, -1), gathered]);
}

export function dismissToast(key: number): void {
  set(toasts.filter((one) => one.key !== key));
}

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
}
