/** The region of interest and the skipped planes of every source. */
import type { EditablePipeline, FieldProblem } from '@gantry/model';
import { TextInput } from '@mantine/core';
import { fieldError } from '../new-run/field-problems.tsx';
import { readExtent } from '../new-run/read-extent.ts';
import { useDraft } from '../parts/use-draft.ts';
import { readPlanes } from './edit-body.ts';
import classes from './edit-run.module.css';
import type { Edits } from './use-edits.ts';

interface RegionStepProps {
  readonly edits: Edits;
  readonly bounds: EditablePipeline['bounds'];
  readonly problems: readonly FieldProblem[];
}

export function RegionStep({ edits, bounds, problems }: RegionStepProps) {
  const sources = Object.entries(bounds).filter(([, { axes }]) => axes.length > 0);
  if (sources.length === 0) return <p className="quiet">Its sources have no axes.</p>;
  return sources.map(([source, own]) => (
    <section key={source} className={`panel ${classes['source']}`} aria-label={`Region of ${source}`}>
      {sources.length > 1 && <h3>{source}</h3>}
      <div className={classes['axes']}>
        {own.axes.map((axis) => (
          <AxisFields key={axis} source={source} axis={axis} own={own} edits={edits} problems={problems} />
        ))}
      </div>
    </section>
  ));
}

interface AxisFieldsProps {
  readonly source: string;
  readonly axis: string;
  readonly own: EditablePipeline['bounds'][string];
  readonly edits: Edits;
  readonly problems: readonly FieldProblem[];
}

function AxisFields({ source, axis, own, edits, problems }: AxisFieldsProps) {
  const given = edits.search.bounds?.[source];
  const hasRegion = own.region[axis]?.join('..') ?? '';
  const hasSkip = own.skip[axis]?.join(', ') ?? '';
  const region = useDraft(given?.region?.[axis] ?? hasRegion, (text) =>
    edits.changeBounds(source, 'region', axis, text === hasRegion ? undefined : text),
  );
  const skip = useDraft(given?.skip?.[axis] ?? hasSkip, (text) =>
    edits.changeBounds(source, 'skip', axis, text === hasSkip ? undefined : text),
  );
  const extent = own.extents[axis];
  const at = (field: string) =>
    fieldError(problems.filter((one) => one.field === `bounds.${source}.${field}.${axis}`));
  return (
    <>
      <TextInput
        label={`Run ${axis}`}
        description={extent === undefined ? 'from..to' : `from..to, of ${extent[0]}..${extent[1]}`}
        placeholder="all"
        value={region.text}
        error={
          region.isOpen || region.text.trim() === '' || readExtent(region.text) !== undefined
            ? at('region')
            : 'Write the first and the last, such as 1..4.'
        }
        onChange={(event) => region.type(event.currentTarget.value)}
        onBlur={region.settle}
      />
      <TextInput
        label={`Skip ${axis}`}
        description="with commas between"
        placeholder="none"
        value={skip.text}
        error={
          skip.isOpen || readPlanes(skip.text) !== undefined
            ? at('skip')
            : 'Write whole numbers, such as 3, 7.'
        }
        onChange={(event) => skip.type(event.currentTarget.value)}
        onBlur={skip.settle}
      />
    </>
  );
}
