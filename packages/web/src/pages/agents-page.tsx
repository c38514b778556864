/** The agents: who is there, how full they are, what they run, and what was lost with them. */
import type { AgentSummary } from '@gantry/model';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { agentsQuery } from '../api/failure-queries.ts';
import { Meter } from '../parts/meter.tsx';
import { formatCount, formatSize, formatThings } from '../parts/numbers.ts';
import { Empty, Loading, Page, Problem } from '../parts/page.tsx';
import { RelativeTime } from '../parts/relative-time.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { formatPlaceWords } from '../tasks/place-words.ts';
import classes from './agents-page.module.css';

export function AgentsPage() {
  const { data: agents, error, refetch } = useQuery(agentsQuery);
  return (
    <Page title="Agents">
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {agents === undefined && error === null && <Loading />}
      {agents?.length === 0 && (
        <Empty command="npx gantry up">
          <p>
            <strong>An agent runs tasks on a machine.</strong> None has joined yet. This command starts the
            server together with one:
          </p>
        </Empty>
      )}
      {agents !== undefined && agents.length > 0 && <AgentTable agents={agents} />}
    </Page>
  );
}

function AgentTable({ agents }: { readonly agents: readonly AgentSummary[] }) {
  return (
    <div className="panel">
      <table className={classes['table']}>
        <thead>
          <tr>
            <th style={{ width: '18%' }}>Agent</th>
            <th style={{ width: '7.5rem' }}>State</th>
            <th style={{ width: '6.5rem' }}>Last seen</th>
            <th style={{ width: '13%' }}>Cores</th>
            <th style={{ width: '13%' }}>Memory</th>
            <th>Tasks now</th>
            <th style={{ width: '8.5rem' }} data-right>
              Went wrong
            </th>
          </tr>
        </thead>
        <tbody>
          {agents.map((agent) => (
            <AgentRow key={agent.id} agent={agent} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function AgentRow({ agent }: { readonly agent: AgentSummary }) {
  const { name, host, state, heard, capacity, load } = agent;
  return (
    <tr>
      <td>
        <div className={`cut ${classes['name']}`} title={name}>
          {name}
        </div>
        <div className="quiet cut" title={host}>
          {host}
        </div>
      </td>
      <td>
        <StateBadge state={state} />
      </td>
      <td className="quiet">
        <RelativeTime time={heard} />
      </td>
      <td>
        <Share
          name="Cores"
          used={load?.cpu}
          all={capacity.cpu}
          write={(cores) => String(Math.round(cores * 100) / 100)}
        />
      </td>
      <td>
        <Share
          name="Memory"
          used={load?.memory}
          all={capacity.memory}
          write={(bytes) => (bytes === 0 ? '0' : formatSize(bytes))}
        />
      </td>
      <td>
        <Tasks agent={agent} />
      </td>
      <td data-right>
        <Wrongs agent={agent} />
      </td>
    </tr>
  );
}

interface ShareProps {
  readonly name: string;
  /** Undefined where nobody is there to use it. */
  readonly used: number | undefined;
  readonly all: number;
  readonly write: (value: number) => string;
}

/** How much of something is promised to the tasks that run. */
function Share({ name, used, all, write }: ShareProps) {
  const words = used === undefined ? write(all) : `${write(used)} of ${write(all)}`;
  return <Meter name={name} used={used} all={all} words={words} />;
}

/** So many tasks are named. */
const mostNamed = 3;

function Tasks({ agent: { held, tasks, load } }: { readonly agent: AgentSummary }) {
  if (held === 0) return <span className="quiet">none</span>;
  const more = held - Math.min(mostNamed, tasks.length);
  const next = load === null || load.waiting === 0 ? '' : `, ${formatCount(load.waiting)} of them next`;
  return (
    <>
      <ul className={classes['tasks']}>
        {tasks.slice(0, mostNamed).map((task) => (
          <li key={task.task} className="cut">
            <Link
              to="/runs/$run/tasks/$task"
              params={{ run: task.run, task: task.task }}
              title={`Run ${task.run}, ${task.runName}`}
            >
              {task.stage} · {formatPlaceWords(task.place)}
            </Link>{' '}
            <span className="quiet">
              run {task.run}, since <RelativeTime time={task.claimed} />
            </span>
          </li>
        ))}
      </ul>
      {more > 0 && (
        <span className={`quiet ${classes['small']}`}>
          {formatThings(held, 'task')} in all{next}
        </span>
      )}
    </>
  );
}

function Wrongs({ agent: { name, lost, failures } }: { readonly agent: AgentSummary }) {
  if (lost === 0 && failures === 0) return <span className="quiet">nothing</span>;
  return (
    <>
      {failures > 0 && (
        <div>
          <Link to="/failures" search={{ agent: name }}>
            {formatThings(failures, 'failure')}
          </Link>
        </div>
      )}
      {lost > 0 && (
        <div className="quiet" title="Attempts that were lost with it, ever; they are tried again elsewhere">
          {formatThings(lost, 'attempt')} lost
        </div>
      )}
    </>
  );
}
