/** What the edit comes to before it is made: what changes, what is run again, what is wrong; and making it. */
import {
  userApiPath,
  writeRequest,
  type EditRunBody,
  type FieldProblem,
  type PlannedEdit,
} from '@gantry/model';
import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { statusQuery } from '../api/queries.ts';
import { sentence, Words } from '../new-run/field-problems.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { formatThings } from '../parts/numbers.ts';
import { Problem } from '../parts/page.tsx';
import { describeChange, describeEffect } from './describe-edit.ts';
import { editCommand } from './edit-body.ts';
import classes from './edit-run.module.css';

interface EditSummaryProps {
  readonly run: number;
  /** Undefined where nothing is changed. */
  readonly body: EditRunBody | undefined;
  readonly plan: PlannedEdit | undefined;
  readonly problems: readonly FieldProblem[];
  readonly failure: Error | undefined;
  readonly isPlanning: boolean;
  readonly isMaking: boolean;
  /** Where it is worked out only when somebody asks for it. */
  readonly onAsk: (() => void) | undefined;
  readonly onMake: (note: string) => void;
}

export function EditSummary({
  run,
  body,
  plan,
  problems,
  failure,
  isPlanning,
  isMaking,
  onAsk,
  onMake,
}: EditSummaryProps) {
  const [note, setNote] = useState('');
  const isSame =
    body !== undefined && plan !== undefined && problems.length === 0 && plan.changes.length === 0;
  const ready = body !== undefined && plan !== undefined && problems.length === 0 && plan.changes.length > 0;
  const again = plan?.effects.reduce((sum, effect) => sum + effect.again + effect.more, 0) ?? 0;
  return (
    <aside className={`panel ${classes['summary']}`} aria-label="What it comes to">
      <h2>What it comes to</h2>
      <div aria-live="polite" aria-busy={isPlanning} data-planning={isPlanning || undefined}>
        {body === undefined && (
          <p className="quiet">
            Change a parameter, add or remove a stage, or choose a region. Here it says what would be run
            again, before anything is.
          </p>
        )}
        {body !== undefined && onAsk !== undefined && (
          <>
            <p className="quiet">
              This run is large: to work out what would be run again holds it for some seconds.
            </p>
            <Button variant="default" onClick={onAsk}>
              Work it out
            </Button>
          </>
        )}
        {isSame && <p className="quiet">The run is so already.</p>}
        {body !== undefined && problems.length > 0 && (
          <>
            <h3>Still to mend</h3>
            <ul className={classes['list']}>
              {problems.slice(0, 6).map((problem, index) => (
                <li key={index}>
                  <Words text={sentence(problem.message)} />{' '}
                  <span className="quiet">
                    <Words text={problem.mend} />
                  </span>
                </li>
              ))}
            </ul>
          </>
        )}
        {ready && (
          <>
            <ul className={classes['list']}>
              {plan.changes.flatMap(describeChange).map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
            {plan.effects.length === 0 ? (
              <p>
                <strong>No task is run again.</strong>
              </p>
            ) : (
              <table className={classes['effects']}>
                <caption className="unseen">What becomes of the tasks of each stage</caption>
                <tbody>
                  {plan.effects.map((effect) => {
                    const [first, ...others] = describeEffect(effect);
                    return (
                      <tr key={effect.stage}>
                        <th scope="row">{effect.stage}</th>
                        <td className="figures">
                          {first}
                          {others.map((text) => (
                            <span key={text} className="quiet">
                              {text}
                            </span>
                          ))}
                        </td>
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            )}
          </>
        )}
      </div>
      <TextInput
        label="What it is for"
        placeholder="kept with the revision"
        value={note}
        maxLength={2000}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      {failure !== undefined && <Problem error={failure} />}
      <Button size="md" disabled={!ready} loading={isMaking} onClick={() => onMake(note)}>
        {ready && again > 0 ? `Make the edit, run ${formatThings(again, 'task')}` : 'Make the edit'}
      </Button>
      {ready && <Copies run={run} body={note === '' ? body : { ...body, note }} />}
    </aside>
  );
}

function Copies({ run, body }: { readonly run: number; readonly body: EditRunBody }) {
  const { data: status } = useQuery(statusQuery);
  const command = editCommand(run, body);
  return (
    <div className={classes['copies']}>
      {command === undefined ? (
        <span className="quiet">
          On the command line a stage is added by a pipeline file:{' '}
          <code>gantry edit {run} --pipeline FILE</code>.
        </span>
      ) : (
        <CopyButton text={command} label="Copy as command" />
      )}
      {status !== undefined && (
        <CopyButton
          text={writeRequest({
            server: window.location.origin,
            method: 'PUT',
            path: `${userApiPath}/runs/${run}/pipeline`,
            dataDirectory: status.dataDirectory,
            body,
          })}
          label="Copy as API call"
        />
      )}
    </div>
  );
}
