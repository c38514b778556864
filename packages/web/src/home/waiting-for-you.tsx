/** What goes on only when somebody has seen to it: folders that cannot be read on, and files that cannot be taken. */
import type { IntakeAtWork, LiveSourceState } from '@gantry/model';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { intakesQuery, watchesQuery } from '../api/queries.ts';
import { formatThings } from '../parts/numbers.ts';
import { StateIcon } from '../parts/state-badge.tsx';
import classes from './home.module.css';

export function WaitingForYou() {
  const { data: intakes = [] } = useQuery(intakesQuery);
  const { data: watches = [] } = useQuery(watchesQuery);
  const stopped = intakes.filter(({ state }) => state === 'stopped');
  const troubled = watches.filter(({ trouble, problems }) => trouble !== null || problems.count > 0);
  return (
    <section className={`panel ${classes['aside']}`} aria-label="Waiting for you">
      <h2>Waiting for you</h2>
      {stopped.length + troubled.length === 0 && <p className="quiet">Nothing.</p>}
      {stopped.map((intake) => (
        <StoppedIntake key={intake.dataset} intake={intake} />
      ))}
      {troubled.map((watch) => (
        <TroubledWatch key={watch.dataset} watch={watch} />
      ))}
    </section>
  );
}

function StoppedIntake({ intake: { dataset, folder, problems, runs } }: { readonly intake: IntakeAtWork }) {
  const run = runs.at(-1);
  const words = `${formatThings(problems.count, 'file')} of a folder cannot be read`;
  return (
    <div className={classes['matter']}>
      <StateIcon state="stale" />
      <div>
        {run === undefined ? (
          <Link to="/datasets/$dataset" params={{ dataset }}>
            {words}
          </Link>
        ) : (
          <Link to="/runs/$run" params={{ run }}>
            {words}
          </Link>
        )}
        <div className="quiet cut" title={folder}>
          {folder}
        </div>
      </div>
    </div>
  );
}

function TroubledWatch({
  watch: { dataset, folder, trouble, problems },
}: {
  readonly watch: LiveSourceState;
}) {
  return (
    <div className={classes['matter']}>
      <StateIcon state="stale" />
      <div>
        <Link to="/datasets/$dataset" params={{ dataset }}>
          {trouble?.message ?? `${formatThings(problems.count, 'file')} of a watched folder cannot be taken`}
        </Link>
        <div className="quiet cut" title={folder}>
          {folder}
        </div>
      </div>
    </div>
  );
}
