/** `gantry edit`: gives a run another revision of its pipeline, says what that would come to, or lists the revisions. */
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, resolve } from 'node:path';
import { EditClient } from '@gantry/client';
import {
  GantryError,
  FileErrors,
  type BoundsChange,
  type EditedRun,
  type EditRunBody,
  type PlannedEdit,
  type RevisionSummary,
} from '@gantry/model';
import { writeJson, type CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { readBounds } from '../input/bounds-arguments.ts';
import { readParams } from '../input/source-arguments.ts';
import { formatCount, plural } from '../numbers.ts';
import { formatTable } from '../text-table.ts';
import { makePrintable } from '../terminal.ts';
import { formatTime } from './list-runs.ts';
import { look } from './look.ts';

export interface EditOptions {
  readonly pipeline: string | undefined;
  readonly set: readonly string[];
  readonly remove: readonly string[];
  readonly region: readonly string[];
  readonly skip: readonly string[];
  readonly base: number | undefined;
  readonly note: string | undefined;
  readonly dryRun: boolean;
}

/** @throws GantryError `usage`, `file-not-found`; FileErrors with all that is wrong with the edit */
export async function editRun(context: CommandContext, run: number, options: EditOptions): Promise<number> {
  const { pipeline, set, remove, region, skip, base, note, dryRun } = options;
  const asked = pipeline !== undefined || [set, remove, region, skip].some((list) => list.length > 0);
  const text =
    pipeline === undefined ? undefined : await readPipelineText(resolve(context.folder, pipeline), pipeline);
  return look(context, async ({ ask, alone }) => {
    const revisions = await ask((client, signal) => new EditClient(client).revisions(run, signal));
    if (!asked) {
      listRevisions(context, revisions);
      return exitCodes.done;
    }
    const { sources } = await ask((client, signal) => client.run(run, signal));
    const bounds = readBounds(
      sources.map(({ name }) => name),
      { region, skip },
    );
    const body: EditRunBody = {
      base: base ?? revisions[0]?.revision ?? 1,
      ...(text === undefined ? {} : { pipeline: { file: basename(pipeline ?? ''), text } }),
      // Folders that are named replace those of the revision.
      ...(toolsOf(context).length === 0 ? {} : { tools: toolsOf(context) }),
      ...(set.length === 0 ? {} : { params: readParams(set, '--set') }),
      ...(remove.length === 0 ? {} : { remove: [...remove] }),
      ...(Object.keys(bounds).length === 0 ? {} : { bounds: copyBounds(bounds) }),
      ...(note === undefined ? {} : { note }),
      by: userInfo().username,
    };
    if (dryRun) {
      const plan = await ask((client, signal) => new EditClient(client).checkEdit(run, body, signal));
      if (plan.problems.length > 0) throw new FileErrors(plan.problems);
      report(context, plan, `This would be made of run ${run}:`);
      return exitCodes.done;
    }
    const edited = await ask((client, signal) => new EditClient(client).editRun(run, body, signal));
    const head =
      edited.changes.length === 0
        ? `Run ${run} is so already: it is at revision ${edited.revision}.`
        : `Run ${run} is at revision ${edited.revision}:`;
    report(context, edited, head);
    if (alone && edited.changes.length > 0)
      context.terminal.err.line(
        `Nothing runs in this data directory: \`gantry up\` or \`gantry run --resume ${run}\` goes on with it.`,
      );
    return exitCodes.done;
  });
}

function toolsOf(context: CommandContext): string[] {
  return context.settings.values.tools.map((folder) => resolve(context.folder, folder));
}

async function readPipelineText(path: string, named: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new GantryError('file-not-found', `${named} cannot be read: ${why}`, {
      file: named,
      mend: 'Name a pipeline file.',
    });
  }
}

function copyBounds(bounds: Readonly<Record<string, BoundsChange>>): Record<string, BoundsChange> {
  return Object.fromEntries(Object.entries(bounds).map(([name, change]) => [name, { ...change }]));
}

function report(context: CommandContext, edit: EditedRun | PlannedEdit, head: string): void {
  const { out } = context.terminal;
  if (context.json) {
    writeJson(context, edit);
    return;
  }
  out.line(head);
  for (const line of describe(edit.changes)) out.line(`  ${makePrintable(line)}`);
  if (edit.changes.length === 0) return;
  const rows = edit.effects.map((effect) => [`  ${makePrintable(effect.stage)}`, describeEffect(effect)]);
  if (rows.length === 0) out.line('No task is run again.');
  else for (const row of formatTable(rows)) out.line(row);
}

/** A line per part that differs. */
function describe(changes: EditedRun['changes']): string[] {
  return changes.flatMap((change) => {
    const name = 'source' in change ? change.source : change.stage;
    if (change.kind === 'added' || change.kind === 'removed') return [`${name} is ${change.kind}`];
    const parts = change.parts.map(({ field, from, to }) => {
      const part = field.startsWith('params.') ? `${name}.${field.slice(7)}` : `${name} ${field}`;
      return `${part}: ${from ?? 'none'} → ${to ?? 'none'}`;
    });
    return change.kind === 'replaced'
      ? [`${name} is begun anew`, ...parts.map((part) => `  ${part}`)]
      : parts;
  });
}

function describeEffect({ again, follow, more, fewer, left, back }: EditedRun['effects'][number]): string {
  return [
    again === 0 ? '' : `${plural(again, 'task')} again`,
    follow === 0 ? '' : `${plural(follow, 'task')} where what they read comes out differently`,
    more === 0 ? '' : `${plural(more, 'task')} more`,
    fewer === 0 ? '' : `${plural(fewer, 'task')} fewer; what they made stays`,
    left === 0 ? '' : `what ${plural(left, 'task')} made before stays`,
    back === 0 ? '' : `${plural(back, 'earlier result')} stand${back === 1 ? 's' : ''} again`,
  ]
    .filter((text) => text !== '')
    .join('; ');
}

function listRevisions(context: CommandContext, revisions: readonly RevisionSummary[]): void {
  if (context.json) {
    writeJson(context, revisions);
    return;
  }
  const rows = revisions.map(({ revision, at, by, note, changes, redone }) => [
    String(revision),
    formatTime(at),
    makePrintable(by ?? ''),
    formatCount(redone),
    makePrintable(
      revision === 1 ? 'started' : [...describe(changes), ...(note === null ? [] : [note])].join(', '),
    ),
  ]);
  const head = ['revision', 'at', 'by', 'again', 'what changed'];
  for (const row of formatTable([head, ...rows], [0, 3])) context.terminal.out.line(row);
}
