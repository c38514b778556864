/** A text that is typed, and counts a moment later: the page does not ask the server about every letter. */
import { useEffect, useEffectEvent, useRef, useState } from 'react';

/** In ms. */
const restMs = 350;

export interface Draft {
  readonly text: string;
  readonly type: (text: string) => void;
  /** Has what was typed count now. */
  readonly settle: () => void;
  /** True while what was typed does not count yet. */
  readonly isOpen: boolean;
}

/** @param value the text that counts; `commit` makes another one count */
export function useDraft(value: string, commit: (text: string) => void): Draft {
  const [typed, setTyped] = useState<string>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const commitNow = useEffectEvent(commit);
  useEffect(() => {
    if (typed === undefined) return undefined;
    timer.current = setTimeout(() => {
      commitNow(typed);
      setTyped(undefined);
    }, restMs);
    return () => clearTimeout(timer.current);
  }, [typed]);
  return {
    text: typed ?? value,
    type: setTyped,
    settle() {
      if (typed === undefined) return;
      clearTimeout(timer.current);
      commit(typed);
      setTyped(undefined);
    },
    isOpen: typed !== undefined,
  };
}
