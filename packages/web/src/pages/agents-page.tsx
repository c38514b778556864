/** The agents: who is there, what their machines do, how full they are, what they run, what was lost with them; and adding machines. */
import type { AgentSummary } from '@gantry/model';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { AgentActions } from '../agents/agent-actions.tsx';
import { Chips } from '../agents/chips.tsx';
import { InviteDialog } from '../agents/invite-dialog.tsx';
import { LoadCurve } from '../agents/load-curve.tsx';
import { OpenInvitations } from '../agents/open-invitations.tsx';
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
  const [isInviting, setInviting] = useState(false);
  return (
    <Page title="Agents" actions={<Button onClick={() => setInviting(true)}>Add a machine</Button>}>
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {agents === undefined && error === null && <Loading />}
      {agents?.length === 0 && (
        <Empty command="npx gantry up">
          <p>
            <strong>An agent runs tasks on a machine.</strong> None has joined yet. Add another machine by the
            button above; or start the server together with an agent of its own:
          </p>
        </Empty>
      )}
      {agents !== undefined && agents.length > 0 && <AgentTable agents={agents} />}
      <OpenInvitations />
      {isInviting && <InviteDialog onClose={() => setInviting(false)} />}
    </Page>
  );
}

function AgentTable({ agents }: { readonly agents: readonly AgentSummary[] }) {
  return (
    <div className="panel">
      <table className={classes['table']}>
        <thead>
          <tr>
            <th style={{ width: '19%' }}>Agent</th>
            <th style={{ width: '8rem' }}>State</th>
            <th style={{ width: '13.5rem' }}>Its machine now</th>
            <th style={{ width: '17%' }}>Promised to tasks</th>
            <th>Tasks now</th>
            <th style={{ width: '7rem' }} data-right>
              Went wrong
            </th>
            <th style={{ width: '3.5rem' }}>
              <span className="unseen">What can be done</span>
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

const storageWords: Readonly<Record<AgentSummary['storage'], string>> = {
  here: 'the server’s own',
  shared: 'shared storage',
  transfer: 'files travel',
};

function AgentRow({ agent }: { readonly agent: AgentSummary }) {
  const { name, host, state, paused, draining, heard, capacity, load, labels, pool, trouble } = agent;
  return (
    <>
      <tr data-troubled={trouble !== null || undefined}>
        <td>
          <div className={`cut ${classes['name']}`} title={name}>
            {name}
          </div>
          <div className="quiet cut" title={`${host}, ${storageWords[agent.storage]}`}>
            {host} · {storageWords[agent.storage]}
          </div>
          <Chips labels={labels} pool={pool} />
        </td>
        <td>
          <StateBadge state={state === 'alive' && paused ? 'paused' : state} />
          {draining && <div className={`quiet ${classes['small']}`}>is leaving</div>}
          {state !== 'alive' && paused && <div className={`quiet ${classes['small']}`}>paused</div>}
          {agent.revoked && <div className={`quiet ${classes['small']}`}>revoked</div>}
          <div className={`quiet ${classes['small']}`}>
            seen <RelativeTime time={heard} />
          </div>
        </td>
        <td>
          <Machine agent={agent} />
        </td>
        <td>
          <Share name="Cores" unit="cores" used={load?.cpu} all={capacity.cpu} write={writeCores} />
          <Share name="Memory" unit="" used={load?.memory} all={capacity.memory} write={writeBytes} />
          <div className={`quiet figures ${classes['small']}`}>
            {formatThings(capacity.slots, 'task')} at a time
            {capacity.gpu > 0 && <>, {formatThings(capacity.gpu, 'graphics processor')}</>}
          </div>
        </td>
        <td>
          <Tasks agent={agent} />
        </td>
        <td data-right>
          <Wrongs agent={agent} />
        </td>
        <td data-right>
          <AgentActions agent={agent} />
        </td>
      </tr>
      {trouble !== null && (
        <tr>
          <td colSpan={7} className={classes['trouble']}>
            <strong>It cannot go on:</strong> {trouble}
          </td>
        </tr>
      )}
    </>
  );
}

function Machine({ agent: { machine, reported, state } }: { readonly agent: AgentSummary }) {
  const now = machine.at(-1);
  if (now === undefined || state !== 'alive') return <span className="quiet">not known</span>;
  // The whole machine's, as far as the agent may take a part of it: what the curve is full at.
  const cores = Math.max(reported.cpu, ...machine.map(({ cpu }) => cpu));
  const memory = Math.max(reported.memory, ...machine.map((one) => one.memory));
  return (
    <>
      <LoadCurve
        name="CPU"
        values={machine.map(({ cpu }) => cpu)}
        all={cores}
        words={formatPercent(now.cpu, cores)}
      />
      <LoadCurve
        name="Memory"
        values={machine.map((one) => one.memory)}
        all={memory}
        words={formatSize(now.memory)}
      />
    </>
  );
}

function formatPercent(value: number, all: number): string {
  return `${Math.round((100 * value) / Math.max(all, 1e-9))} %`;
}

const writeCores = (cores: number): string => String(Math.round(cores * 100) / 100);
const writeBytes = (bytes: number): string => (bytes === 0 ? '0' : formatSize(bytes));

interface ShareProps {
  readonly name: string;
  /** What stands behind the number. */
  readonly unit: string;
  /** Undefined where nobody is there to use it. */
  readonly used: number | undefined;
  readonly all: number;
  readonly write: (value: number) => string;
}

/** How much of something is promised to the tasks that run. */
function Share({ name, unit, used, all, write }: ShareProps) {
  const number = used === undefined ? write(all) : `${write(used)} of ${write(all)}`;
  const words = unit === '' ? number : `${number} ${unit}`;
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
