/** Changes what of a page is seen, and keeps the page, with the panel that is open. */
import { useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { RunSearch } from '../run-search.ts';

/** @typeParam Search what the page's address may say */
export function useChangeSearch<Search extends object = RunSearch>(): (next: Partial<Search>) => void {
  const router = useRouter();
  return useCallback(
    (next) => {
      void router.navigate({
        to: '.',
        search: (before: object) => ({ ...before, ...next }),
        replace: true,
      });
    },
    [router],
  );
}
