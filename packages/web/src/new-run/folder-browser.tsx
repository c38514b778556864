/**
 * Chooses a folder, or a file, on the server's machine: by the arrow keys, by its first letters, or by its path. A
 * symbolic link is shown with where it leads, and the path of what is there is the one that is chosen.
 */
import type { FolderEntry, FolderListing } from '@gantry/model';
import { Button, Modal, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { browseQuery } from '../api/new-run-queries.ts';
import { formatCount, formatThings } from '../parts/numbers.ts';
import { Loading, Problem } from '../parts/page.tsx';
import { Icon } from '../shell/icons.tsx';
import classes from './folder-browser.module.css';

interface FolderBrowserProps {
  /** Where it begins; the home folder if absent. */
  readonly start: string | undefined;
  readonly wanted: 'folder' | 'file';
  /** @param file its name, where one is wanted */
  readonly onChoose: (folder: string, file?: string) => void;
  readonly onClose: () => void;
}

export function FolderBrowser({ start, wanted, onChoose, onClose }: FolderBrowserProps) {
  const [path, setPath] = useState(start);
  const [left, setLeft] = useState<string>();
  const { data, error, isPlaceholderData } = useQuery(browseQuery(path));
  const go = (next: string): void => {
    setLeft(data?.path);
    setPath(next);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={wanted === 'folder' ? 'Choose a folder' : 'Choose a file'}
      size="xl"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className={classes['browser']}>
        <PathBar listing={data} path={path} onGo={go} />
        {error !== null && <Problem error={error} onRetry={() => setPath(data?.path)} />}
        {data === undefined && error === null && <Loading height="20rem" />}
        {data !== undefined && error === null && (
          <Entries
            key={data.path}
            listing={data}
            wanted={wanted}
            isOld={isPlaceholderData}
            left={left}
            onGo={go}
            onChoose={onChoose}
          />
        )}
      </div>
    </Modal>
  );
}

interface PathBarProps {
  readonly listing: FolderListing | undefined;
  readonly path: string | undefined;
  readonly onGo: (path: string) => void;
}

function PathBar({ listing, path, onGo }: PathBarProps) {
  const [typed, setTyped] = useState<string>();
  const shown = listing?.path ?? path ?? '';
  return (
    <>
      <form
        className={classes['bar']}
        onSubmit={(event) => {
          event.preventDefault();
          if (typed !== undefined && typed.trim() !== '') onGo(typed.trim());
          setTyped(undefined);
        }}
      >
        <Button
          variant="default"
          disabled={listing?.parent === null || listing === undefined}
          onClick={() => {
            if (typeof listing?.parent === 'string') onGo(listing.parent);
          }}
          aria-label="Up one folder"
          title="Up one folder (Backspace)"
        >
          <Icon name="up" size={16} />
        </Button>
        <TextInput
          style={{ flex: 1 }}
          value={typed ?? shown}
          onChange={(event) => setTyped(event.currentTarget.value)}
          aria-label="Path of the folder"
          spellCheck={false}
        />
        <Button variant="default" type="submit" disabled={typed === undefined}>
          Go
        </Button>
      </form>
      <nav className={classes['starts']} aria-label="Places">
        {(listing?.starts ?? []).map((start) => (
          <Button
            key={start.path}
            size="compact-xs"
            variant={start.path === listing?.path ? 'light' : 'default'}
            onClick={() => onGo(start.path)}
            title={start.path}
          >
            {start.name}
          </Button>
        ))}
      </nav>
      {typeof listing?.through === 'string' && (
        <p className={`${classes['through']} quiet`}>{listing.through} is a link; this is where it leads.</p>
      )}
    </>
  );
}

interface EntriesProps {
  readonly listing: FolderListing;
  readonly wanted: 'folder' | 'file';
  readonly isOld: boolean;
  /** The folder that one comes from. */
  readonly left: string | undefined;
  readonly onGo: (path: string) => void;
  readonly onChoose: FolderBrowserProps['onChoose'];
}

/** Letters that follow each other within so many ms are the beginning of one name. */
const sameWordMs = 800;
const pageLength = 10;

function Entries({ listing, wanted, isOld, left, onGo, onChoose }: EntriesProps) {
  const { entries, path } = listing;
  const join = (name: string): string => `${path === '/' ? '' : path}/${name}`;
  // Whoever goes up finds the folder again that they were in.
  const [current, setCurrent] = useState(() =>
    Math.max(
      0,
      entries.findIndex(({ name }) => join(name) === left),
    ),
  );
  const list = useRef<HTMLUListElement>(null);
  const word = useRef({ text: '', at: 0 });
  const id = useId();
  // Whoever goes through folders by the keyboard stays in the list.
  useEffect(() => list.current?.focus(), []);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  const open = (entry: FolderEntry | undefined): void => {
    if (entry === undefined || entry.closed !== null) return;
    if (entry.kind === 'folder') onGo(join(entry.name));
    else if (wanted === 'file' && entry.kind === 'file') onChoose(path, entry.name);
  };
  const find = (letter: string): void => {
    const now = Date.now();
    const text = now - word.current.at < sameWordMs ? word.current.text + letter : letter;
    word.current = { text, at: now };
    const found = entries.findIndex(({ name }) => name.toLowerCase().startsWith(text.toLowerCase()));
    if (found >= 0) setCurrent(found);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const last = entries.length - 1;
    const targets: Record<string, number> = {
      ArrowDown: Math.min(last, current + 1),
      ArrowUp: Math.max(0, current - 1),
      PageDown: Math.min(last, current + pageLength),
      PageUp: Math.max(0, current - pageLength),
      Home: 0,
      End: last,
    };
    const target = targets[event.key];
    if (target !== undefined) setCurrent(Math.max(0, target));
    else if (event.key === 'Enter' || event.key === 'ArrowRight') open(entries[current]);
    else if (event.key === 'Backspace' || event.key === 'ArrowLeft') {
      if (listing.parent !== null) onGo(listing.parent);
    } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) find(event.key);
    else return;
    event.preventDefault();
  };
  const chosen = entries[current];
  return (
    <>
      <ul
        ref={list}
        className={classes['list']}
        data-old={isOld || undefined}
        role="listbox"
        aria-label={`${path}: ${describeContents(listing)}`}
        aria-activedescendant={chosen === undefined ? undefined : `${id}-${current}`}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        {entries.length === 0 && (
          <li className={`${classes['none']} quiet`} role="option" aria-selected="false" aria-disabled="true">
            This folder is empty.
          </li>
        )}
        {entries.map((entry, index) => (
          <li
            key={entry.name}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === current}
            aria-disabled={!isOf(entry, wanted)}
            className={classes['entry']}
            onClick={() => setCurrent(index)}
            onDoubleClick={() => open(entry)}
            title={entry.closed ?? undefined}
          >
            <Icon name={entry.kind === 'folder' ? 'folder' : entry.image ? 'image' : 'page'} size={16} />
            <span className="cut">
              {entry.name}
              {entry.link !== null && <span className="quiet"> → {entry.link}</span>}
            </span>
            <span className="quiet figures">{describeEntry(entry)}</span>
            {entry.kind === 'folder' && entry.closed === null && (
              // For the pointer; the keyboard has Enter.
              <span className={classes['open']} aria-hidden="true" onClick={() => open(entry)}>
                <Icon name="into" size={16} />
              </span>
            )}
          </li>
        ))}
      </ul>
      {listing.count > entries.length && (
        <p className="quiet">
          The first {formatCount(entries.length)} of {formatCount(listing.count)} are shown.
        </p>
      )}
      <div className={classes['foot']}>
        <span className="quiet" role="status">
          {describeContents(listing)}
        </span>
        {wanted === 'folder' ? (
          <Button onClick={() => onChoose(path)}>Use this folder</Button>
        ) : (
          <Button
            disabled={chosen?.kind !== 'file'}
            onClick={() => chosen !== undefined && onChoose(path, chosen.name)}
          >
            Use {chosen?.kind === 'file' ? chosen.name : 'a file'}
          </Button>
        )}
      </div>
    </>
  );
}

function isOf(entry: FolderEntry, wanted: 'folder' | 'file'): boolean {
  return entry.closed === null && (entry.kind === 'folder' || (wanted === 'file' && entry.kind === 'file'));
}

function describeEntry({ kind, closed, files, images, more }: FolderEntry): string {
  if (closed !== null) return kind === 'folder' ? 'may not be entered' : 'leads nowhere';
  if (kind !== 'folder' || files === null || images === null) return '';
  const plus = more ? ' or more' : '';
  if (images > 0) return `${formatThings(images, 'image')}${plus}`;
  return files > 0 ? `${formatThings(files, 'file')}${plus}` : '';
}

function describeContents({ files, images }: FolderListing): string {
  if (images > 0 && images === files) return formatThings(images, 'image');
  if (images > 0) return `${formatThings(images, 'image')}, ${formatThings(files - images, 'other file')}`;
  return files === 0 ? 'no files here' : `${formatThings(files, 'file')}, none of them an image`;
}
