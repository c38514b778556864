/** How a person names a task: by its number, or as `RUN/STAGE/row=1,col=2`. */
import type { UserClient } from '@gantry/client';
import type { Place } from '@gantry/model';
import { usage } from './input/source-arguments.ts';

export type TaskReference =
  | { readonly kind: 'task'; readonly task: number }
  | { readonly kind: 'place'; readonly run: number; readonly stage: string; readonly place: Place };

/** @throws GantryError `usage` */
export function parseTaskReference(text: string): TaskReference {
  if (/^[1-9]\d*$/.test(text)) return { kind: 'task', task: Number(text) };
  const found = /^([1-9]\d*)\/([^/]+)(?:\/([^/]*))?$/.exec(text);
  if (found === null) throw notATask(text);
  const [, run, stage = '', at = ''] = found;
  const place = parsePlace(at);
  if (place === undefined) throw notATask(text);
  return { kind: 'place', run: Number(run), stage, place };
}

/** Reads `row=1,col=2`; the empty text is the only place. Undefined where it is written otherwise. */
export function parsePlace(text: string): Place | undefined {
  const place: Record<string, number> = {};
  for (const part of text === '' ? [] : text.split(',')) {
    const pair = /^([^=]+)=(-?\d+)$/.exec(part);
    const axis = pair?.[1];
    if (axis === undefined || Object.hasOwn(place, axis)) return undefined;
    place[axis] = Number(pair?.[2]);
  }
  return place;
}

/** The task's id. */
export async function findTask(
  client: UserClient,
  reference: TaskReference,
  signal?: AbortSignal,
): Promise<number> {
  if (reference.kind === 'task') return reference.task;
  return client.findTask(reference.run, reference.stage, reference.place, signal);
}

function notATask(text: string) {
  return usage(
    `\`${text}\` names no task`,
    'Write its number, or RUN/STAGE/row=1,col=2 (RUN/STAGE alone for a stage of one task).',
  );
}
