/** Which pipeline: an example, one of an earlier run, or a text of one's own; and its drawing. */
import type { CheckedPipeline, PipelineChoice, PlannedRun } from '@gantry/model';
import { Button, Radio } from '@mantine/core';
import { useState } from 'react';
import { Loading } from '../parts/page.tsx';
import { RelativeTime } from '../parts/relative-time.tsx';
import { formatThings } from '../parts/numbers.ts';
import { PipelineGraph } from '../stage-graph/pipeline-graph.tsx';
import classes from './new-run.module.css';
import { PipelineText } from './pipeline-text.tsx';
import { ownId, type Choices } from './use-choices.ts';

interface PipelineStepProps {
  readonly choices: Choices;
  readonly pipelines: readonly PipelineChoice[] | undefined;
  readonly checked: CheckedPipeline | undefined;
  readonly plan: PlannedRun | undefined;
}

/** Earlier pipelines that are shown at once. */
const shownAtOnce = 3;

export function PipelineStep({ choices, pipelines, checked, plan }: PipelineStepProps) {
  const [all, setAll] = useState(false);
  const { search } = choices;
  if (pipelines === undefined) return <Loading height="9rem" />;
  const examples = pipelines.filter(({ kind }) => kind === 'example');
  const earlier = pipelines.filter(({ kind }) => kind === 'run');
  const chosenEarlier = earlier.findIndex(({ id }) => id === search.pipeline);
  const count = all ? earlier.length : Math.max(shownAtOnce, chosenEarlier + 1);
  const choose = (id: string): void => {
    const next = pipelines.find((one) => one.id === id);
    choices.change({ pipeline: id, sources: carryOver(choices, next) });
  };
  return (
    <>
      <Radio.Group value={search.pipeline ?? null} onChange={choose} aria-label="Pipeline" name="pipeline">
        <div className={classes['cards']}>
          {[...examples, ...earlier.slice(0, count)].map((pipeline) => (
            <PipelineCard key={pipeline.id} pipeline={pipeline} />
          ))}
          <Radio.Card value={ownId} className={classes['card']} radius="sm">
            <Radio.Indicator size="sm" />
            <span className={classes['cardText']}>
              <strong>A pipeline of your own</strong>
              <span className="quiet">Paste its text, or drop a file.</span>
            </span>
          </Radio.Card>
        </div>
      </Radio.Group>
      {earlier.length > count && (
        <Button size="compact-sm" variant="subtle" onClick={() => setAll(true)}>
          {formatThings(earlier.length - count, 'more pipeline')} of earlier runs
        </Button>
      )}
      {search.pipeline === ownId && <PipelineText choices={choices} checked={checked} />}
      {checked?.graph !== undefined && <PipelineGraph graph={checked.graph} plan={plan} />}
    </>
  );
}

function PipelineCard({ pipeline }: { readonly pipeline: PipelineChoice }) {
  const { title, description, kind, stages, sources, last } = pipeline;
  return (
    <Radio.Card value={pipeline.id} className={classes['card']} radius="sm">
      <Radio.Indicator size="sm" />
      <span className={classes['cardText']}>
        <strong>{title}</strong>
        {description !== '' && <span>{description}</span>}
        <span className="quiet">
          {kind === 'example' ? 'Example' : 'Of an earlier run'} · {formatThings(stages, 'stage')} ·{' '}
          {sources.map(describeSource).join(', ')}
          {last !== null && (
            <>
              {' '}
              · run {last.id}, <RelativeTime time={last.created} />
            </>
          )}
        </span>
      </span>
    </Radio.Card>
  );
}

function describeSource({ type, axes }: PipelineChoice['sources'][number]): string {
  return axes.length === 0 ? `one ${type}` : `${type}s by ${axes.join(', ')}`;
}

/** What was chosen for the only source of one pipeline is meant for the only source of another. */
function carryOver(
  { search, chosen }: Choices,
  next: PipelineChoice | undefined,
): Choices['search']['sources'] {
  const [only, ...others] = Object.entries(search.sources ?? {});
  const [source, ...more] = next?.sources ?? [];
  if (only === undefined || others.length > 0 || source === undefined || more.length > 0)
    return search.sources;
  return chosen === undefined ? search.sources : { [source.name]: only[1] };
}
