/** A log as it grows: it follows its end until one scrolls up or looks for a text, and only the lines that are seen exist. */
import { Checkbox } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useChangeSearch } from '../parts/change-search.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { formatCount } from '../parts/numbers.ts';
import { Problem } from '../parts/page.tsx';
import { findLines, splitAtText } from './find-in-log.ts';
import { LogSearch } from './log-search.tsx';
import classes from './log-view.module.css';
import { useLog } from './use-log.ts';

interface LogViewProps {
  readonly task: number;
  readonly attempt: number | undefined;
  readonly running: boolean;
}

const route = getRouteApi('/runs/$run');

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
  const { find = '' } = route.useSearch();
  const change = useChangeSearch();
  const found = useMemo(() => findLines(lines, find), [lines, find]);
  /** The line that the search shows, by its number, which stays when lines before it are let go. */
  const [shown, setShown] = useState<number>();
  const at = found.findIndex((index) => lines[index]?.number === shown);
  const show = (position: number): void => {
    const index = found[(position + found.length) % found.length];
    if (index === undefined) return;
    setFollowing(false);
    setShown(lines[index]?.number);
    rows.scrollToIndex(index, { align: 'center' });
  };
  // A text that is new is shown where it stands last, as what a log says last counts most.
  const wanted = useRef('');
  useEffect(() => {
    if (found.length === 0 || wanted.current === find) return;
    wanted.current = find;
    show(found.length - 1);
  }, [find, found]);
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
        <LogSearch
          text={find}
          onText={(text) => change({ find: text === '' ? undefined : text })}
          count={found.length}
          at={at}
          onStep={(by) => show(at < 0 ? (by > 0 ? 0 : -1) : at + by)}
        />
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
                data-shown={line.number === shown || undefined}
                className={classes['line']}
                style={{ position: 'absolute', left: 0, right: 0, transform: `translateY(${start}px)` }}
              >
                <time dateTime={line.time}>{clock.format(Date.parse(line.time))}</time>
                <span>
                  {line.text === ''
                    ? ' '
                    : splitAtText(line.text, find).map((part, number) =>
                        part.found ? <mark key={number}>{part.text}</mark> : part.text,
                      )}
                </span>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
