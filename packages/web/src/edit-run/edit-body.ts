/** The changes of the page as the request and as the command that make them. */
import { quoteWord, type BoundsChange, type EditRunBody } from '@gantry/model';
import { readExtent } from '../new-run/read-extent.ts';
import type { AddedStage, BoundsSearch, EditSearch } from './edit-search.ts';

/** Undefined where nothing is changed. */
export function editBody(search: EditSearch, base: number): EditRunBody | undefined {
  const add = Object.entries(search.add ?? {}).filter(([, stage]) => stage.tool !== undefined);
  const params = Object.fromEntries(
    Object.entries(search.params ?? {}).filter(([, values]) => Object.keys(values).length > 0),
  );
  const bounds = Object.fromEntries(
    Object.entries(search.bounds ?? {}).flatMap(([source, texts]) => {
      const change = boundsChange(texts);
      return Object.keys(change).length === 0 ? [] : [[source, change]];
    }),
  );
  const body: EditRunBody = {
    base,
    ...(add.length === 0
      ? {}
      : { add: Object.fromEntries(add.map(([name, stage]) => [name, stageFile(stage)])) }),
    ...(search.remove === undefined ? {} : { remove: [...search.remove] }),
    ...(Object.keys(params).length === 0 ? {} : { params: copyParams(params) }),
    ...(Object.keys(bounds).length === 0 ? {} : { bounds }),
  };
  return Object.keys(body).length === 1 ? undefined : body;
}

/** As a pipeline file has it. */
function stageFile({ tool, inputs = {}, over }: AddedStage): Record<string, unknown> {
  const axes = (over ?? '').split(',').filter((axis) => axis !== '');
  return {
    tool,
    ...(over === 'all' ? { over } : axes.length > 0 ? { over: { group: axes } } : {}),
    inputs: Object.fromEntries(Object.entries(inputs).filter(([, from]) => from !== '')),
  };
}

/** Texts that are none yet are left out. */
function boundsChange({ region = {}, skip = {} }: BoundsSearch): BoundsChange {
  const ranges = Object.entries(region).flatMap(([axis, text]): [string, [number, number] | null][] => {
    const range = readExtent(text);
    if (text.trim() === '') return [[axis, null]];
    return range === undefined ? [] : [[axis, [range[0], range[1]]]];
  });
  const planes = Object.entries(skip).flatMap(([axis, text]): [string, number[]][] => {
    const read = readPlanes(text);
    return read === undefined ? [] : [[axis, read]];
  });
  return {
    ...(ranges.length === 0 ? {} : { region: Object.fromEntries(ranges) }),
    ...(planes.length === 0 ? {} : { skip: Object.fromEntries(planes) }),
  };
}

/** `3, 7`; undefined where it is no list of planes. */
export function readPlanes(text: string): number[] | undefined {
  const words = text.split(/[\s,;]+/).filter((word) => word !== '');
  return words.every((word) => /^-?\d{1,9}$/.test(word)) ? words.map(Number) : undefined;
}

/** Undefined for a stage that is added: that takes a pipeline file. */
export function editCommand(run: number, body: EditRunBody): string | undefined {
  if (body.add !== undefined) return undefined;
  const parts = [`npx gantry edit ${run} --base ${body.base}`];
  for (const [stage, values] of Object.entries(body.params ?? {}))
    for (const [name, value] of Object.entries(values))
      if (value !== null) parts.push(`--set ${quoteWord(`${stage}.${name}=${value}`)}`);
  for (const stage of body.remove ?? []) parts.push(`--remove ${quoteWord(stage)}`);
  for (const [source, { region = {}, skip = {} }] of Object.entries(body.bounds ?? {})) {
    for (const [axis, range] of Object.entries(region))
      parts.push(`--region ${quoteWord(`${source}.${axis}=${range === null ? 'all' : range.join('..')}`)}`);
    for (const [axis, planes] of Object.entries(skip))
      parts.push(
        `--skip ${quoteWord(`${source}.${axis}=${planes.length === 0 ? 'none' : planes.join(',')}`)}`,
      );
  }
  return parts.join(' \\\n  ');
}

function copyParams(
  params: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Record<string, Record<string, string>> {
  return Object.fromEntries(Object.entries(params).map(([stage, values]) => [stage, { ...values }]));
}
