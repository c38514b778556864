/** A run as it is at this moment: what the database says, and how far its sources are filled. */
import { describeRun } from '@gantry/engine';
import type { RunDetail } from '@gantry/model';
import type { ServerContext } from './context.ts';

/** @throws GantryError `unknown-run` */
export async function describeRunNow(
  { engine, intakes }: Pick<ServerContext, 'engine' | 'intakes'>,
  run: number,
): Promise<RunDetail> {
  const detail = await describeRun(engine, run);
  const filled = await intakes.describeAll(detail.sources.map(({ dataset }) => dataset));
  return {
    ...detail,
    sources: detail.sources.map((source) => {
      const intake = filled.get(source.dataset);
      return { ...source, ...(intake === undefined ? {} : { intake }) };
    }),
  };
}
