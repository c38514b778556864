/** A run as it is at this moment: what the database says, and how far its sources are filled. */
import { describeRun } from '@gantry/engine';
import type { RunDetail } from '@gantry/model';
import type { ServerContext } from './context.ts';

/** @throws GantryError `unknown-run` */
export async function describeRunNow(
  { engine, intakes, live }: Pick<ServerContext, 'engine' | 'intakes' | 'live'>,
  run: number,
): Promise<RunDetail> {
  const detail = await describeRun(engine, run);
  const filled = await intakes.describeAll(detail.sources.map(({ dataset }) => dataset));
  const watched = new Map(live.list().map(({ dataset, folder }) => [dataset, folder]));
  return {
    ...detail,
    sources: detail.sources.map((source) => {
      const [intake, folder] = [filled.get(source.dataset), watched.get(source.dataset)];
      return {
        ...source,
        ...(intake === undefined ? {} : { intake }),
        ...(folder === undefined ? {} : { watched: folder }),
      };
    }),
  };
}
