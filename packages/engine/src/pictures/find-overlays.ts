/**
 * What may be laid over an image: the images that its runs have at an agreeing place, with the tables that were
 * measured with them. Whether they are of the same size is left to the caller. Reads only.
 */
import type { OverlayKind, Place } from '@gantry/model';
import type { Engine } from '../engine.ts';
import type { RunPlan } from '../run-plan.ts';
import { listAgreeing, type RelatedItem } from './agreeing-items.ts';
import { guessKind } from './picture-kind.ts';

export type { RelatedItem } from './agreeing-items.ts';

export interface OverlayCandidate extends RelatedItem {
  readonly kind: OverlayKind;
  readonly run: number;
  /** The stage that has made it, or the source. */
  readonly stage: string;
  /** Null for a source. */
  readonly output: string | null;
  readonly tables: readonly RelatedItem[];
}

export interface RelatedPictures {
  /** Labels first, then masks; of the newest run first. */
  readonly candidates: readonly OverlayCandidate[];
  /** Tables that were measured of the image itself. */
  readonly tables: readonly RelatedItem[];
}

/** More runs of a dataset are not looked at: the newest ones count. */
const mostRuns = 5;
/** Items of a dataset with more axes than the image has. */
const mostOfDataset = 4;

interface Picture {
  readonly dataset: number;
  readonly axes: readonly string[];
  readonly stage: string;
  readonly output: string | null;
  readonly names: readonly string[];
}

const pictureTypes: readonly string[] = ['image', 'pyramid'];

export async function findOverlays(engine: Engine, dataset: number, place: Place): Promise<RelatedPictures> {
  const { rows } = await engine.pool.query<{ run: number }>(
    `SELECT run FROM stage WHERE dataset = $1
     UNION SELECT s.run FROM stage_output o JOIN stage s ON s.id = o.stage WHERE o.dataset = $1
     ORDER BY run DESC LIMIT $2`,
    [dataset, mostRuns],
  );
  const candidates: OverlayCandidate[] = [];
  const tables: RelatedItem[] = [];
  for (const { run } of rows) {
    const plan = await engine.plan(run);
    tables.push(...(await tablesOf(engine, plan, dataset, place)));
    for (const picture of await picturesOf(engine, plan)) {
      const known = candidates.some((one) => one.dataset === picture.dataset);
      if (picture.dataset === dataset || known) continue;
      const { axes, stage, output, names } = picture;
      for (const item of await listAgreeing(engine, { id: picture.dataset, axes }, place, mostOfDataset)) {
        candidates.push({
          ...item,
          ...{ run, stage, output },
          kind: guessKind([...names, ...readersOf(plan, picture.dataset)]),
          tables: await tablesOf(engine, plan, picture.dataset, item.place),
        });
      }
    }
  }
  const rank: Record<OverlayKind, number> = { labels: 0, mask: 1, image: 2 };
  return { candidates: candidates.toSorted((a, b) => rank[a.kind] - rank[b.kind]), tables };
}

async function picturesOf(engine: Engine, plan: RunPlan): Promise<Picture[]> {
  const { rows } = await engine.pool.query<{ id: number; type: string }>(
    'SELECT id, type FROM dataset WHERE id = ANY ($1)',
    [plan.sources.map(({ dataset }) => dataset)],
  );
  const sources = plan.sources
    .filter(({ dataset }) => rows.some(({ id, type }) => id === dataset && pictureTypes.includes(type)))
    .map(({ name, dataset, axes }) => ({ dataset, axes, stage: name, output: null, names: [name] }));
  const outputs = plan.stages.flatMap(({ name, compiled, shape }) =>
    compiled.outputs.flatMap((output, index) => {
      const dataset = shape.outputs[index]?.dataset;
      if (dataset === undefined || !pictureTypes.includes(output.type)) return [];
      const { axes } = output;
      return [
        { dataset, axes, stage: name, output: output.name, names: [name, compiled.tool.name, output.name] },
      ];
    }),
  );
  return [...outputs, ...sources];
}

/** Names of the inputs that read a dataset. */
function readersOf(plan: RunPlan, dataset: number): string[] {
  return plan.stages.flatMap(({ shape, compiled }) =>
    compiled.inputs.filter((_, index) => shape.inputs[index]?.dataset === dataset).map(({ name }) => name),
  );
}

/** Tables at an agreeing place that stages have made which read the dataset. */
async function tablesOf(
  engine: Engine,
  plan: RunPlan,
  dataset: number,
  place: Place,
): Promise<RelatedItem[]> {
  const tables: RelatedItem[] = [];
  for (const { shape, compiled } of plan.stages) {
    if (!shape.inputs.some((input) => input.dataset === dataset)) continue;
    for (const [index, output] of compiled.outputs.entries()) {
      const id = shape.outputs[index]?.dataset;
      if (id === undefined || output.type !== 'table') continue;
      tables.push(...(await listAgreeing(engine, { id, axes: output.axes }, place, mostOfDataset)));
    }
  }
  return tables;
}
