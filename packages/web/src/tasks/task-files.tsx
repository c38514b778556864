/** What a task reads, the command it was, and what it made. */
import { userApiPath, type TaskExplanation, type TaskWork } from '@gantry/model';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { client } from '../api/client.ts';
import { taskWorkQuery } from '../api/queries.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { formatSize, formatThings, placeText } from '../parts/numbers.ts';
import { formatPlaceWords } from './place-words.ts';
import classes from './task-panel.module.css';

interface TaskFilesProps {
  readonly task: TaskExplanation;
  readonly attempt: number | undefined;
}

type Input = TaskExplanation['inputs'][number];

export function TaskFiles({ task, attempt }: TaskFilesProps) {
  const { data: work } = useQuery(taskWorkQuery(task.id, attempt));
  return (
    <>
      {work?.command !== undefined && <CommandSection command={work.command} work={work} />}
      <section className={classes['section']} aria-label="Inputs">
        <h3>Inputs</h3>
        {task.inputs.map((input) => (
          <InputFiles key={input.name} task={task} input={input} />
        ))}
      </section>
      <section className={classes['section']} aria-label="Outputs">
        <h3>Outputs</h3>
        {work === undefined || work.outputs.length === 0 ? (
          <p className="quiet" style={{ margin: 0 }}>
            It has made nothing yet.
          </p>
        ) : (
          <ul className={classes['files']} tabIndex={0} aria-label="What it made">
            {work.outputs.map((item) => (
              <li key={`${item.output} ${placeText(item.place)}`}>
                <a
                  className="cut"
                  href={`${userApiPath}/tasks/${task.id}/file?${new URLSearchParams({ output: item.output, place: placeText(item.place) }).toString()}`}
                  title={item.path}
                >
                  {item.name}
                </a>
                <span className="quiet">{item.output}</span>
                <span className="quiet figures">{formatSize(item.size)}</span>
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  );
}

function CommandSection({ command, work }: { readonly command: readonly string[]; readonly work: TaskWork }) {
  const text = command.map(quote).join(' ');
  return (
    <section className={classes['section']} aria-label="Command">
      <h3>
        {work.persistent ? 'Command of the process that stays for many tasks' : 'Command'}{' '}
        <CopyButton text={text} label="Copy" />
      </h3>
      <pre className={classes['command']} tabIndex={0}>
        {text}
      </pre>
    </section>
  );
}

function InputFiles({ task, input }: { readonly task: TaskExplanation; readonly input: Input }) {
  const navigate = useNavigate();
  const [stage, output] = input.from.split('.');
  const open = async (place: Readonly<Record<string, number>>): Promise<void> => {
    if (stage === undefined) return;
    const id = await client.findTask(task.run, stage, place);
    await navigate({ to: '/runs/$run/tasks/$task', params: { run: task.run, task: id } });
  };
  const missing = [
    ...(input.pending > 0 ? [`${formatThings(input.pending, 'place')} pending`] : []),
    ...(input.failed > 0 ? [`${formatThings(input.failed, 'place')} failed`] : []),
  ];
  return (
    <>
      <div className={classes['input']}>
        <span>
          {input.name} <span className="quiet">from {input.from}</span>
        </span>
        <span className="quiet figures">
          {[formatThings(input.available, 'item'), ...missing].join(', ')}
        </span>
      </div>
      {input.items.length > 0 && (
        <ul className={classes['files']} tabIndex={0} aria-label={`Items of ${input.name}`}>
          {input.items.map((item) => (
            <li key={placeText(item.place)}>
              {output === undefined ? (
                <span className="cut" title={item.path}>
                  {item.name}
                </span>
              ) : (
                <a
                  className="cut"
                  href={`/runs/${task.run}`}
                  title={`The task that made it, ${item.path}`}
                  onClick={(event) => {
                    event.preventDefault();
                    void open(item.place);
                  }}
                >
                  {item.name}
                </a>
              )}
              <span className="quiet figures">{formatPlaceWords(item.place)}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** As a shell would need it; the tool itself is started without one. */
function quote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}
