/** Whether the page hears of changes: a word in the bar, and a line on top when it does not. */
import { useEffect, useState } from 'react';
import { useConnected } from '../live/live-events.tsx';
import classes from './shell.module.css';

/** A server that starts again is back within this; nobody needs to be told. In ms. */
const patienceMs = 1_500;

export function Connection() {
  const connected = useConnected();
  const [word, color] =
    connected === undefined
      ? ['Connecting', 'var(--state-waiting)']
      : connected
        ? ['Live', 'var(--state-succeeded)']
        : ['Not connected', 'var(--state-stale)'];
  return (
    <span
      className={classes['connection']}
      role="status"
      style={{ '--dot': color } as React.CSSProperties}
      title={connected === true ? 'Changes are shown as they happen' : undefined}
    >
      {word}
    </span>
  );
}

export function LostConnection() {
  const connected = useConnected();
  const [told, setTold] = useState(false);
  useEffect(() => {
    if (connected !== false) return setTold(false);
    const timer = setTimeout(() => setTold(true), patienceMs);
    return () => clearTimeout(timer);
  }, [connected]);
  if (!told) return null;
  return (
    <div className={classes['lost']} role="alert">
      <strong>The connection to the server is lost.</strong>
      What you see is as it was then; the page tries again by itself.
    </div>
  );
}
