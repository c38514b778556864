/** `gantry datasets`: the datasets of the data directory, newest first. */
import {
  datasetTypes,
  GantryError,
  isGantryError,
  type DatasetSummary,
  type DatasetType,
} from '@gantry/model';
import { writeJson, type CommandContext } from '../../command-context.ts';
import { exitCodes } from '../../exit-codes.ts';
import { formatBytes, plural } from '../../numbers.ts';
import { makePrintable } from '../../terminal.ts';
import { formatTable } from '../../text-table.ts';
import { formatTime } from '../list-runs.ts';
import { look } from '../look.ts';

export interface DatasetListOptions {
  readonly type?: string | undefined;
  readonly text?: string | undefined;
  /** At most so many are printed. */
  readonly limit: number;
}

/** @throws GantryError `unknown-type`, and what `look` throws */
export async function listDatasets(context: CommandContext, options: DatasetListOptions): Promise<number> {
  const { out, err } = context.terminal;
  const type = readType(options.type);
  let datasets: DatasetSummary[] = [];
  try {
    datasets = await look(context, async ({ ask }) => {
      const found: DatasetSummary[] = [];
      while (found.length < options.limit) {
        const limit = Math.min(500, options.limit - found.length);
        const after = found.at(-1)?.id;
        const page = await ask((client, signal) =>
          client.datasets({ limit, type, text: options.text, after }, signal),
        );
        found.push(...page);
        if (page.length < limit) break;
      }
      return found;
    });
  } catch (error) {
    if (!isGantryError(error) || error.code !== 'data-directory-missing') throw error;
    err.line(`${error.message} ${error.mend ?? ''}`.trim());
  }
  if (context.json) {
    writeJson(context, datasets);
    return exitCodes.done;
  }
  const head = ['dataset', 'type', 'state', 'name', 'items', 'size', 'made by', 'created'];
  const rows = datasets.map((dataset) => [
    String(dataset.id),
    dataset.type,
    dataset.state,
    makePrintable(dataset.name),
    plural(dataset.items, 'item'),
    formatBytes(dataset.bytes),
    dataset.madeBy === null ? 'a source' : `run ${dataset.madeBy.run}, ${dataset.madeBy.stage}`,
    formatTime(dataset.created),
  ]);
  if (rows.length > 0) for (const row of formatTable([head, ...rows], [0, 4, 5])) out.line(row);
  else if (type === undefined && options.text === undefined)
    err.line('There are no datasets yet. The next step: gantry run PIPELINE.yaml --input DIR --pattern P');
  else err.line('No dataset is like that.');
  return exitCodes.done;
}

function readType(text: string | undefined): DatasetType | undefined {
  const type = datasetTypes.find((one) => one === text);
  if (text === undefined || type !== undefined) return type;
  throw new GantryError('unknown-type', `There is no type \`${text}\` of datasets.`, {
    mend: `Types are ${datasetTypes.join(', ')}.`,
  });
}
