/** Changes what of a run is seen, and keeps the page, with the task that is open. */
import { useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { RunSearch } from '../run-search.ts';

export function useChangeSearch(): (next: Partial<RunSearch>) => void {
  const router = useRouter();
  return useCallback(
    (next) => {
      void router.navigate({
        to: '.',
        search: (before: RunSearch) => ({ ...before, ...next }),
        replace: true,
      });
    },
    [router],
  );
}
