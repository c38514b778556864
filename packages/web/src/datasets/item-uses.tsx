/** What was made from an item: the tasks that read it, and what came of them. */
import type { ItemUse, Place } from '@gantry/model';
import { Link } from '@tanstack/react-router';
import { formatCount } from '../parts/numbers.ts';
import { StateIcon } from '../parts/state-badge.tsx';
import { lookOf } from '../parts/state-looks.tsx';
import { TypeIcon } from '../parts/type-icon.tsx';
import { formatPlaceWords } from '../tasks/place-words.ts';
import task from '../tasks/task-panel.module.css';
import { ItemChip } from './item-chip.tsx';
import classes from './item-panel.module.css';

type UseTask = ItemUse['tasks'][number];
type UseOutput = ItemUse['outputs'][number];

/** So many tasks of a stage are named; the run's page has all. */
const named = 8;

interface ItemUsesProps {
  readonly uses: readonly ItemUse[];
  /** True while the dataset may grow. */
  readonly open: boolean;
}

export function ItemUses({ uses, open }: ItemUsesProps) {
  return (
    <section className={task['section']} aria-label="Made from it">
      <h3>Made from it</h3>
      {uses.length === 0 && (
        <p className={`quiet ${classes['paragraph']}`}>
          {open ? 'No task reads it so far.' : 'No task reads it: it is an end result.'}
        </p>
      )}
      {uses.map((use) => (
        <Use key={`${use.run} ${use.stage} ${use.input}`} use={use} />
      ))}
    </section>
  );
}

function Use({ use }: { readonly use: ItemUse }) {
  const { run, runName, stage, tool, input, tasks, more, outputs } = use;
  return (
    <div className={classes['use']}>
      <div className={classes['useHead']}>
        <span>
          <strong>{stage}</strong>{' '}
          <span className="quiet">
            {tool}, as {input}
          </span>
        </span>
        <Link to="/runs/$run" params={{ run }} search={{ stage }} className="cut" title={runName}>
          run {run}
        </Link>
      </div>
      <ul className={classes['tasks']}>
        {tasks.slice(0, named).map((one) => (
          <li key={one.id}>
            <TaskLink run={run} stage={stage} task={one} />
          </li>
        ))}
        {(tasks.length > named || more) && (
          <li className="quiet figures">
            and {more ? 'more than ' : ''}
            {formatCount(tasks.length - named)} more
          </li>
        )}
      </ul>
      <ul className={classes['strip']} aria-label={`What ${stage} makes of it`}>
        {outputs.map((output) => (
          <li key={output.name}>
            <OutputLink output={output} made={tasks.filter(({ state }) => state === 'succeeded')} />
          </li>
        ))}
      </ul>
    </div>
  );
}

interface TaskLinkProps {
  readonly run: number;
  readonly stage: string;
  readonly task: UseTask;
}

function TaskLink({ run, stage, task: { id, place, state, stale } }: TaskLinkProps) {
  const shown = stale ? 'stale' : state;
  const { word } = lookOf(shown);
  const alone = Object.keys(place).length === 0;
  return (
    <Link to="/runs/$run/tasks/$task" params={{ run, task: id }} search={{ stage }}>
      <StateIcon state={shown} />
      <span className="figures">{alone ? word : formatPlaceWords(place)}</span>
      {!alone && <span className="unseen">{word}</span>}
    </Link>
  );
}

/** To the item that the only task has made, or to the dataset where there are several. */
function OutputLink({ output, made }: { readonly output: UseOutput; readonly made: readonly UseTask[] }) {
  const { dataset, type, name } = output;
  const [only, ...others] = made;
  const place = only === undefined || others.length > 0 ? undefined : placeIn(output, only.place);
  if (place !== undefined) return <ItemChip {...{ dataset, type, name, place }} revision={0} />;
  return (
    <Link to="/datasets/$dataset" params={{ dataset }} className={classes['chip']}>
      <span className={classes['chipIcon']}>
        <TypeIcon type={type} size={18} />
      </span>
      <span className="cut">{name}</span>
    </Link>
  );
}

/** Where a task's item lies; undefined where file names add axes to its place. */
function placeIn({ axes }: UseOutput, place: Place): Place | undefined {
  return axes.length === Object.keys(place).length ? place : undefined;
}
