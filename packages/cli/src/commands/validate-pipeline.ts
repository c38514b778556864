/** `gantry pipelines validate`: everything that is wrong with a pipeline file. Needs no data directory. */
import { writeJson, type CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { plural } from '../numbers.ts';
import { readPipeline } from '../pipeline-file.ts';

/** @throws FileErrors with every problem */
export async function validatePipeline(context: CommandContext, file: string): Promise<number> {
  const { compiled } = await readPipeline(file, context.folder, context.settings.values.tools);
  const { name, sources, stages } = compiled;
  if (context.json) {
    writeJson(context, {
      valid: true,
      name,
      sources: sources.map((source) => ({ name: source.name, type: source.type, axes: source.axes })),
      stages: stages.map((stage) => ({
        name: stage.name,
        tool: `${stage.tool.name}@${stage.tool.version}`,
        axes: stage.axes,
      })),
    });
    return exitCodes.done;
  }
  context.terminal.out.line(
    `${file} is a valid pipeline: ${plural(sources.length, 'source')}, ${plural(stages.length, 'stage')}.`,
  );
  return exitCodes.done;
}
