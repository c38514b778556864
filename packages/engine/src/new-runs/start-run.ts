/**
 * Starts a run over folders and datasets: one transaction makes the run with its datasets, and what is to fill them;
 * reading folders then goes on by itself. A server that ends in between leaves either nothing or all of that.
 */
import { FileErrors, type NewRunRequest } from '@gantry/model';
import { createRun } from '../create-run.ts';
import type { Intakes } from '../intakes/intakes.ts';
import type { LiveSources } from '../live-sources/live-sources.ts';
import type { InstalledTool } from '../read-tools.ts';
import { checkRun, type RunChecks } from './check-run.ts';
import { identifyTools } from './identify-tools.ts';

export interface StartRunContext extends RunChecks {
  readonly project: number;
  readonly intakes: Intakes;
  readonly live: LiveSources;
  readonly log: (line: string) => void;
}

/**
 * @returns the run's id
 * @throws FileErrors with all that is wrong, each with its field; what `createRun` throws
 */
export async function startRun(
  context: StartRunContext,
  request: NewRunRequest,
  tools: readonly InstalledTool[],
): Promise<number> {
  const { pipeline, fileProblems, sources, plan } = await checkRun(context, request, tools, 'start');
  if (pipeline === undefined) throw new FileErrors(fileProblems);
  if (plan.problems.length > 0) throw new FileErrors(plan.problems);
  const { engine, project, intakes, live, log } = context;
  const name = request.name ?? pipeline.name;
  const id = await createRun(engine, {
    project,
    name,
    pipeline,
    sources,
    tools: await identifyTools(pipeline, tools),
    cache: request.cache,
    pool: request.pool,
    request: { ...request, name },
  });
  const run = await engine.plan(id);
  try {
    await intakes.review();
    for (const source of run.sources) await live.takeUp(source.dataset);
  } catch (error) {
    // The run is there: what was not taken up now is at the next review, or start.
    log(
      `Filling the sources of run ${id} has not begun: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return id;
}
