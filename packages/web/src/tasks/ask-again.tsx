/** Asks before tasks are done again: says how many, and how many are below them. */
import type { ResubmitBody } from '@gantry/model';
import { Checkbox } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../api/client.ts';
import { say } from '../notifications/toasts.ts';
import { Confirm } from '../parts/confirm.tsx';
import { CopyCall } from '../parts/copy-call.tsx';
import { formatThings } from '../parts/numbers.ts';
import { Problem } from '../parts/page.tsx';
import { describeResubmission, resubmitCommand } from './resubmit-words.ts';

interface AskAgainProps {
  readonly run: number;
  readonly body: ResubmitBody;
  readonly onDone?: () => void;
  readonly onClose: () => void;
}

export function AskAgain({ run, body, onDone, onClose }: AskAgainProps) {
  const [below, setBelow] = useState(false);
  const wanted: ResubmitBody = { ...body, below };
  const { data, error } = useQuery({
    queryKey: ['resubmission', run, wanted],
    queryFn: ({ signal }) => client.resubmitTasks(run, { ...wanted, dryRun: true }, signal),
    placeholderData: keepPreviousData,
    // What is counted is what would be done now.
    staleTime: 0,
    gcTime: 0,
  });
  const count =
    data === undefined ? '' : ` ${formatThings(below ? data.again + data.below : data.again, 'task')}`;
  return (
    <Confirm
      title="Run again?"
      action={`Run${count} again`}
      command={resubmitCommand(run, wanted)}
      more={<CopyCall method="POST" path={`/runs/${run}/resubmit`} body={wanted} />}
      disabled={data === undefined || data.again === 0}
      onConfirm={async () => {
        const done = await client.resubmitTasks(run, wanted);
        say(`${formatThings(done.again, 'task')} run again`, 'ready');
        onDone?.();
      }}
      onClose={onClose}
    >
      {error !== null && <Problem error={error} />}
      <p role="status" style={{ marginTop: 0 }}>
        {data === undefined
          ? 'Counting…'
          : data.again === 0
            ? 'None of these tasks has come to an end: those that wait, are blocked or run are done in their turn.'
            : describeResubmission(data)}{' '}
        Results stay as they are until the new ones are there.
      </p>
      <Checkbox
        checked={below}
        onChange={(event) => setBelow(event.currentTarget.checked)}
        label="Everything below as well, even where nothing has changed"
      />
    </Confirm>
  );
}
