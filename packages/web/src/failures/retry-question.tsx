/** Asks before many tasks are tried again, and says what that means; with the same as a command and as a request. */
import type { FailureFilter, RetryBody } from '@gantry/model';
import { Confirm } from '../parts/confirm.tsx';
import { CopyCall } from '../parts/copy-call.tsx';
import { formatThings } from '../parts/numbers.ts';
import { retryCommand, stripped } from './retry-words.ts';

export interface RetryWish {
  readonly tasks: number;
  readonly runs: number | undefined;
  readonly body: RetryBody;
}

interface RetryQuestionProps {
  readonly wish: RetryWish;
  readonly onConfirm: () => Promise<void>;
  readonly onClose: () => void;
}

export function RetryQuestion({ wish: { tasks, runs, body }, onConfirm, onClose }: RetryQuestionProps) {
  const what = formatThings(tasks, 'task');
  return (
    <Confirm
      title={`Retry ${what}?`}
      action={`Retry ${what}`}
      command={retryCommand(body)}
      more={<CopyCall method="POST" path="/failures/retry" body={clean(body)} />}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      {tasks === 1 ? 'It is' : 'They are'} tried again
      {runs === undefined || runs === 1 ? '' : ` in ${formatThings(runs, 'run')}`}, and what is blocked by{' '}
      {tasks === 1 ? 'it' : 'them'} goes on when that succeeds. Runs that have ended, or were cancelled, are
      at work again for it; what succeeded stays as it is.
    </Confirm>
  );
}

function clean(body: RetryBody): { tasks: readonly number[] } | { filter: FailureFilter } {
  return body.tasks === undefined ? { filter: stripped(body.filter ?? {}) } : { tasks: body.tasks };
}
