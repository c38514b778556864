/** A folder that is followed: how far it will go, where that is known, and how it ends. */
import type { CheckedPipeline, FieldProblem } from '@gantry/model';
import { TextInput } from '@mantine/core';
import { useDraft } from '../parts/use-draft.ts';
import { fieldError } from './field-problems.tsx';
import classes from './new-run.module.css';
import type { SourceSearch } from './new-run-search.ts';
import { readExtent } from './read-extent.ts';

interface LiveFieldsProps {
  readonly chosen: SourceSearch;
  readonly source: CheckedPipeline['sources'][number];
  readonly problems: readonly FieldProblem[];
  readonly onChange: (next: SourceSearch) => void;
}

export function LiveFields({ chosen, source, problems, onChange }: LiveFieldsProps) {
  const of = (field: string): FieldProblem[] => problems.filter((one) => one.field.endsWith(field));
  return (
    <fieldset className={classes['live']}>
      {source.axes.length > 0 && (
        <>
          <legend>How far it goes, where that is known before</legend>
          <p className="quiet">
            With its first and last number, work that needs a whole row or plane begins as soon as that is
            there, and holes are known at once. Left empty, it waits for the end.
          </p>
        </>
      )}
      <div className={classes['extents']}>
        {source.axes.map((axis) => (
          <ExtentField
            key={axis}
            axis={axis}
            extent={chosen.extents?.[axis] ?? source.extents[axis]}
            onChange={(extent) => {
              const { [axis]: _old, ...others } = chosen.extents ?? {};
              onChange({ extents: extent === undefined ? others : { ...others, [axis]: extent } });
            }}
          />
        ))}
      </div>
      {of('extents').length > 0 && <p className={classes['asError']}>{fieldError(of('extents'))}</p>}
      <legend>How it ends</legend>
      <p className="quiet">
        Closed by hand on its dataset’s page, or by itself: when a file of this name comes, or when nothing
        has come for some time.
      </p>
      <div className={classes['extents']}>
        <MarkerField
          marker={chosen.marker}
          problems={of('marker')}
          onChange={(marker) => onChange({ marker })}
        />
        <QuietField quiet={chosen.quiet} onChange={(quiet) => onChange({ quiet })} />
      </div>
    </fieldset>
  );
}

interface ExtentFieldProps {
  readonly axis: string;
  readonly extent: readonly [number, number] | undefined;
  readonly onChange: (extent: readonly [number, number] | undefined) => void;
}

function ExtentField({ axis, extent, onChange }: ExtentFieldProps) {
  const draft = useDraft(extent === undefined ? '' : `${extent[0]}–${extent[1]}`, (text) =>
    onChange(readExtent(text)),
  );
  const isWrong = draft.text.trim() !== '' && readExtent(draft.text) === undefined;
  return (
    <TextInput
      label={axis}
      placeholder="1–12"
      value={draft.text}
      onChange={(event) => draft.type(event.currentTarget.value)}
      onBlur={draft.settle}
      error={isWrong ? 'Write the first and the last number, such as 1–12.' : undefined}
      w="9rem"
    />
  );
}

interface MarkerFieldProps {
  readonly marker: string | undefined;
  readonly problems: readonly FieldProblem[];
  readonly onChange: (marker: string | undefined) => void;
}

function MarkerField({ marker, problems, onChange }: MarkerFieldProps) {
  const draft = useDraft(marker ?? '', (text) => onChange(text.trim() === '' ? undefined : text.trim()));
  return (
    <TextInput
      label="A file that says so"
      placeholder="done.txt"
      value={draft.text}
      onChange={(event) => draft.type(event.currentTarget.value)}
      onBlur={draft.settle}
      error={fieldError(problems)}
      w="12rem"
    />
  );
}

interface QuietFieldProps {
  readonly quiet: number | undefined;
  readonly onChange: (quiet: number | undefined) => void;
}

function QuietField({ quiet, onChange }: QuietFieldProps) {
  const read = (text: string): number | undefined => {
    const minutes = Number(text.trim().replace(',', '.'));
    return text.trim() !== '' && minutes > 0 && Number.isFinite(minutes) ? minutes : undefined;
  };
  const draft = useDraft(quiet === undefined ? '' : String(quiet), (text) => onChange(read(text)));
  const isWrong = draft.text.trim() !== '' && read(draft.text) === undefined;
  return (
    <TextInput
      label="Minutes without a new file"
      placeholder="10"
      inputMode="decimal"
      value={draft.text}
      onChange={(event) => draft.type(event.currentTarget.value)}
      onBlur={draft.settle}
      error={isWrong ? 'Write a number of minutes, such as 10.' : undefined}
      w="14rem"
    />
  );
}
