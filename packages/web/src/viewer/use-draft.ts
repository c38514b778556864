/**
 * What an address says, with what somebody is changing at this moment: that is seen at once, and written to the address
 * when it has come to rest.
 */
import { useCallback, useEffect, useRef, useState } from 'react';

const restMs = 250;

/** @param write changes the address */
export function useDraft<S extends object>(
  search: S,
  write: (next: Partial<S>) => void,
): [S, (next: Partial<S>) => void] {
  const [draft, setDraft] = useState<Partial<S>>({});
  const pending = useRef<Partial<S>>({});
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(write);
  latest.current = write;
  useEffect(() => {
    // The address has it now, or somebody has gone elsewhere.
    if (Object.keys(pending.current).length === 0) setDraft({});
  }, [search]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const change = useCallback((next: Partial<S>) => {
    pending.current = { ...pending.current, ...next };
    setDraft(pending.current);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const written = pending.current;
      pending.current = {};
      latest.current(written);
    }, restMs);
  }, []);
  return [{ ...search, ...draft }, change];
}
