/** What would be made, what is still to do, and the start; with the same as a command and as a request. */
import {
  userApiPath,
  writeRequest,
  writeRunCommand,
  newRunBodySchema,
  type CheckedPipeline,
  type FieldProblem,
  type NewRunBody,
  type PlannedRun,
} from '@gantry/model';
import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { statusQuery } from '../api/queries.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { formatCount, formatSize, formatThings } from '../parts/numbers.ts';
import { Problem } from '../parts/page.tsx';
import { useDraft } from '../parts/use-draft.ts';
import { describeTasks } from '../stage-graph/pipeline-graph.tsx';
import { sentence } from './field-problems.tsx';
import classes from './new-run.module.css';
import type { Choices } from './use-choices.ts';

interface SummaryProps {
  readonly choices: Choices;
  readonly checked: CheckedPipeline | undefined;
  readonly plan: PlannedRun | undefined;
  readonly body: NewRunBody | undefined;
  readonly problems: readonly FieldProblem[];
  /** The start failed for a reason that is of no field. */
  readonly failure: Error | undefined;
  readonly isStarting: boolean;
  readonly isPlanning: boolean;
  readonly onStart: () => void;
  readonly onGo: (problem: FieldProblem) => void;
}

export function Summary(props: SummaryProps) {
  const { choices, checked, plan, body, problems, failure, isStarting, isPlanning, onStart, onGo } = props;
  const { search, change } = choices;
  const draft = useDraft(search.name ?? '', (text) => change({ name: text === '' ? undefined : text }));
  const ready = body !== undefined && problems.length === 0;
  return (
    <aside className={`panel ${classes['summary']}`} aria-label="What will be made">
      <h2>What will be made</h2>
      <div aria-live="polite" aria-busy={isPlanning}>
        {checked === undefined || checked.name === '' ? (
          <p className="quiet">Choose a pipeline, and the images that it is to work on.</p>
        ) : (
          <Counts plan={plan} checked={checked} />
        )}
      </div>
      {checked !== undefined && problems.length > 0 && (
        <div>
          <h3>Still to do</h3>
          <ul className={classes['todo']}>
            {problems.slice(0, 8).map((problem, index) => (
              <li key={index}>
                <button type="button" onClick={() => onGo(problem)}>
                  {sentence(problem.message)}
                </button>
              </li>
            ))}
            {problems.length > 8 && <li className="quiet">and {formatCount(problems.length - 8)} more</li>}
          </ul>
        </div>
      )}
      <TextInput
        id="run-name"
        label="Name of the run"
        placeholder={checked?.name === '' ? undefined : checked?.name}
        value={draft.text}
        maxLength={200}
        onChange={(event) => draft.type(event.currentTarget.value)}
        onBlur={draft.settle}
      />
      {failure !== undefined && <Problem error={failure} />}
      <Button
        size="md"
        loading={isStarting}
        onClick={() => {
          draft.settle();
          onStart();
        }}
        data-ready={ready || undefined}
      >
        Start the run
      </Button>
      {body !== undefined && <Copies choices={choices} body={body} />}
    </aside>
  );
}

function Counts({ plan, checked }: { readonly plan: PlannedRun | undefined; readonly checked: CheckedPipeline }) {
  const stages = plan?.stages ?? [];
  const sources = plan?.sources.filter(({ items }) => items > 0) ?? [];
  const known = stages.every(({ tasks }) => tasks !== null);
  const all = stages.reduce((sum, { tasks }) => sum + (tasks ?? 0), 0);
  return (
    <>
      {sources.map(({ name, items, bytes, open }) => (
        <p key={name} className="figures">
          <strong>{formatThings(items, 'image')}</strong>
          {bytes === null ? '' : `, ${formatSize(bytes)}`} <span className="quiet">from {name}</span>
          {open && <span className="quiet">, and those that come</span>}
        </p>
      ))}
      <table className={classes['counts']}>
        <caption className="unseen">Tasks of each stage</caption>
        <tbody>
          {checked.stages.map((stage) => {
            const planned = stages.find(({ name }) => name === stage.name);
            return (
              <tr key={stage.name}>
                <th scope="row">
                  {stage.name} <span className="quiet">{stage.toolTitle}</span>
                </th>
                <td className="figures">{planned === undefined ? '' : describeTasks(planned)}</td>
              </tr>
            );
          })}
        </tbody>
        {stages.length > 1 && known && (
          <tfoot>
            <tr>
              <th scope="row">together</th>
              <td className="figures">
                {formatThings(all, 'task')}
                {stages.some(({ open }) => open) && ' or more'}
              </td>
            </tr>
          </tfoot>
        )}
      </table>
    </>
  );
}

function Copies({ choices, body }: { readonly choices: Choices; readonly body: NewRunBody }) {
  const { data: status } = useQuery(statusQuery);
  const { chosen } = choices;
  const run = newRunBodySchema.safeParse(body);
  if (!run.success || chosen === undefined) return null;
  const { name, tools, params, sources } = run.data;
  // An example lies where the command runs; another text is to be put into a file of that name.
  const command = writeRunCommand({ name, file: chosen.file, tools, params, sources });
  return (
    <div className={classes['copies']}>
      {command === undefined ? (
        <span className="quiet">
          The command line takes folders of images that are there; this run is of something else.
        </span>
      ) : (
        <CopyButton text={command} label="Copy as command" />
      )}
      {status !== undefined && (
        <CopyButton
          text={writeRequest({
            server: window.location.origin,
            path: `${userApiPath}/runs`,
            dataDirectory: status.dataDirectory,
            body,
          })}
          label="Copy as API call"
        />
      )}
      {command !== undefined && !chosen.id.startsWith('example:') && (
        <span className="quiet">
          The command reads the pipeline from a file <code>{chosen.file}</code>.
        </span>
      )}
    </div>
  );
}
