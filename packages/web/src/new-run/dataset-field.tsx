/** A dataset that is there already, as a source: those whose type and axes fit. */
import type { CheckedPipeline, DatasetSummary, FieldProblem } from '@gantry/model';
import { Button, Radio, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { datasetsQuery } from '../api/dataset-queries.ts';
import { formatSize, formatThings } from '../parts/numbers.ts';
import { Loading, Problem } from '../parts/page.tsx';
import { RelativeTime } from '../parts/relative-time.tsx';
import { fieldError, problemsAt } from './field-problems.tsx';
import classes from './new-run.module.css';
import type { Choices } from './use-choices.ts';

interface DatasetFieldProps {
  readonly choices: Choices;
  readonly source: CheckedPipeline['sources'][number];
  readonly problems: readonly FieldProblem[];
}

export function DatasetField({ choices, source, problems }: DatasetFieldProps) {
  const { name, type, axes } = source;
  const [text, setText] = useState('');
  const query = datasetsQuery({ ...(type === 'file' ? {} : { type }), text });
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery(query);
  const chosen = choices.search.sources?.[name]?.dataset;
  const fitting = (data?.pages.flat() ?? []).filter((dataset) => fits(dataset, axes));
  const wrong = [
    ...problemsAt(problems, `sources.${name}.dataset`),
    ...problemsAt(problems, `sources.${name}`),
  ];
  return (
    <div className={classes['field']}>
      <TextInput
        id={`source-${name}-dataset`}
        label="Dataset"
        description={`${axes.length === 0 ? 'One' : 'With the axes'} ${axes.length === 0 ? type : axes.join(', ')}; what a run makes counts once it is sealed`}
        placeholder="Words of its name"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        error={fieldError(wrong)}
      />
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loading height="4rem" />}
      {data !== undefined && fitting.length === 0 && (
        <p className="quiet">
          {text === '' ? 'No dataset fits yet.' : 'No dataset of that name fits.'} Choose a folder, or look at{' '}
          <Link to="/datasets">all datasets</Link>.
        </p>
      )}
      {fitting.length > 0 && (
        <Radio.Group
          aria-label={`Dataset of ${name}`}
          value={chosen === undefined ? null : String(chosen)}
          onChange={(value) =>
            choices.changeSource(name, { dataset: Number(value), folder: undefined, pattern: undefined })
          }
        >
          <div className={classes['datasets']}>
            {fitting.map((dataset) => (
              <Radio
                key={dataset.id}
                value={String(dataset.id)}
                label={dataset.name}
                description={
                  <>
                    {formatThings(dataset.items, 'item')}, {formatSize(dataset.bytes)}, {dataset.state} · made{' '}
                    <RelativeTime time={dataset.created} />
                  </>
                }
              />
            ))}
          </div>
        </Radio.Group>
      )}
      {hasNextPage && (
        <Button
          size="compact-sm"
          variant="subtle"
          loading={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          Look through older ones
        </Button>
      )}
    </div>
  );
}

/** What a run makes may change until it is sealed. */
function fits({ axes, madeBy, state }: DatasetSummary, wanted: readonly string[]): boolean {
  const final = state === 'sealed' || state === 'published';
  return axes.join() === wanted.join() && state !== 'invalidated' && (madeBy === null || final);
}
