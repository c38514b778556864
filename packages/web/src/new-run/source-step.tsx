/** What one source reads: a folder with a pattern and a preview of what that gives, or a dataset that is there. */
import type { CheckedPipeline, FieldProblem } from '@gantry/model';
import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { DatasetField } from './dataset-field.tsx';
import { FolderSourceFields } from './folder-source-fields.tsx';
import classes from './new-run.module.css';
import type { Choices } from './use-choices.ts';

interface SourceStepProps {
  readonly choices: Choices;
  readonly source: CheckedPipeline['sources'][number];
  /** Those of the whole run. */
  readonly problems: readonly FieldProblem[];
}

export function SourceStep({ choices, source, problems }: SourceStepProps) {
  const { name, type, axes } = source;
  const chosen = choices.search.sources?.[name];
  const [kind, setKind] = useState<'folder' | 'dataset'>(
    chosen?.dataset === undefined ? 'folder' : 'dataset',
  );
  const what = axes.length === 0 ? `one ${type}` : `${type}s by ${axes.join(', ')}`;
  return (
    <section className={`panel ${classes['source']}`} aria-label={`Source ${name}`}>
      <header className={classes['sourceHead']}>
        <h3>
          {source.title === '' ? name : source.title} <span className="quiet">{what}</span>
        </h3>
        <SegmentedControl
          size="xs"
          aria-label={`What ${name} reads`}
          value={kind}
          onChange={(next) => {
            if (next !== 'folder' && next !== 'dataset') return;
            setKind(next);
            // What was chosen of the other kind would count still.
            if (next === 'folder') choices.changeSource(name, { dataset: undefined });
          }}
          data={[
            { value: 'folder', label: axes.length === 0 ? 'A file' : 'A folder' },
            { value: 'dataset', label: 'A dataset' },
          ]}
        />
      </header>
      {source.description !== '' && <p className="quiet">{source.description}</p>}
      {kind === 'folder' ? (
        <FolderSourceFields choices={choices} source={source} problems={problems} />
      ) : (
        <DatasetField choices={choices} source={source} problems={problems} />
      )}
    </section>
  );
}
