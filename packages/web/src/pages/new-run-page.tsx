/** Starting a run: which pipeline, over which images, with which parameters; and what will be made of that. */
import { RequestError } from '@gantry/client';
import type { FieldProblem, RunChoices } from '@gantry/model';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect, useEffectEvent, useState } from 'react';
import { client } from '../api/client.ts';
import { checkQuery, choicesQuery, pipelinesQuery, planQuery } from '../api/new-run-queries.ts';
import { sourceSearch } from '../new-run/new-run-search.ts';
import classes from '../new-run/new-run.module.css';
import { ParamsStep } from '../new-run/params-step.tsx';
import { PipelineStep } from '../new-run/pipeline-step.tsx';
import { SourceStep } from '../new-run/source-step.tsx';
import { Summary } from '../new-run/summary.tsx';
import { bodyOf, ownId, useChoices, type Choices } from '../new-run/use-choices.ts';
import { Loading, Page, Problem } from '../parts/page.tsx';

const route = getRouteApi('/runs/new');

export function NewRunPage() {
  const { from } = route.useSearch();
  const { data: pipelines, error, refetch } = useQuery(pipelinesQuery);
  const choices = useChoices(pipelines);
  return (
    <Page
      title="New run"
      crumbs={[
        <Link to="/runs" key="runs">
          Runs
        </Link>,
        <span key="new">New</span>,
      ]}
    >
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {from === undefined ? <Form choices={choices} /> : <TakeOver run={from} choices={choices} />}
    </Page>
  );
}

/** Puts the choices of an earlier run into the address. */
function TakeOver({ run, choices }: { readonly run: number; readonly choices: Choices }) {
  const { data: taken, error } = useQuery(choicesQuery(run));
  const { data: pipelines } = useQuery(pipelinesQuery);
  const router = useRouter();
  const take = useEffectEvent((made: RunChoices) => {
    const known = pipelines?.find(({ text }) => text === made.pipeline.text);
    if (known === undefined) choices.writeOwn(made.pipeline);
    void router.navigate({
      to: '/runs/new',
      replace: true,
      search: {
        pipeline: known?.id ?? ownId,
        name: made.name,
        params: made.params,
        sources: Object.fromEntries(
          Object.entries(made.sources).map(([name, source]) => [name, sourceSearch(source)]),
        ),
      },
    });
  });
  useEffect(() => {
    if (taken !== undefined && pipelines !== undefined) take(taken);
  }, [taken, pipelines]);
  return error === null ? <Loading /> : <Problem error={error} />;
}

function Form({ choices }: { readonly choices: Choices }) {
  const { chosen, search } = choices;
  const { data: pipelines } = useQuery(pipelinesQuery);
  const isWritten = chosen !== undefined && chosen.text.trim() !== '';
  const { data: found } = useQuery({
    ...checkQuery({ file: chosen?.file ?? 'pipeline.yaml', text: chosen?.text ?? '', tools: [...(chosen?.tools ?? [])] }),
    enabled: isWritten,
  });
  const checked = isWritten ? found : undefined;
  const isInOrder = checked !== undefined && checked.problems.length === 0;
  const body = bodyOf(choices, checked);
  const planned = useQuery({
    ...planQuery(body ?? { pipeline: { file: '', text: '' }, sources: {} }),
    enabled: body !== undefined && isInOrder,
  });
  const plan = isInOrder ? planned.data : undefined;
  const { start, refused, failure, isStarting } = useStart();
  // What the start has found counts until something else is chosen.
  const problems = plan === undefined ? (refused ?? []) : plan.problems;
  const [tried, setTried] = useState(false);
  const shown = tried ? problems : problems.filter(({ code }) => code !== 'source-without-input');
  const onStart = (): void => {
    setTried(true);
    const [first] = problems;
    if (body === undefined || !isInOrder) focusOn(isWritten ? '#own-pipeline' : '[name="pipeline"], [role="radio"]');
    else if (first !== undefined) goTo(first);
    else start(body);
  };
  return (
    <div className={classes['page']}>
      <div className={classes['steps']}>
        <section className={classes['step']} aria-labelledby="step-pipeline">
          <h2 id="step-pipeline">Pipeline</h2>
          {search.pipeline !== undefined && chosen === undefined && pipelines !== undefined && (
            <p role="status">
              The pipeline that this address names is not here any more. Choose another one.
            </p>
          )}
          <PipelineStep choices={choices} pipelines={pipelines} checked={checked} plan={plan} />
        </section>
        {checked !== undefined && checked.sources.length > 0 && (
          <section className={classes['step']} aria-labelledby="step-images">
            <h2 id="step-images">Images</h2>
            {checked.sources.map((source) => (
              <SourceStep key={source.name} choices={choices} source={source} problems={shown} />
            ))}
          </section>
        )}
        {checked !== undefined && isInOrder && (
          <section className={classes['step']} aria-labelledby="step-params">
            <h2 id="step-params">Parameters</h2>
            <ParamsStep choices={choices} stages={checked.stages} problems={shown} />
          </section>
        )}
      </div>
      <Summary
        choices={choices}
        checked={checked}
        plan={plan}
        body={isInOrder ? body : undefined}
        problems={problems}
        failure={failure}
        isStarting={isStarting}
        isPlanning={planned.isFetching}
        onStart={onStart}
        onGo={goTo}
      />
    </div>
  );
}

function useStart() {
  const navigate = useNavigate();
  const [refused, setRefused] = useState<readonly FieldProblem[]>();
  const mutation = useMutation({
    mutationFn: (body: Parameters<typeof client.createRun>[0]) => client.createRun(body),
    onMutate: () => setRefused(undefined),
    onSuccess: (run) => navigate({ to: '/runs/$run', params: { run } }),
    onError: (error) => {
      if (!(error instanceof RequestError) || error.problems.length === 0) return;
      setRefused(error.problems);
      const [first] = error.problems;
      if (first !== undefined) goTo(first);
    },
  });
  const { error } = mutation;
  const isOfFields = error instanceof RequestError && error.problems.length > 0;
  return {
    start: mutation.mutate,
    refused,
    failure: error === null || isOfFields ? undefined : error,
    isStarting: mutation.isPending || mutation.isSuccess,
  };
}

/** Puts the focus where a problem is mended. */
function goTo({ field, line }: FieldProblem): void {
  if (line > 0) {
    focusOn('#own-pipeline');
    return;
  }
  const [part, name = '', what = 'folder', param = ''] = field.split('.');
  if (part === 'sources') {
    const id = what === 'dataset' ? 'dataset' : what === 'pattern' ? 'pattern' : 'folder';
    focusOn(`#${CSS.escape(`source-${name}-${id}`)}, #${CSS.escape(`source-${name}-dataset`)}`);
  } else if (part === 'stages') {
    const target = `#${CSS.escape(`param-${name}-${param}`)}`;
    if (document.querySelector(target) === null) {
      const controls = document.querySelectorAll<HTMLElement>('[data-accordion-control]');
      [...controls].find((control) => control.textContent.startsWith(name))?.click();
    }
    requestAnimationFrame(() => focusOn(target));
  }
}

function focusOn(selector: string): void {
  const element = document.querySelector<HTMLElement>(selector);
  element?.scrollIntoView({ block: 'center' });
  element?.focus({ preventScroll: true });
}
