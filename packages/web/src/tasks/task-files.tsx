/** What a task reads, the command it was, and what it made: as pictures where they are some. */
import type { TaskExplanation, TaskWork } from '@gantry/model';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { itemFileAddress } from '../api/dataset-queries.ts';
import { taskWorkQuery } from '../api/queries.ts';
import { ItemChip } from '../datasets/item-chip.tsx';
import itemClasses from '../datasets/item-panel.module.css';
import { CopyButton } from '../parts/copy-button.tsx';
import { quote } from '../parts/quote.ts';
import { formatCount, formatSize, formatThings, placeText } from '../parts/numbers.ts';
import classes from './task-panel.module.css';

interface TaskFilesProps {
  readonly task: TaskExplanation;
  readonly attempt: number | undefined;
}

type Input = TaskExplanation['inputs'][number];
type Made = TaskWork['outputs'][number];

export function TaskFiles({ task, attempt }: TaskFilesProps) {
  const { data: work } = useQuery(taskWorkQuery(task.id, attempt));
  return (
    <>
      {work?.command !== undefined && <CommandSection command={work.command} work={work} />}
      <section className={classes['section']} aria-label="Inputs">
        <h3>Inputs</h3>
        {task.inputs.map((input) => (
          <InputFiles key={input.name} input={input} />
        ))}
      </section>
      <section className={classes['section']} aria-label="Outputs">
        <h3>Outputs</h3>
        {work === undefined || work.outputs.length === 0 ? (
          <p className="quiet" style={{ margin: 0 }}>
            It has made nothing yet.
          </p>
        ) : (
          <ul className={classes['made']} aria-label="What it made">
            {work.outputs.map((item) => (
              <li key={`${item.output} ${placeText(item.place)}`}>
                <MadeFile item={item} />
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  );
}

function MadeFile({ item }: { readonly item: Made }) {
  const { dataset, place, name, output, revision, size } = item;
  return (
    <>
      <ItemChip {...{ dataset, type: item.type, place, name, revision }} />
      <span className="quiet">{output}</span>
      <span className="quiet figures">{formatSize(size)}</span>
      {item.type !== 'pyramid' && (
        <a href={itemFileAddress(dataset, place)} download={name} aria-label={`Download ${name}`}>
          Download
        </a>
      )}
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

function InputFiles({ input }: { readonly input: Input }) {
  const { name, from, dataset, type, available, pending, failed, items } = input;
  const missing = [
    ...(pending > 0 ? [`${formatThings(pending, 'place')} pending`] : []),
    ...(failed > 0 ? [`${formatThings(failed, 'place')} failed`] : []),
  ];
  const more = available - items.length;
  return (
    <>
      <div className={classes['input']}>
        <span>
          {name}{' '}
          <span className="quiet">
            from{' '}
            <Link to="/datasets/$dataset" params={{ dataset }}>
              {from}
            </Link>
          </span>
        </span>
        <span className="quiet figures">{[formatThings(available, 'item'), ...missing].join(', ')}</span>
      </div>
      {items.length > 0 && (
        <ul className={itemClasses['strip']} aria-label={`Items of ${name}`}>
          {items.map((item) => (
            <li key={placeText(item.place)}>
              <ItemChip {...{ dataset, type, place: item.place, name: item.name, revision: item.revision }} />
            </li>
          ))}
          {more > 0 && (
            <li className="quiet figures">
              and{' '}
              <Link to="/datasets/$dataset" params={{ dataset }}>
                {formatCount(more)} more
              </Link>
            </li>
          )}
        </ul>
      )}
    </>
  );
}
