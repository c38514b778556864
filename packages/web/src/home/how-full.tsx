/** How full the machines and the storage are. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { agentsQuery } from '../api/failure-queries.ts';
import { storageQuery } from '../api/queries.ts';
import { Meter } from '../parts/meter.tsx';
import { formatSize, formatThings } from '../parts/numbers.ts';
import classes from './home.module.css';

/** A volume that has less than this share free is nearly full. */
const tightShare = 0.05;

export function Machines() {
  const { data: agents } = useQuery(agentsQuery);
  const alive = agents?.filter(({ load }) => load !== null);
  const sum = (of: (agent: NonNullable<typeof alive>[number]) => number): number =>
    (alive ?? []).reduce((total, agent) => total + of(agent), 0);
  const [cores, memory] = [sum(({ capacity }) => capacity.cpu), sum(({ capacity }) => capacity.memory)];
  const [coresUsed, memoryUsed] = [sum(({ load }) => load?.cpu ?? 0), sum(({ load }) => load?.memory ?? 0)];
  return (
    <section className={`panel ${classes['aside']}`} aria-label="Machines">
      <h2>
        <Link to="/agents">Machines</Link>
        {alive !== undefined && alive.length > 0 && (
          <span className="quiet figures">{formatThings(alive.length, 'agent')}</span>
        )}
      </h2>
      {alive?.length === 0 && (
        <p>
          <strong>No agent is connected</strong>, so that no task can run.
        </p>
      )}
      {alive !== undefined && alive.length > 0 && (
        <>
          <Meter
            name="Cores in use"
            used={coresUsed}
            all={cores}
            words={`${Math.round(coresUsed * 100) / 100} of ${formatThings(cores, 'core')} in use`}
          />
          <Meter
            name="Memory in use"
            used={memoryUsed}
            all={memory}
            words={`${memoryUsed === 0 ? '0' : formatSize(memoryUsed)} of ${formatSize(memory)} of memory in use`}
          />
        </>
      )}
    </section>
  );
}

export function Storage() {
  const { data: storage } = useQuery(storageQuery);
  if (storage === undefined) return null;
  const { folder, free, size, outputs } = storage;
  const tight = free < size * tightShare;
  return (
    <section className={`panel ${classes['aside']}`} aria-label="Storage">
      <h2>Storage</h2>
      <Meter
        name="Storage in use"
        used={size - free}
        all={size}
        words={`${formatSize(free)} of ${formatSize(size)} free`}
        tight={tight}
      />
      {tight && <p>It is nearly full: free some room before more is run.</p>}
      <p className="quiet figures">
        Runs have made {formatThings(outputs.items, 'item')}
        {outputs.items > 0 && `, ${formatSize(outputs.bytes)} in all`}.
      </p>
      <p className="quiet cut" title={folder}>
        {folder}
      </p>
    </section>
  );
}
