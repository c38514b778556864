/** Tries failed tasks again, and says what came of it. */
import type { RetryAnswer, RetryBody } from '@gantry/model';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../api/client.ts';
import { say } from '../notifications/toasts.ts';
import { formatThings } from '../parts/numbers.ts';

export interface Retry {
  /** @throws what the server says where none of them can be tried again */
  readonly retry: (body: RetryBody) => Promise<void>;
  /** Runs that could not be taken up, until the next retry. */
  readonly refused: RetryAnswer['refused'];
}

export function useRetry(): Retry {
  const queryClient = useQueryClient();
  const [refused, setRefused] = useState<RetryAnswer['refused']>([]);
  return {
    refused,
    retry: async (body) => {
      const answer = await client.retryFailures(body);
      setRefused(answer.refused);
      if (answer.again > 0) say(`${formatThings(answer.again, 'task')} tried again`, 'ready');
      await queryClient.invalidateQueries({ queryKey: ['failures'] });
    },
  };
}
