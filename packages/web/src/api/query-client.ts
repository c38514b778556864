/**
 * What the pages know of the server, kept for all of them. It is made true again by live events, not by the clock.
 */
import { RequestError } from '@gantry/client';
import { QueryCache, QueryClient } from '@tanstack/react-query';
import { setSignedOut } from './signed-out.ts';

export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error) => {
      if (error instanceof RequestError && error.status === 401) setSignedOut(true);
    },
    onSuccess: () => setSignedOut(false),
  }),
  defaultOptions: {
    queries: {
      staleTime: Infinity,
      retry: (count, error) => !(error instanceof RequestError) && count < 2,
      refetchOnWindowFocus: false,
    },
  },
});
