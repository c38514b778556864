/** One group of failures: what happened, how often and where, what it holds up, the end of a log; and its retry. */
import { withoutLogHint, type FailureGroup, type FailureGrouping } from '@gantry/model';
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useId } from 'react';
import type { FailuresSearch } from '../failure-search.ts';
import { formatCount, formatThings } from '../parts/numbers.ts';
import { RelativeTime } from '../parts/relative-time.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { CauseText } from './cause-text.tsx';
import { exitWords, TaskPlace, TaskRun } from './failed-task-line.tsx';
import classes from './failures.module.css';
import { GroupTasks } from './group-tasks.tsx';
import { LogEnd } from './log-end.tsx';

interface GroupCardProps {
  readonly group: FailureGroup;
  readonly by: FailureGrouping;
  readonly open: boolean;
  readonly ticked: ReadonlySet<number>;
  readonly onOpen: (open: boolean) => void;
  readonly onTick: (tasks: readonly number[], on: boolean) => void;
  readonly onRetryTask: (task: number) => Promise<void>;
  /** Asks before. */
  readonly onRetryGroup: () => void;
}

export function GroupCard(props: GroupCardProps) {
  const { group, by, open, ticked, onOpen, onTick, onRetryTask, onRetryGroup } = props;
  const { example, tasks } = group;
  const message = example.message === null ? null : withoutLogHint(example.message);
  const titleId = useId();
  const tasksId = useId();
  const exit = by === 'cause' ? exitWords(example) : '';
  return (
    <article className={`panel ${classes['group']}`} aria-labelledby={titleId}>
      <header className={classes['head']}>
        <div className={classes['what']}>
          <div className={classes['outcomes']}>
            {group.outcomes.map(({ outcome, tasks: count }) => (
              <span key={outcome} className={classes['outcome']}>
                <StateBadge state={outcome} filled />
                {group.outcomes.length > 1 && <span className="quiet figures">{formatCount(count)}</span>}
              </span>
            ))}
            {exit !== '' && !group.title.includes(exit) && <span className="quiet">{exit}</span>}
          </div>
          <h2 id={titleId}>
            <Title group={group} by={by} />
          </h2>
        </div>
        <div className={classes['retry']}>
          <Button size="compact-md" onClick={onRetryGroup}>
            Retry {formatThings(tasks, 'task')}
          </Button>
        </div>
      </header>
      <Facts group={group} by={by} />
      <div className={classes['example']}>
        <p className={classes['exampleHead']}>
          <span className="quiet">{tasks === 1 ? 'The task:' : 'The newest:'}</span>{' '}
          <TaskPlace task={example} />{' '}
          <span className="quiet">
            of run <TaskRun task={example} />
          </span>
        </p>
        {message !== null && message !== group.title && <p className={classes['message']}>{message}</p>}
        <LogEnd task={example} />
      </div>
      <div>
        <button
          type="button"
          className={classes['disclose']}
          aria-expanded={open}
          aria-controls={tasksId}
          onClick={() => onOpen(!open)}
        >
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M6 4l4 4-4 4" />
          </svg>
          {tasks === 1 ? 'The task' : `All ${formatThings(tasks, 'task')}`}
        </button>
        <div id={tasksId}>
          {open && (
            <GroupTasks
              filter={group.filter}
              count={tasks}
              ticked={ticked}
              onTick={onTick}
              onRetry={onRetryTask}
            />
          )}
        </div>
      </div>
    </article>
  );
}

function Title({ group, by }: { readonly group: FailureGroup; readonly by: FailureGrouping }) {
  switch (by) {
    case 'cause':
      return <CauseText text={group.title} />;
    case 'stage':
      return (
        <>
          {group.filter.stage} <span className="quiet">of {group.filter.pipeline}</span>
        </>
      );
    case 'agent':
      return (
        <>
          {group.title} <span className="quiet">on {group.example.host}</span>
        </>
      );
    case 'host':
      return <>{group.title}</>;
  }
}

/** What happened within so long is told by one time, in ms. */
const soonMs = 60_000;

function Facts({ group, by }: { readonly group: FailureGroup; readonly by: FailureGrouping }) {
  const { waiting, stages, agents, agentCount, runs, tasks, first, last, example } = group;
  const [agent] = agents;
  return (
    <ul className={`${classes['facts']} figures`}>
      <li>
        <strong>{formatThings(tasks, 'task')}</strong>{' '}
        {runs === 1 ? `of run ${example.run}` : `of ${formatThings(runs, 'run')}`}
      </li>
      {by !== 'stage' && (
        <li>
          {stages.length === 1 ? 'stage' : 'stages'} {stages.map(({ stage }) => stage).join(', ')}
        </li>
      )}
      {by !== 'agent' && by !== 'host' && agent !== undefined && (
        <li title={agents.map((one) => `${one.agent} on ${one.host}: ${one.tasks}`).join('\n')}>
          {agentCount === 1
            ? `on ${agent.agent}`
            : `on ${formatThings(agentCount, 'agent')}, most on ${agent.agent}`}
        </li>
      )}
      <li>
        {Date.parse(last) - Date.parse(first) < soonMs ? null : (
          <>
            first <RelativeTime time={first} />,{' '}
          </>
        )}
        last <RelativeTime time={last} />
      </li>
      {waiting.tasks > 0 && (
        <li>
          <Link
            to="/runs/$run"
            params={{ run: example.run }}
            search={{ tab: 'tasks', state: 'blocked' }}
            title="A retry that succeeds lets them go on"
          >
            {formatThings(waiting.tasks, 'task')} {waiting.tasks === 1 ? 'waits' : 'wait'} for{' '}
            {tasks === 1 ? 'it' : 'these'}
            {waiting.alone ? '' : ' and others'}
          </Link>
        </li>
      )}
      {by !== 'cause' && (
        <li>
          <Link to="/failures" search={(): FailuresSearch => ({ ...searchOf(group), by: undefined })}>
            By cause
          </Link>
        </li>
      )}
    </ul>
  );
}

/** The address that shows this group alone. */
function searchOf({ filter }: FailureGroup): FailuresSearch {
  const { run, stage, pipeline, outcome, agent, host } = filter;
  return { run, stage, pipeline, outcome, agent, host };
}
