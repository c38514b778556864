/** A log as it grows: it follows its end until one scrolls up, and only the lines that are seen exist. */
import { Checkbox } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { formatCount } from '../parts/numbers.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { Problem } from '../parts/page.tsx';
import classes from './log-view.module.css';
import { useLog } from './use-log.ts';

interface LogViewProps {
  readonly task: number;
  readonly attempt: number | undefined;
  readonly running: boolean;
}

const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});

export function LogView({ task, attempt, running }: LogViewProps) {
  const { lines, dropped, state, error } = useLog(task, attempt, running);
  const [following, setFollowing] = useState(true);
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => 18,
    overscan: 30,
    getItemKey: (index) => lines[index]?.number ?? index,
  });
  useEffect(() => {
    if (following && lines.length > 0) rows.scrollToIndex(lines.length - 1, { align: 'end' });
  }, [following, lines, rows]);
  const onScroll = (): void => {
    const element = scroll.current;
    if (element === null) return;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 30;
    if (!atEnd && following && rows.scrollDirection === 'backward') setFollowing(false);
    if (atEnd && !following) setFollowing(true);
  };
  const command = `npx gantry logs ${task}${attempt === undefined ? '' : ` --attempt ${attempt}`}${running ? ' --follow' : ''}`;
  return (
    <div className={classes['log']}>
      <div className={classes['bar']}>
        <Checkbox
          size="xs"
          label="Follow"
          checked={following}
          onChange={(event) => setFollowing(event.currentTarget.checked)}
        />
        <span className="quiet figures" role="status">
          {lines.length === 0 ? '' : `${formatCount(lines.length + dropped)} lines`}
          {state === 'growing' ? ', growing' : ''}
          {state === 'waiting' ? ' · waiting for the server, then goes on' : ''}
        </span>
        <span style={{ flex: 1 }} />
        <CopyButton text={command} label="Copy as command" />
      </div>
      {error !== undefined && <Problem error={error} />}
      <div
        className={classes['lines']}
        ref={scroll}
        onScroll={onScroll}
        data-growing={running || undefined}
        tabIndex={0}
        role="log"
        aria-label="Log"
        aria-live="off"
      >
        {lines.length === 0 && (
          <div className={classes['none']}>
            {state === 'loading' && attempt !== undefined ? 'Reading the log …' : 'It has said nothing.'}
          </div>
        )}
        {dropped > 0 && (
          <div className={classes['none']}>
            {formatCount(dropped)} earlier lines are not shown; the command prints them all.
          </div>
        )}
        <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {rows.getVirtualItems().map(({ index, start, key }) => {
            const line = lines[index];
            return line === undefined ? null : (
              <div
                key={key}
                ref={rows.measureElement}
                data-index={index}
                data-stream={line.stream}
                className={classes['line']}
                style={{ position: 'absolute', left: 0, right: 0, transform: `translateY(${start}px)` }}
              >
                <time dateTime={line.time}>{clock.format(Date.parse(line.time))}</time>
                <span>{line.text === '' ? ' ' : line.text}</span>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
