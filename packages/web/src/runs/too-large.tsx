/** Stages of a run whose tasks no agent has room for: what they ask, the largest agent, and what to do. */
import { describeTooLarge, tooLargeMend, type RunDetail } from '@gantry/model';
import { Link } from '@tanstack/react-router';
import { StateIcon } from '../parts/state-badge.tsx';
import classes from './too-large.module.css';

export function TooLargeStages({ run: { tooLarge } }: { readonly run: RunDetail }) {
  if (tooLarge.length === 0) return null;
  return (
    <section className={`panel ${classes['banner']}`} role="status" aria-label="No agent has room">
      <StateIcon state="stale" />
      <div>
        <ul>
          {tooLarge.map((one) => (
            <li key={`${one.stage} ${one.asks.memory}`}>
              <strong>{describeTooLarge(one)}</strong>
            </li>
          ))}
        </ul>
        <p className="quiet">
          {tooLargeMend.replaceAll('`', '')} <Link to="/agents">See the agents</Link>
        </p>
      </div>
    </section>
  );
}
