/** The corner in which things are told in passing. What is said there is read out, and takes no focus. */
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { StateIcon } from '../parts/state-badge.tsx';
import { Icon } from '../shell/icons.tsx';
import classes from './toast-corner.module.css';
import { dismissToast, toastMs, useToasts, type Toast } from './toasts.ts';

export function ToastCorner() {
  const toasts = useToasts();
  return (
    <div className={classes['corner']} role="status" aria-label="News">
      {toasts.map((one) => (
        <ToastCard key={one.key} toast={one} />
      ))}
    </div>
  );
}

function ToastCard({ toast }: { readonly toast: Toast }) {
  const { key, title, detail, path, state } = toast;
  // Whoever is about to read or click it has the time to.
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismissToast(key), toastMs);
    return () => clearTimeout(timer);
  }, [held, key]);
  return (
    <div
      className={`panel ${classes['toast']}`}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <StateIcon state={state} />
      <div className={classes['words']}>
        {path === undefined ? (
          <strong>{title}</strong>
        ) : (
          <Link to={path} onClick={() => dismissToast(key)}>
            {title}
          </Link>
        )}
        {detail !== undefined && <span className="quiet">{detail}</span>}
      </div>
      <button type="button" className={classes['close']} aria-label="Close" onClick={() => dismissToast(key)}>
        <Icon name="close" size={14} />
      </button>
    </div>
  );
}
