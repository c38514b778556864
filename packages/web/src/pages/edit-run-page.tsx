/** Editing the pipeline of a run: its parameters, stages and region; and what that would come to, before it is made. */
import { RequestError } from '@gantry/client';
import {
  readParamText,
  type CheckedPipeline,
  type EditablePipeline,
  type EditRunBody,
  type PlannedEdit,
} from '@gantry/model';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { checkEditQuery, editableQuery, editClient } from '../api/edit-queries.ts';
import { runQuery } from '../api/queries.ts';
import { noteEffect } from '../edit-run/describe-edit.ts';
import { editBody } from '../edit-run/edit-body.ts';
import classes from '../edit-run/edit-run.module.css';
import { EditSummary } from '../edit-run/edit-summary.tsx';
import { RegionStep } from '../edit-run/region-step.tsx';
import { StagesStep } from '../edit-run/stages-step.tsx';
import { useEdits } from '../edit-run/use-edits.ts';
import { countAll } from '../live/rates.ts';
import { ParamsStep } from '../new-run/params-step.tsx';
import { Loading, Page, Problem } from '../parts/page.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { PipelineGraph } from '../stage-graph/pipeline-graph.tsx';

const route = getRouteApi('/runs/$run/edit');

export function EditRunPage() {
  const { run: id } = route.useParams();
  const { data: run, error } = useQuery(runQuery(id));
  return (
    <Page
      title={run === undefined ? 'Edit the pipeline' : `Edit the pipeline of ${run.name}`}
      crumbs={[
        <Link to="/runs" key="runs">
          Runs
        </Link>,
        <Link to="/runs/$run" params={{ run: id }} key="run">
          {id}
        </Link>,
        <span key="edit">Edit</span>,
      ]}
      badge={run !== undefined && <StateBadge state={run.state} filled />}
    >
      {error !== null && <Problem error={error} />}
      {run === undefined ? (
        error === null && <Loading />
      ) : (
        <Editing run={id} revision={run.revision} tasks={countAll(run.tasks)} />
      )}
    </Page>
  );
}

/** To say what an edit comes to holds the run: beyond so many tasks only when somebody asks. */
const quickTasks = 20_000;

interface EditingProps {
  readonly run: number;
  readonly revision: number;
  /** How many the run has. */
  readonly tasks: number;
}

function Editing({ run, revision, tasks }: EditingProps) {
  const { data: editable, error, refetch } = useQuery(editableQuery(run, revision));
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  return editable === undefined ? (
    <Loading />
  ) : (
    <Form run={run} editable={editable} isLarge={tasks > quickTasks} />
  );
}

interface FormProps {
  readonly run: number;
  readonly editable: EditablePipeline;
  readonly isLarge: boolean;
}

function Form({ run, editable, isLarge }: FormProps) {
  const edits = useEdits();
  const navigate = useNavigate();
  const body = useMemo(() => editBody(edits.search, editable.revision), [edits.search, editable.revision]);
  const [asked, ask] = useState<EditRunBody>();
  const waits = isLarge && asked !== body;
  const checking = useQuery({
    ...checkEditQuery(run, body ?? { base: editable.revision }),
    enabled: body !== undefined && !waits,
  });
  const make = useMutation({
    mutationFn: (made: EditRunBody) => editClient.editRun(run, made),
    onSuccess: () => navigate({ to: '/runs/$run', params: { run }, search: { tab: 'revisions' } }),
  });
  const plan = body === undefined || waits ? undefined : checking.data;
  const refused = make.error instanceof RequestError ? make.error.problems : [];
  const problems = plan?.problems ?? refused;
  const stages = useMemo(() => stagesAsTheyAre(editable), [editable]);
  const removed = edits.search.remove ?? [];
  const graph = plan?.graph ?? editable.checked.graph;
  return (
    <div className={classes['page']}>
      <div className={classes['steps']}>
        {graph !== undefined && (
          <section className={classes['step']} aria-labelledby="step-graph">
            <h2 id="step-graph" className="unseen">
              The pipeline as it will be
            </h2>
            <PipelineGraph graph={graph} plan={undefined} notes={notesOf(plan)} />
          </section>
        )}
        <section className={classes['step']} aria-labelledby="step-params">
          <h2 id="step-params">Parameters</h2>
          <ParamsStep
            choices={edits}
            stages={stages.filter(({ name }) => !removed.includes(name))}
            problems={problems}
          />
        </section>
        <section className={classes['step']} aria-labelledby="step-stages">
          <h2 id="step-stages">Stages</h2>
          <StagesStep edits={edits} editable={editable} problems={problems} />
        </section>
        <section className={classes['step']} aria-labelledby="step-region">
          <h2 id="step-region">Region of interest, skipped planes</h2>
          <RegionStep edits={edits} bounds={editable.bounds} problems={problems} />
        </section>
      </div>
      <EditSummary
        run={run}
        body={body}
        plan={plan}
        problems={problems}
        failure={failureOf(checking.error) ?? failureOf(make.error)}
        isPlanning={checking.isFetching}
        onAsk={waits ? () => ask(body) : undefined}
        isMaking={make.isPending || make.isSuccess}
        onMake={(note) => body !== undefined && make.mutate(note === '' ? body : { ...body, note })}
      />
    </div>
  );
}

/** What the revision has set over the file's is what a parameter goes back to. */
function stagesAsTheyAre({ checked, pipeline }: EditablePipeline): CheckedPipeline['stages'] {
  return checked.stages.map((stage) => ({
    ...stage,
    params: stage.params.map((param) => {
      const text = pipeline.params[stage.name]?.[param.name];
      return text === undefined ? param : { ...param, set: readParamText(param.declared, text) };
    }),
  }));
}

/** Per stage that something happens to, what that is in few words. */
function notesOf(plan: Pick<PlannedEdit, 'effects'> | undefined): ReadonlyMap<string, string> {
  return new Map(plan?.effects.map((effect) => [effect.stage, noteEffect(effect)]));
}

/** What is of a field is shown there. */
function failureOf(error: Error | null): Error | undefined {
  if (error === null || (error instanceof RequestError && error.problems.length > 0)) return undefined;
  return error;
}
