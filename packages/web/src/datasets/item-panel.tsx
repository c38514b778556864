/**
 * An item, in a panel beside its dataset: its picture, what its file says of itself, what it was made from and what
 * was made from it. It has an address of its own.
 */
import type { DatasetDetail, ItemDetail } from '@gantry/model';
import { ActionIcon, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { itemFileAddress, itemQuery } from '../api/dataset-queries.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { CopyCall } from '../parts/copy-call.tsx';
import { quote } from '../parts/quote.ts';
import { formatSize, placeText, readPlaceText } from '../parts/numbers.ts';
import { Loading, Problem } from '../parts/page.tsx';
import { RelativeTime } from '../parts/relative-time.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { hasPictures, Thumbnail } from '../parts/thumbnail.tsx';
import { TypeIcon } from '../parts/type-icon.tsx';
import { Icon } from '../shell/icons.tsx';
import { formatPlaceWords } from '../tasks/place-words.ts';
import task from '../tasks/task-panel.module.css';
import { Facts, type Fact } from './facts.tsx';
import { describeMetadata, Metadata } from './item-metadata.tsx';
import { ItemOrigin } from './item-origin.tsx';
import classes from './item-panel.module.css';
import { ItemUses } from './item-uses.tsx';
import { OpenLink } from './open-links.tsx';

interface ItemPanelProps {
  readonly dataset: DatasetDetail;
  /** As `placeText` writes it. */
  readonly place: string;
}

export function ItemPanel({ dataset, place }: ItemPanelProps) {
  const navigate = useNavigate({ from: '/datasets/$dataset' });
  const { data: item, error, refetch } = useQuery(itemQuery(dataset.id, place));
  const element = useRef<HTMLElement>(null);
  const came = useRef<Element | null>(null);
  // Whoever opens an item by the keyboard goes on inside it, and comes back to where it was.
  useEffect(() => {
    came.current ??= document.activeElement;
    element.current?.focus({ preventScroll: true });
  }, [place]);
  const close = (): void => {
    const back = came.current;
    void navigate({ search: (before) => ({ ...before, place: undefined }) }).then(() => {
      if (back instanceof HTMLElement && back.isConnected) back.focus({ preventScroll: true });
    });
  };
  const words = formatPlaceWords(readPlaceText(place) ?? {});
  return (
    <aside
      className={task['panel']}
      aria-label={place === '' ? 'Item' : `Item at ${words}`}
      ref={element}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) close();
      }}
    >
      <header className={task['head']}>
        <div>
          <h2>{item?.name ?? (place === '' ? 'Item' : words)}</h2>
          <span className={`${task['sub']} quiet`}>
            <span className={classes['type']}>
              <TypeIcon type={dataset.type} size={15} /> {dataset.type}
            </span>
            {place !== '' && <span className="figures">{words}</span>}
            {item !== undefined && <span>{describeMetadata(item.metadata)}</span>}
          </span>
        </div>
        <ActionIcon variant="subtle" color="gray" aria-label="Close the item" onClick={close}>
          <Icon name="close" />
        </ActionIcon>
      </header>
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {item === undefined && error === null && <Loading height="20rem" />}
      {item !== undefined && <Item item={item} />}
    </aside>
  );
}

function Item({ item }: { readonly item: ItemDetail }) {
  return (
    <>
      {item.found === 'missing' && (
        <div className={`panel ${classes['missing']}`} role="alert">
          <strong>The file is not there any more.</strong> {item.path} was moved or removed since it was
          recorded. Put it back, or start a new run.
        </div>
      )}
      {hasPictures(item.dataset.type) && item.found !== 'missing' && <Picture item={item} />}
      <Actions item={item} />
      <Metadata metadata={item.metadata} />
      <section className={task['section']} aria-label="File">
        <h3>{item.found === 'folder' ? 'Folder' : 'File'}</h3>
        <Facts facts={listFileFacts(item)} />
      </section>
      {item.madeBy === null ? (
        <section className={task['section']} aria-label="Made by">
          <h3>Made by</h3>
          <p className={classes['paragraph']}>
            No task: it is a file of a source, taken <RelativeTime time={item.modified} />.
          </p>
        </section>
      ) : (
        <ItemOrigin origin={item.madeBy} />
      )}
      <ItemUses uses={item.usedBy} open={item.dataset.state === 'open'} />
    </>
  );
}

function Picture({ item }: { readonly item: ItemDetail }) {
  const { metadata } = item;
  const shape = metadata.kind === 'image' ? metadata.width / metadata.height : 4 / 3;
  return (
    <OpenLink
      page="view"
      dataset={item.dataset.id}
      place={item.place}
      className={classes['picture']}
      style={{ aspectRatio: String(Math.max(0.6, Math.min(2.6, shape))) }}
      aria-label={`Open ${item.name} in the viewer`}
      title="Open in the viewer"
    >
      <Thumbnail
        {...{ dataset: item.dataset.id, type: item.dataset.type, place: item.place, revision: item.revision }}
        size={512}
        alt=""
      />
    </OpenLink>
  );
}

function Actions({ item }: { readonly item: ItemDetail }) {
  const { dataset, place, name, found, path } = item;
  const text = placeText(place);
  const at = ` --place ${text === '' ? "''" : text}`;
  return (
    <div className={classes['actions']}>
      <div className={task['actions']}>
        {hasPictures(dataset.type) && found !== 'missing' && (
          <Button
            size="compact-sm"
            renderRoot={(props) => <OpenLink {...props} page="view" dataset={dataset.id} place={place} />}
          >
            Open in the viewer
          </Button>
        )}
        {item.metadata.kind === 'table' && (
          <Button
            size="compact-sm"
            renderRoot={(props) => <OpenLink {...props} page="table" dataset={dataset.id} place={place} />}
          >
            Open as a table
          </Button>
        )}
        {found === 'file' && (
          <Button
            size="compact-sm"
            variant="default"
            component="a"
            href={itemFileAddress(dataset.id, place)}
            download={name}
          >
            Download
          </Button>
        )}
      </div>
      <div className={task['actions']}>
        <CopyButton text={path} label="Copy path" />
        <CopyButton
          text={
            found === 'file'
              ? `npx gantry datasets save ${dataset.id}${at} ${quote(name)}`
              : `npx gantry datasets show ${dataset.id}${at}`
          }
          label="Copy as command"
        />
        <CopyCall path={`/datasets/${dataset.id}/item?${new URLSearchParams({ place: text }).toString()}`} />
      </div>
    </div>
  );
}

function listFileFacts(item: ItemDetail): Fact[] {
  return [
    { name: 'Size', value: <span className="figures">{formatSize(item.size)}</span> },
    {
      name: 'Revision',
      value: (
        <span className="figures">
          {item.revision}, recorded <RelativeTime time={item.modified} />
        </span>
      ),
    },
    { name: 'Path', value: <code className={classes['code']}>{item.path}</code> },
    ...Object.entries(item.acquired ?? {}).map(([name, value]) => ({
      name: name.replaceAll('_', ' '),
      value: <span className="figures">{String(value)}</span>,
    })),
    { name: 'Checksum', value: <code className={classes['code']}>{item.checksum}</code> },
    ...(item.dataset.state === 'sealed'
      ? [{ name: 'Dataset', value: <StateBadge state={item.dataset.state} /> }]
      : []),
  ];
}
