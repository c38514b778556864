/** `gantry tools`: the standard tools and those of --tools. Needs no data directory. */
import type { ToolManifest } from '@gantry/model';
import { writeJson, type CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { readAllTools } from '../standard-tools.ts';
import { formatTable } from '../text-table.ts';

export async function listTools(context: CommandContext): Promise<number> {
  const tools = (await readAllTools(context.settings.values.tools)).sort(
    (a, b) => compare(a.manifest.name, b.manifest.name) || compare(a.manifest.version, b.manifest.version),
  );
  if (context.json) {
    writeJson(
      context,
      tools.map(({ manifest, folder }) => ({
        name: manifest.name,
        version: manifest.version,
        title: manifest.title,
        description: manifest.description,
        inputs: manifest.inputs,
        params: manifest.params,
        outputs: manifest.outputs,
        folder,
      })),
    );
    return exitCodes.done;
  }
  const rows = tools.map(({ manifest }) => [
    `${manifest.name}@${manifest.version}`,
    `${list(manifest.inputs)} → ${list(manifest.outputs)}`,
    list(manifest.params),
    manifest.title ?? '',
  ]);
  for (const row of formatTable([['tool', 'inputs → outputs', 'parameters', ''], ...rows]))
    context.terminal.out.line(row);
  return exitCodes.done;
}

function list(parts: ToolManifest['inputs'] | ToolManifest['outputs'] | ToolManifest['params']): string {
  return Object.keys(parts).join(', ');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
