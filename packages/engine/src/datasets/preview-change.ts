/**
 * What closing or sealing a dataset would mean, in sentences for people, and why it cannot be done, where it cannot.
 * Reads only, from counts that are kept: `dataset_size`, `tally`, by the runs that read the dataset. What it says is
 * true at the time; the change itself looks again.
 */
import type { ChangePreview, DatasetDetail } from '@gantry/model';
import type { Engine } from '../engine.ts';
import { describeDataset } from './read-datasets.ts';

interface ReaderRow {
  readonly run: number;
  readonly name: string;
  readonly state: string;
  /** Places that declared extents promise and that have no item yet. */
  readonly promised: number;
  /** Tasks that wait for something. */
  readonly waiting: number;
}

interface MakerRow {
  readonly run: number;
  readonly name: string;
  readonly failed: number;
}

/** @throws GantryError `unknown-dataset` */
export async function previewChange(
  engine: Engine,
  dataset: number,
  change: ChangePreview['change'],
): Promise<ChangePreview> {
  const detail = await describeDataset(engine, dataset);
  return change === 'close'
    ? { change, ...(await previewClosing(engine, detail)) }
    : { change, ...(await previewSealing(engine, detail)) };
}

type Preview = Omit<ChangePreview, 'change'>;

async function previewClosing(engine: Engine, dataset: DatasetDetail): Promise<Preview> {
  const { madeBy, state } = dataset;
  if (madeBy !== null)
    return refuse(
      `It is made by run ${madeBy.run} (${madeBy.runName}).`,
      'It closes by itself when the run ends.',
    );
  if (state !== 'open') return refuse(`It is ${state} already.`, null);
  const readers = await listActiveReaders(engine, dataset.id);
  return {
    refused: null,
    means: [
      `It stays at ${things(dataset.items, 'place')}: files that come later at new places are listed as late and left out. ` +
        'Files that change at known places are still taken.',
      ...readers.flatMap((reader) => describeReader(reader)),
      ...(readers.length === 0 ? ['No run that is at work reads it.'] : []),
      ...(dataset.watch === 'watched' && dataset.folder !== null
        ? [`The folder ${dataset.folder} stays watched for changes of what is known.`]
        : []),
      'It cannot be opened again.',
    ],
  };
}

function describeReader({ run, name, promised, waiting }: ReaderRow): string[] {
  const absent =
    promised === 0
      ? ''
      : ` ${capital(things(promised, 'promised place'))} without an item ${promised === 1 ? 'counts' : 'count'} as absent.`;
  const goes =
    waiting === 0
      ? ' Nothing of it waits for more items.'
      : ` ${capital(things(waiting, 'task'))} of it ${waiting === 1 ? 'waits' : 'wait'}; those that waited only for the end of this dataset go on.`;
  return [`Run ${run} (${name}) reads it.${absent}${goes}`];
}

async function previewSealing(engine: Engine, dataset: DatasetDetail): Promise<Preview> {
  const { madeBy, state } = dataset;
  if (state === 'open')
    return refuse(
      'It is open: it may still get places.',
      madeBy === null
        ? 'Close it first.'
        : `It closes by itself when run ${madeBy.run} (${madeBy.runName}) ends.`,
    );
  if (state !== 'closed') return refuse(`It is ${state} already.`, null);
  const maker = madeBy === null ? undefined : await findMaker(engine, madeBy.run, madeBy.stage);
  return {
    refused: null,
    means: [
      `Nothing of it will change any more: neither its ${things(dataset.items, 'item')} nor their files' recorded bytes. ` +
        'A fingerprint (SHA-256 over places, names, sizes and checksums) says what it holds.',
      ...(maker === undefined
        ? ['New versions of its files are refused; a new dataset takes them.']
        : [
            `Run ${maker.run} (${maker.name}) cannot be resumed any more, and none of its tasks can be tried again.` +
              (maker.failed === 0
                ? ''
                : ` ${capital(things(maker.failed, 'task'))} of ${madeBy?.stage ?? 'its stage'} failed or ${maker.failed === 1 ? 'is' : 'are'} blocked: their places stay empty.`),
            'Other runs may have it as their source from then on.',
          ]),
      'A seal is not broken again.',
    ],
  };
}

function refuse(message: string, mend: string | null): Preview {
  return { means: [], refused: { message, mend } };
}

async function listActiveReaders(engine: Engine, dataset: number): Promise<ReaderRow[]> {
  const { rows } = await engine.pool.query<ReaderRow>({
    name: 'active-readers',
    text: `SELECT r.id AS run, r.name, r.state::text AS state,
        coalesce((SELECT sum(y.tasks) FROM tally y WHERE y.stage = s.id AND y.state = 'waiting'), 0)::int AS promised,
        coalesce((SELECT sum(y.tasks) FROM tally y JOIN stage c ON c.id = y.stage
          WHERE c.run = r.id AND c.spec IS NOT NULL AND y.state = 'waiting'), 0)::int AS waiting
      FROM stage s JOIN run r ON r.id = s.run
      WHERE s.dataset = $1 AND r.state IN ('active', 'paused') ORDER BY r.id`,
    values: [dataset],
  });
  return rows;
}

async function findMaker(engine: Engine, run: number, stage: string): Promise<MakerRow | undefined> {
  const { rows } = await engine.pool.query<MakerRow>({
    name: 'maker-of-dataset',
    text: `SELECT r.id AS run, r.name,
        coalesce((SELECT sum(y.tasks) FROM tally y WHERE y.stage = g.id AND y.state IN ('failed', 'blocked')), 0)::int
          AS failed
      FROM run r JOIN stage g ON g.run = r.id AND g.name = $2 AND g.removed IS NULL WHERE r.id = $1`,
    values: [run, stage],
  });
  return rows[0];
}

const whole = new Intl.NumberFormat('en');

function things(count: number, thing: string): string {
  return `${whole.format(count)} ${thing}${count === 1 ? '' : 's'}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
