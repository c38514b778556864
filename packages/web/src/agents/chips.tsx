/** The pool and the labels of an agent. */
import classes from './agents.module.css';

interface ChipsProps {
  readonly labels: Readonly<Record<string, string>>;
  readonly pool: string | null;
}

export function Chips({ labels, pool }: ChipsProps) {
  const entries = Object.entries(labels);
  if (pool === null && entries.length === 0) return undefined;
  return (
    <div className={classes['chips']}>
      {pool !== null && (
        <span className={`cut ${classes['chip']}`} data-pool title="It takes only what asks for this pool">
          pool {pool}
        </span>
      )}
      {entries.map(([key, value]) => (
        <span key={key} className={`cut ${classes['chip']}`} title={`${key}=${value}`}>
          {key}={value}
        </span>
      ))}
    </div>
  );
}
