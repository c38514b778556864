/** The frame of every page: breadcrumb, title, state, the actions on the right; and what an empty or broken one says. */
import { isGantryError } from '@gantry/model';
import { Button, Skeleton } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import { CopyButton } from './copy-button.tsx';
import classes from './page.module.css';

interface PageProps {
  readonly title: string;
  /** Links to the pages above. */
  readonly crumbs?: readonly ReactNode[];
  readonly badge?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

export function Page({ title, crumbs = [], badge, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Gantry`;
  }, [title]);
  return (
    <div className={classes['page']}>
      <header className={classes['head']}>
        <div className={classes['names']}>
          {crumbs.length > 0 && (
            <nav aria-label="Breadcrumb">
              <ol className={classes['crumbs']}>
                {crumbs.map((crumb, index) => (
                  <li key={index}>{crumb}</li>
                ))}
              </ol>
            </nav>
          )}
          <div className={classes['title']}>
            <h1 className="cut" title={title}>
              {title}
            </h1>
            {badge}
          </div>
        </div>
        {actions !== undefined && <div className={classes['actions']}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

interface EmptyProps {
  readonly children: ReactNode;
  /** The command-line way. */
  readonly command?: string;
}

/** What belongs here, and the next step. */
export function Empty({ children, command }: EmptyProps) {
  return (
    <div className={`panel ${classes['empty']}`}>
      {children}
      {command !== undefined && <Command text={command} />}
    </div>
  );
}

/** A command to be copied. */
export function Command({ text }: { readonly text: string }) {
  return (
    <div className={classes['command']}>
      {/* It may be wider than the page, and is then scrolled by the keyboard, too. */}
      <code tabIndex={0}>{text}</code>
      <CopyButton text={text} label="Copy" />
    </div>
  );
}

interface ProblemProps {
  readonly error: Error;
  readonly onRetry?: () => void;
}

/** What happened, to which file, and what to do. */
export function Problem({ error, onRetry }: ProblemProps) {
  const mend = isGantryError(error) ? error.mend : undefined;
  return (
    <div className={`panel ${classes['problem']}`} role="alert">
      <p>
        <strong>{error.message}</strong>
      </p>
      {mend !== undefined && <p>{mend}</p>}
      {onRetry !== undefined && (
        <Button size="compact-sm" variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

export function Loading({ height = '12rem' }: { readonly height?: string }) {
  return <Skeleton height={height} aria-label="Loading" role="status" />;
}
