/** A state as icon and word. */
import classes from './state-badge.module.css';
import { lookOf } from './state-looks.tsx';

interface StateIconProps {
  readonly state: string;
}

export function StateIcon({ state }: StateIconProps) {
  const { color, icon } = lookOf(state);
  return (
    <svg viewBox="0 0 16 16" className={classes['icon']} aria-hidden="true" style={{ color }}>
      {icon}
    </svg>
  );
}

interface StateBadgeProps {
  readonly state: string;
  /** With a border, for headings. */
  readonly filled?: boolean;
}

export function StateBadge({ state, filled = false }: StateBadgeProps) {
  const { word, color } = lookOf(state);
  return (
    <span
      className={`${classes['badge']} ${filled ? classes['filled'] : ''}`}
      style={{ '--badge-color': color } as React.CSSProperties}
    >
      <StateIcon state={state} />
      {word}
    </span>
  );
}
