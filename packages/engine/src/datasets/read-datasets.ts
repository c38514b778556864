/**
 * What datasets there are, and how much is in them. Reads only. Nothing is counted: items, bytes and extents are kept
 * with the items, in the table `dataset_size` (migration 0003), so that a dataset of a million costs as much as one
 * of ten.
 *
 * Indexes: `dataset_by_project` backwards, or `dataset_pkey`; per dataset `dataset_size_pkey`, `item_pkey` for its
 * first item, `stage_output_by_dataset`, `stage_by_dataset`. 2 ms for a list of a hundred, 1 ms for one of a
 * million items.
 */
import {
  GantryError,
  listedReaders,
  placeAt,
  type DatasetDetail,
  type DatasetQuery,
  type DatasetSummary,
} from '@gantry/model';
import type { Engine } from '../engine.ts';

interface DatasetRow extends Omit<DatasetSummary, 'created' | 'extents' | 'first'> {
  readonly created: Date;
  readonly least: number[] | null;
  readonly greatest: number[] | null;
  readonly firstPlace: number[] | null;
  readonly firstRevision: number | null;
}

interface DetailRow extends DatasetRow, Pick<DatasetDetail, 'bounds' | 'pattern' | 'fingerprint'> {}

/** Stages that read what `origin` names, as the compiled stages write it. */
const readingStages = `ARRAY(
  SELECT c.name FROM stage c WHERE c.run = reads.run AND c.spec IS NOT NULL AND c.removed IS NULL
    AND EXISTS (SELECT FROM jsonb_array_elements(c.spec -> 'inputs') i WHERE i -> 'origin' = reads.origin)
  ORDER BY c.ordinal)`;

const columns = `
  d.id, d.name, d.type, d.axes, d.state, d.created, d.folder,
  coalesce(z.items, 0) AS items, coalesce(z.bytes, 0) AS bytes, z.first AS least, z.last AS greatest,
  f.place AS "firstPlace", f.revision AS "firstRevision",
  CASE WHEN w.dataset IS NULL THEN NULL WHEN w.ended IS NULL THEN 'watched' ELSE 'ended' END AS watch,
  (SELECT jsonb_build_object('run', r.id, 'runName', r.name, 'stage', g.name, 'output', o.name)
   FROM stage_output o JOIN stage g ON g.id = o.stage JOIN run r ON r.id = g.run WHERE o.dataset = d.id) AS "madeBy",
  (SELECT count(DISTINCT s.run) FROM stage s WHERE s.dataset = d.id) AS readers,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('run', reads.run, 'runName', r.name, 'stages', ${readingStages})
      ORDER BY reads.run DESC), '[]')
   FROM (
     (SELECT s.run, jsonb_build_object('kind', 'source', 'source', s.name) AS origin
      FROM stage s WHERE s.dataset = d.id ORDER BY s.run DESC LIMIT ${listedReaders})
     UNION ALL
     SELECT g.run, jsonb_build_object('kind', 'output', 'stage', g.name, 'output', o.name)
     FROM stage_output o JOIN stage g ON g.id = o.stage WHERE o.dataset = d.id AND g.removed IS NULL
   ) reads JOIN run r ON r.id = reads.run) AS "readBy"`;

const tables = `
  dataset d LEFT JOIN dataset_size z ON z.dataset = d.id LEFT JOIN live_source w ON w.dataset = d.id
  LEFT JOIN LATERAL (SELECT place, revision FROM item WHERE dataset = d.id ORDER BY place LIMIT 1) f ON true`;

/** Datasets of a project, newest first. */
export async function listDatasets(
  engine: Engine,
  project: number,
  { type, text, after, limit }: DatasetQuery,
): Promise<DatasetSummary[]> {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const { rows } = await engine.pool.query<DatasetRow>({
    name: 'list-datasets',
    text: `SELECT ${columns} FROM ${tables}
      WHERE d.id IN (
        SELECT id FROM dataset
        WHERE project = $1 AND ($2::text IS NULL OR type = $2) AND ($3::int IS NULL OR id < $3)
          AND NOT EXISTS (SELECT FROM unnest($4::text[]) word WHERE strpos(lower(name), word) = 0)
        ORDER BY id DESC LIMIT $5)
      ORDER BY d.id DESC`,
    values: [project, type ?? null, after ?? null, words.map((word) => word.toLowerCase()), limit],
  });
  return rows.map(summary);
}

/** Those of the datasets that there are. */
export async function summarizeDatasets(engine: Engine, ids: readonly number[]): Promise<DatasetSummary[]> {
  const { rows } = await engine.pool.query<DatasetRow>({
    name: 'summarize-datasets',
    text: `SELECT ${columns} FROM ${tables} WHERE d.id = ANY ($1) ORDER BY d.id`,
    values: [ids],
  });
  return rows.map(summary);
}

/** @throws GantryError `unknown-dataset` */
export async function describeDataset(engine: Engine, dataset: number): Promise<DatasetDetail> {
  const { rows } = await engine.pool.query<DetailRow>({
    name: 'describe-dataset',
    text: `SELECT ${columns}, d.bounds, d.pattern, d.fingerprint FROM ${tables} WHERE d.id = $1`,
    values: [dataset],
  });
  const [row] = rows;
  if (row === undefined) throw unknownDataset(dataset);
  return { ...summary(row), bounds: row.bounds, pattern: row.pattern, fingerprint: row.fingerprint };
}

export function unknownDataset(dataset: number): GantryError {
  return new GantryError('unknown-dataset', `There is no dataset ${dataset}.`, {
    mend: '`gantry datasets` lists them.',
  });
}

function summary(row: DatasetRow): DatasetSummary {
  const { id, name, type, axes, state, items, bytes, madeBy, readers, folder, watch } = row;
  const readBy = row.readBy.filter(({ stages, run }) => stages.length > 0 || run !== madeBy?.run);
  const inside = madeBy === null ? 0 : readBy.filter(({ run }) => run === madeBy.run).length;
  return {
    ...{ id, name, type, axes, state, items, bytes, madeBy, folder, watch },
    created: row.created.toISOString(),
    readBy: readBy.slice(0, listedReaders),
    readers: readers + inside,
    extents: axes.flatMap((axis, index) => {
      const [first, last] = [row.least?.[index], row.greatest?.[index]];
      return first === undefined || last === undefined ? [] : [{ axis, first, last }];
    }),
    first:
      row.firstPlace === null || row.firstRevision === null
        ? null
        : { place: placeAt(axes, row.firstPlace), revision: row.firstRevision },
  };
}
