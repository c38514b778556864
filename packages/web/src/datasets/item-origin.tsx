/** What made an item: the attempt, its tool and parameters, its command, and what it read. */
import type { ItemOrigin as Origin } from '@gantry/model';
import { Link } from '@tanstack/react-router';
import { CopyButton } from '../parts/copy-button.tsx';
import { quote } from '../parts/quote.ts';
import { formatCount, formatDuration, formatSize, formatThings, placeText } from '../parts/numbers.ts';
import { RelativeTime } from '../parts/relative-time.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { formatPlaceWords } from '../tasks/place-words.ts';
import task from '../tasks/task-panel.module.css';
import { Facts, type Fact } from './facts.tsx';
import { ItemChip } from './item-chip.tsx';
import classes from './item-panel.module.css';

type Input = Origin['inputs'][number];

export function ItemOrigin({ origin }: { readonly origin: Origin }) {
  const command = origin.command?.map(quote).join(' ');
  return (
    <section className={task['section']} aria-label="Made by">
      <h3>Made by</h3>
      <Facts facts={listFacts(origin)} />
      {origin.inputs.map((input) => (
        <InputItems key={input.name} input={input} />
      ))}
      {command !== undefined && (
        <>
          <h4 className={classes['sub']}>
            {origin.persistent ? 'Command of the process that stays for many tasks' : 'Command'}{' '}
            <CopyButton text={command} label="Copy" />
          </h4>
          <pre className={task['command']} tabIndex={0}>
            {command}
          </pre>
        </>
      )}
    </section>
  );
}

function listFacts(origin: Origin): Fact[] {
  const { run, runName, stage, tool, attempt, params } = origin;
  const began = attempt.started ?? attempt.claimed;
  const seconds = Math.max(0, (Date.parse(attempt.ended) - Date.parse(began)) / 1000);
  const memory = attempt.resources?.['maxRssBytes'];
  const values = Object.entries(params);
  return [
    {
      name: 'Run',
      value: (
        <>
          <Link to="/runs/$run" params={{ run }}>
            {run} {runName}
          </Link>{' '}
          <StateBadge state={origin.runState} />
        </>
      ),
    },
    {
      name: 'Task',
      value: (
        <>
          <Link
            to="/runs/$run/tasks/$task"
            params={{ run, task: origin.task.id }}
            search={{ stage, attempt: attempt.id }}
          >
            {Object.keys(origin.task.place).length === 0
              ? stage
              : `${stage}, ${formatPlaceWords(origin.task.place)}`}
          </Link>{' '}
          {origin.task.stale && <StateBadge state="stale" />}
        </>
      ),
    },
    {
      name: 'Tool',
      value: (
        <span title={`SHA-256 ${tool.digest}`}>
          {tool.title === tool.name ? '' : `${tool.title}, `}
          {tool.name}@{tool.version}{' '}
          {tool.digest !== '' && (
            <code className={`quiet ${classes['code']}`}>{tool.digest.slice(0, 12)}</code>
          )}
        </span>
      ),
    },
    ...(values.length === 0
      ? []
      : [
          {
            name: 'Parameters',
            value: values.map(([name, value]) => (
              <div key={name}>
                {name} = {typeof value === 'string' ? value : JSON.stringify(value)}
              </div>
            )),
          },
        ]),
    {
      name: 'Attempt',
      value: (
        <span className="figures">
          {attempt.id} on {attempt.agent}
          {attempt.host === attempt.agent ? '' : ` (${attempt.host})`}
          {attempt.exitCode === null ? '' : `, exit code ${attempt.exitCode}`}
        </span>
      ),
    },
    {
      name: 'Ended',
      value: (
        <span className="figures">
          <RelativeTime time={attempt.ended} />, took {formatDuration(seconds)}
          {typeof memory === 'number' ? `, ${formatSize(memory)} of memory` : ''}
        </span>
      ),
    },
    ...(origin.cachedFrom === null
      ? []
      : [
          {
            name: 'From the cache',
            value: (
              <>
                Not made anew: run {origin.cachedFrom.run},{' '}
                <Link
                  to="/runs/$run/tasks/$task"
                  params={{ run: origin.cachedFrom.run, task: origin.cachedFrom.task }}
                >
                  task {origin.cachedFrom.task}
                </Link>{' '}
                had made it of the same.
              </>
            ),
          },
        ]),
    ...(origin.confirmedBy === null
      ? []
      : [
          {
            name: 'Again',
            value: `Attempt ${origin.confirmedBy} made the same bytes later, so that it stayed as it was.`,
          },
        ]),
  ];
}

function InputItems({ input }: { readonly input: Input }) {
  const { name, from, dataset, type, available, items } = input;
  const changed = items.filter((item) => item.changed).length;
  return (
    <>
      <h4 className={classes['sub']}>
        Read as {name}:{' '}
        <Link to="/datasets/$dataset" params={{ dataset }}>
          {from}
        </Link>
        , {formatThings(available, 'item')}
        {changed > 0 && <small>, of which {formatCount(changed)} changed since</small>}
      </h4>
      <ul className={classes['strip']} aria-label={`Items of ${name}`}>
        {items.map((item) => (
          <li key={placeText(item.place)}>
            <ItemChip
              {...{ dataset, type, place: item.place, name: item.name, revision: item.revision }}
              note={item.changed ? `revision ${item.revision} now` : undefined}
            />
          </li>
        ))}
        {available > items.length && (
          <li className="quiet figures">
            and{' '}
            <Link to="/datasets/$dataset" params={{ dataset }}>
              {formatCount(available - items.length)} more
            </Link>
          </li>
        )}
      </ul>
    </>
  );
}
