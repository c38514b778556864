/** What a folder gives by its pattern: the lattice, some of the images, and what a person should know before the run. */
import { userApiPath, type FolderLook } from '@gantry/model';
import { Button, Checkbox } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { formatCount, formatSize, formatThings } from '../parts/numbers.ts';
import { formatPlaceWords } from '../tasks/place-words.ts';
import { sentence } from './field-problems.tsx';
import classes from './folder-preview.module.css';
import { LatticePreview } from './lattice-preview.tsx';

interface FolderPreviewProps {
  readonly look: FolderLook;
  /** True while a newer look is under way. */
  readonly isOld: boolean;
  readonly skip: boolean;
  readonly isLive: boolean;
  readonly onSkip: (skip: boolean) => void;
  readonly onAgain: () => void;
}

export function FolderPreview({ look, isOld, skip, isLive, onSkip, onAgain }: FolderPreviewProps) {
  return (
    <div className={classes['preview']} data-old={isOld || undefined} aria-busy={isOld}>
      <LatticePreview look={look} />
      <div className={classes['facts']}>
        <ul className={classes['list']}>
          <Matched look={look} />
          <Holes look={look} isLive={isLive} />
          <Twice look={look} />
          <Unmatched look={look} />
          <Outside look={look} />
          <Kinds look={look} />
          <Damaged look={look} skip={skip} isLive={isLive} onSkip={onSkip} />
          {look.warnings.filter(isOfLinks).map((warning) => (
            <Fact key={warning} kind="note">
              {sentence(warning)}
            </Fact>
          ))}
          {look.real !== null && <Fact kind="note">The folder really lies at {look.real}.</Fact>}
        </ul>
        <Samples look={look} />
        <Button size="compact-xs" variant="subtle" onClick={onAgain} loading={isOld}>
          Look again
        </Button>
      </div>
    </div>
  );
}

/** The other warnings are said here in a form of their own. */
function isOfLinks(warning: string): boolean {
  return warning.includes('symbolic link');
}

interface FactProps {
  readonly kind: 'good' | 'note' | 'bad';
  readonly children: ReactNode;
  /** Names, and more of the same. */
  readonly details?: ReactNode;
}

const signs = {
  good: <path d="M3.5 8.5l3 3 6-7" />,
  note: <path d="M8 4.5v4M8 11.3v.2" />,
  bad: <path d="M4.5 4.5l7 7M11.5 4.5l-7 7" />,
};

function Fact({ kind, children, details }: FactProps) {
  return (
    <li data-kind={kind}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        {signs[kind]}
      </svg>
      <div>
        {children}
        {details !== undefined && <details>{details}</details>}
      </div>
    </li>
  );
}

function Matched({ look }: { readonly look: FolderLook }) {
  const { matched, sizes, axes } = look;
  if (matched.count === 0) return null;
  const grid = axes.length === 0 ? '' : `, ${axes.map(({ values }) => formatCount(values)).join(' × ')} ${axes.map(({ name }) => name).join(' × ')}`;
  const bytes = sizes === null ? '' : `, ${sizes.exact ? '' : 'about '}${formatSize(sizes.total)}`;
  return (
    <Fact kind="good">
      <strong>{formatThings(matched.count, 'file')}</strong>
      {matched.count === 1 ? ' fits' : ' fit'}
      {grid}
      {bytes}
    </Fact>
  );
}

function Holes({ look, isLive }: { readonly look: FolderLook; readonly isLive: boolean }) {
  const { missing, places, first } = look.holes;
  if (look.axes.length === 0) return null;
  if (missing === 0) return <Fact kind="good">No place of the grid lacks a file</Fact>;
  return (
    <Fact
      kind="note"
      details={<Names title="Which" names={first.map(formatPlaceWords)} count={missing} />}
    >
      <strong>{formatCount(missing)}</strong> of {formatThings(places, 'place')}{' '}
      {missing === 1 ? 'has' : 'have'} no file{isLive ? ' yet' : '; the rest is worked on without'}
    </Fact>
  );
}

function Twice({ look }: { readonly look: FolderLook }) {
  const { count, first } = look.twice;
  if (count === 0) return null;
  return (
    <Fact
      kind="bad"
      details={
        <Names
          title="Which"
          names={first.map(({ place, names }) => `${formatPlaceWords(place)}: ${names.join(', ')}`)}
          count={count}
        />
      }
    >
      <strong>{formatThings(count, 'place')}</strong> {count === 1 ? 'has' : 'have'} several files
    </Fact>
  );
}

function Unmatched({ look }: { readonly look: FolderLook }) {
  const { count, first } = look.unmatched;
  if (count === 0) return null;
  return (
    <Fact
      kind="note"
      details={
        <Names title="Which, and why" names={first.map(({ name, why }) => `${name} ${why}`)} count={count} />
      }
    >
      <strong>{formatThings(count, 'file')}</strong> {count === 1 ? 'is' : 'are'} passed over, as{' '}
      {count === 1 ? 'its name does' : 'their names do'} not fit
    </Fact>
  );
}

