/** What was made from an item: the tasks that read it, and what came of them. */
import type { ItemUse, Place } from '@gantry/model';
import { Link } from '@tanstack/react-router';
import { formatCount, placeText } from '../parts/numbers.ts';
import { StateIcon } from '../parts/state-badge.tsx';
import { lookOf } from '../parts/state-looks.tsx';
import { TypeIcon } from '../parts/type-icon.tsx';
import { formatPlaceWords } from '../tasks/place-words.ts';
import task from '../tasks/task-panel.module.css';
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
            <Link to="/runs/$run/tasks/$task" params={{ run, task: one.id }} search={{ stage }}>
              <StateIcon state={one.stale ? 'stale' : one.state} />
              <span className="figures">{formatPlaceWords(one.place)}</span>
              <span className="unseen">{lookOf(one.stale ? 'stale' : one.state).word}</span>
            </Link>
          </li>
        ))}
        {(tasks.length > named || more) && (
          <li className="quiet figures">
            and {more ? 'more than ' : ''}
            {formatCount(tasks.length - named)} more
          </li>
        )}
      </ul>
      <ul className={classes['tasks']} aria-label={`What ${stage} makes of it`}>
        {outputs.map((output) => (
          <li key={output.name}>
            <OutputLink output={output} made={tasks.filter(({ state }) => state === 'succeeded')} />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** To the item that the only task has made, or to the dataset where there are several. */
function OutputLink({ output, made }: { readonly output: UseOutput; readonly made: readonly UseTask[] }) {
  const [only, ...others] = made;
  const place = only === undefined || others.length > 0 ? undefined : placeIn(output, only.place);
  return (
    <Link
      to="/datasets/$dataset"
      params={{ dataset: output.dataset }}
      search={place === undefined ? {} : { place: placeText(place) }}
    >
      <TypeIcon type={output.type} size={15} />→ {output.name}
      {place !== undefined && Object.keys(place).length > 0 ? `, ${formatPlaceWords(place)}` : ''}
    </Link>
  );
}

/** Where a task's item lies; undefined where file names add axes to its place. */
function placeIn({ axes }: UseOutput, place: Place): Place | undefined {
  return axes.length === Object.keys(place).length ? place : undefined;
}
