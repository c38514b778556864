/** `gantry datasets show`: what is in a dataset; or, with a place, what an item is, what made it, what was made of it. */
import {
  formatPlace,
  type DatasetDetail,
  type ItemDetail,
  type ItemMetadata,
  type ItemSummary,
} from '@gantry/model';
import { writeJson, type CommandContext } from '../../command-context.ts';
import { exitCodes } from '../../exit-codes.ts';
import { formatBytes, formatCount, plural } from '../../numbers.ts';
import { makePrintable, paint, type Output } from '../../terminal.ts';
import { formatTable } from '../../text-table.ts';
import { formatTime } from '../list-runs.ts';
import { look } from '../look.ts';
import { readPlaceOption } from './place-option.ts';

/** So many items of a dataset are named. */
const shownItems = 20;

export async function showDataset(
  context: CommandContext,
  dataset: number,
  placeText: string | undefined,
): Promise<number> {
  const { out } = context.terminal;
  if (placeText !== undefined) {
    const place = readPlaceOption(placeText);
    const item = await look(context, ({ ask }) =>
      ask((client, signal) => client.item(dataset, place, signal)),
    );
    if (context.json) writeJson(context, item);
    else printItem(out, item);
    return exitCodes.done;
  }
  const { detail, items } = await look(context, async ({ ask }) => ({
    detail: await ask((client, signal) => client.dataset(dataset, signal)),
    items: await ask((client, signal) => client.items(dataset, { limit: shownItems }, signal)),
  }));
  if (context.json) writeJson(context, { ...detail, firstItems: items });
  else printDataset(out, detail, items);
  return exitCodes.done;
}

function printDataset(out: Output, dataset: DatasetDetail, items: readonly ItemSummary[]): void {
  const { madeBy, readBy, readers, folder, pattern, fingerprint } = dataset;
  out.line(paint(out, 'bold', `Dataset ${dataset.id}: ${makePrintable(dataset.name)}`));
  const lattice = dataset.extents.map(({ axis, first, last }) => `${axis} ${first}..${last}`).join(', ');
  out.line(
    `${dataset.type}, ${dataset.state}, ${plural(dataset.items, 'item')}, ${formatBytes(dataset.bytes)}`,
  );
  if (lattice !== '') out.line(`places: ${lattice}`);
  out.line(
    madeBy === null
      ? `a source${folder === null ? '' : ` from ${makePrintable(folder)}`}${pattern === null ? '' : `, ${makePrintable(pattern)}`}`
      : `made by ${madeBy.stage}.${madeBy.output} of run ${madeBy.run} (${makePrintable(madeBy.runName)})`,
  );
  if (readBy.length > 0) {
    const named = readBy.map(({ run, stages }) => `run ${run} (${stages.join(', ')})`).join(', ');
    out.line(`read by ${named}${readers > readBy.length ? `, and ${readers - readBy.length} more` : ''}`);
  }
  if (fingerprint !== null) out.line(`fingerprint ${fingerprint}`);
  if (items.length === 0) return;
  out.line();
  const rows = items.map((item) => [
    `  ${formatPlace(item.place)}`,
    makePrintable(item.name),
    formatBytes(item.size),
    `revision ${item.revision}`,
  ]);
  for (const row of formatTable(rows, [2])) out.line(row);
  if (dataset.items > items.length) out.line(`  and ${formatCount(dataset.items - items.length)} more`);
}

function printItem(out: Output, item: ItemDetail): void {
  const { madeBy } = item;
  out.line(
    paint(
      out,
      'bold',
      `${makePrintable(item.name)}: ${formatPlace(item.place)} of dataset ${item.dataset.id}`,
    ),
  );
  out.line(makePrintable(item.path) + (item.found === 'missing' ? ' (it is not there any more)' : ''));
  out.line(`${formatBytes(item.size)}, revision ${item.revision}, recorded ${formatTime(item.modified)}`);
  out.line(item.checksum);
  const about = describeMetadata(item.metadata);
  if (about !== '') out.line(makePrintable(about));
  for (const [name, value] of Object.entries(item.acquired ?? {}))
    out.line(makePrintable(`${name} ${String(value)}`));
  out.line();
  if (madeBy === null) out.line(`It is a ${item.found === 'folder' ? 'folder' : 'file'} of a source.`);
  else {
    const { run, stage, task, attempt, tool } = madeBy;
    out.line(
      `Made by attempt ${attempt.id} of task ${task.id} (${stage}) of run ${run}, on ${attempt.agent}`,
    );
    out.line(`  ${tool.name}@${tool.version}${tool.digest === '' ? '' : `, ${tool.digest.slice(0, 12)}`}`);
    for (const [name, value] of Object.entries(madeBy.params))
      out.line(`  ${name} = ${makePrintable(JSON.stringify(value))}`);
    for (const input of madeBy.inputs) {
      const changed = input.items.filter((one) => one.changed).length;
      const [only] = input.items;
      const what =
        input.available === 1 && only !== undefined
          ? makePrintable(only.name)
          : plural(input.available, 'item');
      out.line(
        `  ${input.name}: ${what} of dataset ${input.dataset} (${input.from})${changed === 0 ? '' : `, ${formatCount(changed)} changed since`}`,
      );
    }
  }
  if (item.usedBy.length > 0) {
    out.line();
    out.line('Read by');
    for (const { run, stage, tasks, more } of item.usedBy)
      out.line(`  ${stage} of run ${run}: ${more ? 'more than ' : ''}${plural(tasks.length, 'task')}`);
  }
}

/** At most five digits that count. */
function round(value: number): number {
  return Number(value.toPrecision(5));
}

function describeMetadata(metadata: ItemMetadata): string {
  switch (metadata.kind) {
    case 'image': {
      const { width, height, bitDepth, sampleFormat, pixelSize, channel } = metadata;
      return [
        `${formatCount(width)} x ${formatCount(height)} pixels, ${bitDepth} bits${sampleFormat === 'float' ? ' float' : ''}`,
        ...(pixelSize === null ? [] : [`${round(pixelSize.x)} x ${round(pixelSize.y)} µm each`]),
        ...(channel === null ? [] : [`channel ${channel}`]),
      ].join(', ');
    }
    case 'table':
      return `${metadata.rows === null ? 'many rows' : plural(metadata.rows, 'row')} of ${metadata.columns.join(', ')}`;
    case 'unreadable':
      return `${metadata.message} ${metadata.mend ?? ''}`.trim();
    case 'none':
      return '';
  }
}