function Outside({ look }: { readonly look: FolderLook }) {
  const { count, first } = look.outside;
  if (count === 0) return null;
  return (
    <Fact kind="note" details={<Names title="Which" names={first.map(({ name }) => name)} count={count} />}>
      <strong>{formatThings(count, 'file')}</strong> {count === 1 ? 'lies' : 'lie'} outside the extents and{' '}
      {count === 1 ? 'is' : 'are'} passed over
    </Fact>
  );
}

function Kinds({ look }: { readonly look: FolderLook }) {
  const { kinds, looked } = look.images;
  const [first, ...others] = kinds;
  if (first === undefined) return null;
  const whole = looked >= look.matched.count;
  const size = `${first.width} × ${first.height} pixels, ${first.bits} bits`;
  const scope = whole ? '' : ` (${formatCount(looked)} looked at)`;
  if (others.length === 0)
    return (
      <Fact kind="good">
        {look.matched.count === 1 ? 'The image is' : 'All images are'} {size}
        {scope}
      </Fact>
    );
  return (
    <Fact
      kind="note"
      details={
        <Names
          title="Which"
          names={kinds.map(
            ({ width, height, bits, files, first: name }) =>
              `${width} × ${height}, ${bits} bits: ${formatThings(files, 'image')}, such as ${name}`,
          )}
          count={kinds.length}
        />
      }
    >
      Images of <strong>{formatThings(kinds.length, 'different kind')}</strong>, most of them {size}
      {scope}. Most tools want one kind.
    </Fact>
  );
}

interface DamagedProps {
  readonly look: FolderLook;
  readonly skip: boolean;
  readonly isLive: boolean;
  readonly onSkip: (skip: boolean) => void;
}

function Damaged({ look, skip, isLive, onSkip }: DamagedProps) {
  const { count, first, looked } = look.damaged;
  if (count === 0) return null;
  const scope = looked >= look.matched.count ? '' : ` of the ${formatCount(looked)} looked at`;
  return (
    <Fact kind={skip ? 'note' : 'bad'}>
      <strong>{formatThings(count, 'file')}</strong>
      {scope} cannot be read as {count === 1 ? 'an image' : 'images'}:
      <ul className={classes['damaged']}>
        {first.slice(0, 5).map(({ name, message, mend }) => (
          <li key={name}>
            {sentence(message.replace(`${look.folder}/`, ''))} <span className="quiet">{mend}</span>
          </li>
        ))}
        {count > 5 && <li className="quiet">and {formatCount(count - 5)} more</li>}
      </ul>
      {!isLive && (
        <Checkbox
          size="xs"
          checked={skip}
          onChange={(event) => onSkip(event.currentTarget.checked)}
          label="Go on without files that are empty or cut short"
          description="Otherwise the run waits when it meets one, and says which."
        />
      )}
    </Fact>
  );
}

/** How many names are shown before more are asked for. */
const shownNames = 12;

interface NamesProps {
  readonly title: string;
  readonly names: readonly string[];
  readonly count: number;
}

function Names({ title, names, count }: NamesProps) {
  const [all, setAll] = useState(false);
  const shown = all ? names : names.slice(0, shownNames);
  return (
    <>
      <summary>{title}</summary>
      <ul className={classes['names']}>
        {shown.map((name) => (
          <li key={name}>{name}</li>
        ))}
      </ul>
      {names.length > shown.length && (
        <Button size="compact-xs" variant="subtle" onClick={() => setAll(true)}>
          {formatThings(names.length - shown.length, 'more')}
        </Button>
      )}
      {all && count > names.length && (
        <p className="quiet">and {formatCount(count - names.length)} more</p>
      )}
    </>
  );
}

/** Pixels of the longer side, on a dense display. */
const thumbnailSize = 160;

function Samples({ look }: { readonly look: FolderLook }) {
  const images = look.samples.filter(({ name }) => /\.(?:tiff?|png|jpe?g|webp|gif)$/i.test(name));
  if (images.length === 0) return null;
  return (
    <ul className={classes['samples']} aria-label="Some of them">
      {images.map(({ path, name, place }) => (
        <Sample key={path} path={path} name={name} place={place} />
      ))}
    </ul>
  );
}

function Sample({ path, name, place }: FolderLook['samples'][number]) {
  const [failed, setFailed] = useState(false);
  const query = new URLSearchParams({ path, size: String(thumbnailSize) });
  const caption = Object.keys(place).length === 0 ? name : formatPlaceWords(place);
  return (
    <li title={name}>
      {failed ? (
        <span className={classes['noImage']}>no image</span>
      ) : (
        <img
          src={`${userApiPath}/folders/thumbnail?${query.toString()}`}
          alt={`${name}, small`}
          loading="lazy"
          onError={() => setFailed(true)}
        />
      )}
      <span className="quiet figures">{caption}</span>
    </li>
  );
}
