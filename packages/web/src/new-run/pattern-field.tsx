/** How names are read: the pattern, the axes that it names, and those that are lacking. */
import type { FieldProblem, FolderLook } from '@gantry/model';
import { Button, TextInput } from '@mantine/core';
import { formatCount } from '../parts/numbers.ts';
import { useDraft } from '../parts/use-draft.ts';
import { fieldError } from './field-problems.tsx';
import classes from './new-run.module.css';

interface PatternFieldProps {
  /** The source's. */
  readonly name: string;
  readonly axes: readonly string[];
  readonly pattern: string;
  readonly suggested: string | undefined;
  readonly look: FolderLook | undefined;
  readonly problems: readonly FieldProblem[];
  readonly onChange: (pattern: string) => void;
}

export function PatternField({
  name,
  axes,
  pattern,
  suggested,
  look,
  problems,
  onChange,
}: PatternFieldProps) {
  const draft = useDraft(pattern, onChange);
  const isOther = suggested !== undefined && suggested !== pattern && pattern !== '' && !draft.isOpen;
  return (
    <div className={classes['field']}>
      <div className={classes['folder']}>
        <TextInput
          id={`source-${name}-pattern`}
          label="File names"
          description={
            <>
              Where the numbers stand: <code>{'{row:ddd}'}</code> is a row of three digits,{' '}
              <code>{'{col:d+}'}</code> a column of any length, <code>{'{_:d+}'}</code> a number that is passed
              over.
            </>
          }
          placeholder={`img_${axes.map((axis) => `${axis}{${axis}:d+}`).join('_')}.tif`}
          value={draft.text}
          onChange={(event) => draft.type(event.currentTarget.value)}
          onBlur={draft.settle}
          error={draft.isOpen ? undefined : fieldError(problems)}
          classNames={{ input: classes['code'] ?? '' }}
          spellCheck={false}
          style={{ flex: 1 }}
        />
        {isOther && (
          <Button variant="default" onClick={() => onChange(suggested)} title={suggested}>
            Use what was found
          </Button>
        )}
      </div>
      <ul className={classes['axes']} aria-label="Axes">
        {axes.map((axis) => {
          const found = look?.axes.find((one) => one.name === axis);
          const isLacking = look !== undefined && found === undefined;
          return (
            <li key={axis} data-lacking={isLacking || undefined}>
              <strong>{axis}</strong>{' '}
              <span className="figures">
                {found === undefined
                  ? isLacking
                    ? 'not in the names yet'
                    : '…'
                  : found.values === 1
                    ? formatCount(found.first)
                    : `${found.first}–${found.last}${found.step > 1 ? ` in steps of ${found.step}` : ''}`}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
