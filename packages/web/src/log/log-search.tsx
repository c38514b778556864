/** The field that finds a text in a log, and goes from line to line that has it. */
import { ActionIcon, TextInput } from '@mantine/core';
import { formatCount } from '../parts/numbers.ts';
import { useDraft } from '../parts/use-draft.ts';
import { Icon } from '../shell/icons.tsx';

interface LogSearchProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  /** How many lines have it. */
  readonly count: number;
  /** Which of them is shown; -1 for none. */
  readonly at: number;
  readonly onStep: (by: 1 | -1) => void;
}

export function LogSearch({ text, onText, count, at, onStep }: LogSearchProps) {
  const draft = useDraft(text, onText);
  const step = (by: 1 | -1): void => {
    // Enter before the text counts: the first that it finds is shown by then.
    if (draft.isOpen) draft.settle();
    else onStep(by);
  };
  return (
    <div role="search" style={{ display: 'flex', alignItems: 'center', gap: '0.35rem' }}>
      <TextInput
        size="xs"
        w="11rem"
        placeholder="Find in the log"
        aria-label="Find in the log; Enter goes to the next line that has it, Shift and Enter to the one before"
        value={draft.text}
        onChange={({ currentTarget }) => draft.type(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
          else if (event.key === 'Escape' && draft.text !== '') {
            event.stopPropagation();
            draft.type('');
          } else return;
          event.preventDefault();
        }}
      />
      {text !== '' && (
        <span className="quiet figures" role="status" style={{ whiteSpace: 'nowrap' }}>
          {count === 0 ? 'nowhere' : `${formatCount(at + 1)} of ${formatCount(count)}`}
        </span>
      )}
      {count > 0 && (
        <>
          <ActionIcon size="sm" variant="subtle" aria-label="The line before" onClick={() => step(-1)}>
            <Icon name="up" size={14} />
          </ActionIcon>
          <ActionIcon size="sm" variant="subtle" aria-label="The next line" onClick={() => step(1)}>
            <Icon name="down" size={14} />
          </ActionIcon>
        </>
      )}
    </div>
  );
}
