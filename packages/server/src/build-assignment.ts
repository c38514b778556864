/**
 * From a claimed task to what an agent is told: every template filled, every path absolute.
 */
import { join } from 'node:path';
import {
  attemptWorkFolder,
  fillArguments,
  fillOutputPath,
  fillText,
  placeAt,
  templateUses,
  type Argument,
  type Assignment,
  type BroughtFile,
  type TemplateScope,
  type ToolManifest,
} from '@gantry/model';
import type { ClaimedTask } from '@gantry/engine';
import { attemptFolder } from '@gantry/storage';
import type { StorageView } from './hosts/storage-view.ts';
import { layOutInputs, type InputItems } from './lay-out-inputs.ts';

/**
 * @param store the store's folder, on the server's host
 * @param view where the agent finds what
 * @throws GantryError where a template cannot be filled: the attempt cannot start
 */
export function buildAssignment(claimed: ClaimedTask, store: string, view: StorageView): Assignment {
  const { attempt, task, run, stage } = claimed;
  const { tool, params } = stage.compiled;
  const resources = { ...tool.resources, memory: claimed.memory };
  const folder = join(view.store, attemptFolder({ run: run.id, stage: stage.name, attempt }));
  const { inputs: items, links, brought } = layOutInputs(claimed, store, view, folder);
  const toolFolder = findTool(stage, view, brought);
  const logFile = join(folder, attemptWorkFolder, 'task.log');
  const resultsFile = join(folder, attemptWorkFolder, 'results.json');
  const at = placeAt(stage.compiled.axes, claimed.place);
  const lists = listFiles([...tool.command, ...tool.args, ...Object.values(tool.env)], items, folder);
  const before: TemplateScope = {
    inputs: Object.fromEntries(
      [...items].flatMap(([name, found]) => {
        const scopes = found.items.map(({ scope }) => scope);
        const value = found.many ? scopes : scopes[0];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    manifests: Object.fromEntries(lists.map(({ input, path }) => [input, path])),
    params,
    at,
    task: { id: String(task), log: logFile, results: resultsFile, cluster: false },
    attempt,
    run: { name: run.name, id: String(run.id) },
    resources,
    tool: { folder: toolFolder },
    ...(claimed.surroundings === undefined ? {} : { project: claimed.surroundings.project }),
  };
  const outputs = Object.entries(tool.outputs).map(([name, output]) => {
    const relative = fillOutputPath(output.path, before);
    return { name, output, path: join(folder, name, relative), relative };
  });
  const scope: TemplateScope = {
    ...before,
    outputs: Object.fromEntries(
      outputs.map(({ name, path, relative }) => [
        name,
        { path, name: relative, root: join(folder, name), relative },
      ]),
    ),
  };
  const results = Object.keys(tool.results);
  const persistent = tool.worker !== undefined || tool.batch !== undefined;
  const fill = tool.batch === undefined ? {} : { keep: ['batch'] };
  return {
    attempt,
    task,
    run: run.id,
    runName: run.name,
    stage: stage.name,
    about: onlyInput(items),
    tool: { name: tool.name, version: tool.version, digest: stage.toolDigest, folder: toolFolder },
    kind: 'process',
    command: fillArguments([...tool.command, ...tool.args], scope, fill),
    env: Object.fromEntries(
      Object.entries(tool.env).flatMap(([name, template]) => {
        const value = fillText(template, scope);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    worker: tool.worker,
    batch: tool.batch,
    request: persistent
      ? {
          id: String(attempt),
          folder,
          at,
          inputs: Object.fromEntries(
            [...items].flatMap(([name, found]) => {
              const inputs = found.items.map(({ worker }) => worker);
              const value = found.many ? inputs : inputs[0];
              return value === undefined ? [] : [[name, value]];
            }),
          ),
          params,
          outputs: Object.fromEntries(outputs.map(({ name, path }) => [name, path])),
          resources: { cpu: resources.cpu, memory: resources.memory },
        }
      : undefined,
    files: lists.map(({ path, content }) => ({ path, content })),
    ...(links.length === 0 ? {} : { links }),
    ...(brought.length === 0 ? {} : { brought }),
    ...(namesFile(tool, 'log') ? { logFile } : {}),
    ...(namesFile(tool, 'results') ? { resultsFile } : {}),
    ...(results.length === 0 ? {} : { results }),
    outputs: outputs.map(({ name, output, path }) => ({
      name,
      type: output.type,
      path,
      pattern: output.pattern,
      min: output.min,
      ...(output.folder === true ? { folder: true } : {}),
    })),
    folder,
    success: tool.success,
    resources: {
      cpu: resources.cpu,
      memory: resources.memory,
      ...(resources.gpu === 0 ? {} : { gpu: resources.gpu }),
      time: resources.time,
    },
    // One that asks for more than the others gets a process of its own: limits are set at the start of a process.
    poolKey: `${stage.id} ${stage.toolDigest}${resources.memory === tool.resources.memory ? '' : ` ${resources.memory}`}`,
  };
}

/** Where the tool's folder is on the agent's machine; it may have to be brought. */
function findTool(
  { toolFolder, toolDigest }: ClaimedTask['stage'],
  view: StorageView,
  brought: BroughtFile[],
): string {
  if (toolFolder === '') return '';
  const found = view.find(toolFolder);
  if (found !== undefined) return found;
  const path = view.toolFolder(toolDigest);
  brought.push({ path, from: toolFolder, ticket: view.ticket(toolFolder), tool: true });
  return path;
}

type OwnFile = 'log' | 'results';

const namedFiles = new WeakMap<ToolManifest, ReadonlySet<string>>();

/** Whether the tool is told of a file that it may write a log of its own, or its results, to. */
function namesFile(tool: ToolManifest, file: OwnFile): boolean {
  const known = namedFiles.get(tool) ?? findNamedFiles(tool);
  namedFiles.set(tool, known);
  return known.has(file);
}

function findNamedFiles(tool: ToolManifest): ReadonlySet<string> {
  const uses = [...tool.command, ...tool.args, ...Object.values(tool.env)].flatMap((template) =>
    templateUses(template),
  );
  return new Set(uses.filter(({ path }) => path[0] === 'task').map(({ path }) => path[1] ?? ''));
}

/** The name of the file that the task works on, where its inputs are of one item, or only one of them is. */
function onlyInput(items: ReadonlyMap<string, InputItems>): string | undefined {
  const single = [...items.values()].filter(({ many }) => !many);
  const [first] = single;
  return single.length === 1 ? first?.items[0]?.worker.name : undefined;
}

/** The JSON files that templates name as `${inputs.NAME.manifest}`: the items with places and sizes. */
function listFiles(
  templates: readonly Argument[],
  items: ReadonlyMap<string, InputItems>,
  folder: string,
): { input: string; path: string; content: string }[] {
  const named = new Set(
    templates.flat().flatMap((template) =>
      templateUses(template)
        .filter(({ path }) => path[0] === 'inputs' && path[2] === 'manifest')
        .map(({ path }) => path[1] ?? ''),
    ),
  );
  return [...named].map((input) => ({
    input,
    path: join(folder, attemptWorkFolder, `inputs-${input}.json`),
    content: JSON.stringify({ items: (items.get(input)?.items ?? []).map(({ worker }) => worker) }),
  }));
}
