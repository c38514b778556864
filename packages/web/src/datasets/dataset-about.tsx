/** What else there is to say of a dataset: where its files come from, its bounds, its fingerprint, how programs get it. */
import { userApiPath, type DatasetDetail } from '@gantry/model';
import { CopyButton } from '../parts/copy-button.tsx';
import { CopyCall } from '../parts/copy-call.tsx';
import { formatCount } from '../parts/numbers.ts';
import { RelativeTime } from '../parts/relative-time.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import classes from './dataset-about.module.css';
import { describeExtents, describeItems } from './extents.ts';
import { Facts, type Fact } from './facts.tsx';
import panel from './item-panel.module.css';

const states: Readonly<Record<DatasetDetail['state'], string>> = {
  open: 'It may still get new places.',
  closed: 'It gets no new places; files at known places may still change.',
  sealed: 'It never changes again.',
  published: 'It never changes again, and others may cite it.',
  invalidated: 'It was declared wrong.',
};

export function DatasetAbout({ dataset }: { readonly dataset: DatasetDetail }) {
  const commands: readonly [string, string][] = [
    ['What is in it', `npx gantry datasets show ${dataset.id}`],
    ...(dataset.madeBy === null
      ? []
      : ([['All of it in a folder', `npx gantry run --resume ${dataset.madeBy.run} --out DIR`]] as [
          string,
          string,
        ][])),
  ];
  return (
    <section className={`panel ${classes['about']}`} aria-label="About">
      <Facts facts={listFacts(dataset)} />
      <div className={classes['programs']}>
        {commands.map(([what, command]) => (
          <p key={command}>
            {what}: <code className={panel['code']}>{command}</code>{' '}
            <CopyButton text={command} label="Copy as command" />
          </p>
        ))}
        <p>
          For programs: <code className={panel['code']}>{`${userApiPath}/datasets/${dataset.id}/items`}</code>{' '}
          <CopyCall path={`/datasets/${dataset.id}/items`} />
        </p>
      </div>
    </section>
  );
}

function listFacts(dataset: DatasetDetail): Fact[] {
  const { bounds, folder, pattern, watch, fingerprint } = dataset;
  const ranges = (given: DatasetDetail['bounds']['extents']): string =>
    Object.entries(given)
      .map(([axis, [first, last]]) => `${axis} ${first}–${last}`)
      .join(', ');
  const skipped = Object.entries(bounds.skip).filter(([, planes]) => planes.length > 0);
  return [
    { name: 'Number', value: String(dataset.id) },
    {
      name: 'State',
      value: (
        <>
          <StateBadge state={dataset.state} /> <span className="quiet">{states[dataset.state]}</span>
        </>
      ),
    },
    { name: 'Items', value: `${describeItems(dataset)}, ${formatCount(dataset.bytes)} bytes` },
    {
      name: 'Lattice',
      value: dataset.axes.length === 0 ? 'no axes: one item alone' : describeExtents(dataset),
    },
    ...(Object.keys(bounds.extents).length === 0
      ? []
      : [{ name: 'Declared', value: `${ranges(bounds.extents)}: no other places are run` }]),
    ...(Object.keys(bounds.region).length === 0 ? [] : [{ name: 'Region', value: ranges(bounds.region) }]),
    ...(skipped.length === 0
      ? []
      : [
          {
            name: 'Skipped',
            value: skipped.map(([axis, planes]) => `${axis} ${planes.join(', ')}`).join('; '),
          },
        ]),
    ...(folder === null
      ? []
      : [
          {
            name: 'Folder',
            value: (
              <>
                <code className={panel['code']}>{folder}</code>
                {watch === 'watched' && <span className="quiet"> watched for new files</span>}
                {watch === 'ended' && <span className="quiet"> was watched</span>}
              </>
            ),
          },
        ]),
    ...(pattern === null
      ? []
      : [{ name: 'Pattern', value: <code className={panel['code']}>{pattern}</code> }]),
    {
      name: 'Fingerprint',
      value:
        fingerprint === null ? (
          <span className="quiet">it gets one when it is sealed</span>
        ) : (
          <>
            <code className={panel['code']}>{fingerprint}</code>{' '}
            <CopyButton text={fingerprint} label="Copy" />
          </>
        ),
    },
    { name: 'Created', value: <RelativeTime time={dataset.created} /> },
  ];
}
