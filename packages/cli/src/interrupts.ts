/**
 * Ctrl-C and its like: the first asks for an orderly end, the second ends at once.
 */
import { GantryError } from '@gantry/model';
import { exitCodes } from './exit-codes.ts';

export interface Interrupts {
  /** Aborted by the first signal, with GantryError `interrupted` as its reason. */
  readonly signal: AbortSignal;
  /** What is done before the end by a second signal; must not wait for anything. */
  onKill(act: () => void): void;
  /** Leaves signals to Node again. */
  close(): void;
}

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** @param onFirst told about the first signal, such as to say what happens now */
export function catchInterrupts(onFirst: () => void): Interrupts {
  const controller = new AbortController();
  const acts: (() => void)[] = [];
  const listener = (): void => {
    if (controller.signal.aborted) {
      for (const act of acts) act();
      process.exit(exitCodes.killed);
    }
    onFirst();
    controller.abort(new GantryError('interrupted', 'It was interrupted.'));
  };
  for (const name of names) process.on(name, listener);
  return {
    signal: controller.signal,
    onKill: (act) => acts.push(act),
    close: () => {
      for (const name of names) process.off(name, listener);
    },
  };
}
