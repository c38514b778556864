/**
 * The statements that advance one stage of a run, prepared once per shape: stages that are alike share them.
 */
import { arrayText } from './array-text.ts';
import type { Pool, Transaction } from './connect.ts';
import { defineStatement, type Statement } from './define-statement.ts';
import type { StageShape } from './stage-shape.ts';
import type { StageTouch } from './stage-touch.ts';
import { advanceStageSql } from './statements/advance-stage.ts';
import { claimLaterSql, claimTasksSql, listsItsInput, type ClaimedRow } from './statements/claim-tasks.ts';
import { createFirstTasksSql, walksOneInput } from './statements/create-first-tasks.ts';
import { createAllTasksSql, createTasksSql } from './statements/create-tasks.ts';
import { listFewInputsSql, type FewInputRow } from './statements/list-few-inputs.ts';
import { listInputsSql, type InputItemRow } from './statements/list-inputs.ts';
import { listReadersSql, type ReaderRow } from './statements/list-readers.ts';
import { madeItemsValues, type MadeItemRow } from './statements/record-items.ts';
import { inputRanges } from './statements/recount.ts';
import { replaceItemsSql } from './statements/replace-items.ts';
import { spreadAgainSql } from './statements/spread-again.ts';
import { withdrawItemsSql } from './statements/withdraw-items.ts';

/** What of a stage changes from transaction to transaction. */
export interface StageMoment {
  /**
   * Per input: whether places may still become known that its tasks would read; for neighbours, whether the dataset
   * may still get places at all.
   */
  readonly open: readonly boolean[];
  /** True where the run is not active: stale tasks stay as they are. */
  readonly ended: boolean;
  /** Per input: count again from scratch for every task. */
  readonly recount: readonly boolean[];
  /** `run.change` of this transaction. */
  readonly change: number;
}

export interface Advance {
  /** Tasks that became ready. */
  readonly ready: number;
  /** Tasks that were skipped or dropped, whose items go. */
  readonly withdrawn: number;
  /** Rows left for the stages below, and how many of them are new places. */
  readonly emitted: number;
  readonly born: number;
}

type AnyStatement<Row extends object> = Statement<Row & Record<string, unknown>, readonly unknown[]>;

const prepared = new Map<string, AnyStatement<object>>();

function prepare<Row extends object>(name: string, text: string): AnyStatement<Row> {
  let statement = prepared.get(text);
  if (statement === undefined) {
    statement = defineStatement({ name, text });
    prepared.set(text, statement);
  }
  return statement as AnyStatement<Row>;
}

const texts = new WeakMap<StageShape, Map<string, string>>();

function textOf(stage: StageShape, name: string, build: (stage: StageShape) => string): string {
  const known = texts.get(stage) ?? new Map<string, string>();
  texts.set(stage, known);
  const text = known.get(name) ?? build(stage);
  known.set(name, text);
  return text;
}

const producers = (stage: StageShape) => stage.inputs.map(({ producer }) => producer);
const inputDatasets = (stage: StageShape) => stage.inputs.map(({ dataset }) => dataset);
const outputDatasets = (stage: StageShape) => stage.outputs.map(({ dataset }) => dataset);

/** Makes the tasks of places that were born upstream in this transaction. */
export async function createTasks(transaction: Transaction, stage: StageShape): Promise<void> {
  const statement = prepare('create-tasks', textOf(stage, 'create', createTasksSql));
  await statement.run(transaction, stage.id, producers(stage), inputDatasets(stage), stage.recipe);
}

/** Makes the tasks of all places that there are upstream, so far as there are none yet. */
export async function createAllTasks(transaction: Transaction, stage: StageShape): Promise<void> {
  const statement = prepare('create-all-tasks', textOf(stage, 'create all', createAllTasksSql));
  await statement.run(transaction, stage.id, producers(stage), inputDatasets(stage), stage.recipe);
}

/**
 * While a run is made: makes and judges the tasks of a stage that walks one input place by place.
 * @returns undefined where the stage is of another kind: `createTasks` and `advanceStage` do it
 */
export async function createFirstTasks(
  transaction: Transaction,
  stage: StageShape,
  moment: StageMoment,
): Promise<Advance | undefined> {
  if (!walksOneInput(stage)) return undefined;
  const statement = prepare<Advance>('create-first-tasks', textOf(stage, 'first', createFirstTasksSql));
  const [row] = await statement.run(
    transaction,
    stage.id,
    producers(stage),
    inputDatasets(stage),
    outputDatasets(stage),
    moment.open,
    moment.ended,
  );
  if (row === undefined) throw new Error('create-first-tasks returned no row');
  return row;
}

/** Counts and judges the stage's tasks that anything touched in this transaction. */
export async function advanceStage(
  transaction: Transaction,
  stage: StageShape,
  moment: StageMoment,
  touch: StageTouch,
): Promise<Advance> {
  const name = `advance ${Object.entries(touch)
    .flatMap(([part, is]) => (is ? part : []))
    .join(' ')}`;
  const text = textOf(stage, name, (shape) => advanceStageSql(shape, touch));
  const statement = prepare<Advance>('advance-stage', text);
  const [row] = await statement.run(
    transaction,
    stage.id,
    producers(stage),
    inputDatasets(stage),
    outputDatasets(stage),
    moment.open,
    moment.ended,
    moment.recount,
    stage.tries,
    moment.change,
    stage.losses,
    inputRanges(stage),
    stage.backoff?.first ?? 0,
    stage.backoff?.factor ?? 1,
    stage.backoff?.max ?? 0,
    stage.recipe,
  );
  if (row === undefined) throw new Error('advance-stage returned no row');
  return row;
}

/** Deletes the items of tasks that were skipped or dropped. */
export async function withdrawItems(transaction: Transaction, stage: StageShape): Promise<void> {
  const text = textOf(stage, 'withdraw', withdrawItemsSql);
  if (text === '') return;
  await prepare('withdraw-items', text).run(transaction, stage.id, outputDatasets(stage));
}

/** Has the stage's tasks done again that read what such tasks make. @returns how many more these are */
export async function spreadAgain(transaction: Transaction, stage: StageShape): Promise<number> {
  const statement = prepare<{ tasks: number }>('spread-again', textOf(stage, 'spread', spreadAgainSql));
  const [row] = await statement.run(transaction, stage.id, producers(stage));
  return row?.tasks ?? 0;
}

/** Withdraws items that a new success did not make again, and announces those at new places. */
export async function replaceItems(
  transaction: Transaction,
  stage: StageShape,
  madeItems: readonly MadeItemRow[],
): Promise<void> {
  const text = textOf(stage, 'replace', replaceItemsSql);
  if (text === '') return;
  await prepare('replace-items', text).run(
    transaction,
    stage.id,
    outputDatasets(stage),
    ...madeItemsValues(madeItems),
  );
}

/** Claims ready tasks of the stage. */
export async function claimTasks(
  on: Pool,
  stage: StageShape,
  session: number,
  { limit, above, revision }: { readonly limit: number; readonly above: number; readonly revision: number },
): Promise<ClaimedRow[]> {
  const statement = prepare<ClaimedRow>('claim-tasks', textOf(stage, 'claim', claimTasksSql));
  return statement.run(on, stage.id, session, limit, above, stage.inputs[0]?.dataset ?? null, revision);
}

/** Claims tasks of the stage whose wait is over, or that ask for more memory than the others, up to `memory` bytes. */
export async function claimLater(
  on: Pool,
  stage: StageShape,
  session: number,
  { limit, memory, revision }: { readonly limit: number; readonly memory: number; readonly revision: number },
): Promise<ClaimedRow[]> {
  const statement = prepare<ClaimedRow>('claim-later', textOf(stage, 'claim later', claimLaterSql));
  return statement.run(on, stage.id, session, limit, memory, stage.inputs[0]?.dataset ?? null, revision);
}

/** What claimed tasks read through input `n`, counted from 0, in the order of the tasks and the places. */
export async function listClaimedInputs(
  on: Pool,
  stage: StageShape,
  n: number,
  claimed: readonly ClaimedRow[],
): Promise<InputItemRow[]> {
  if (!listsItsInput(stage)) {
    return listInputs(
      on,
      stage,
      n,
      claimed.map(({ task }) => task),
      true,
    );
  }
  return claimed.flatMap(({ task, place, revision, name, path, size, checksum, made_by }) =>
    revision === undefined ||
    revision === null ||
    name === undefined ||
    path === undefined ||
    size === undefined ||
    checksum === undefined ||
    made_by === undefined
      ? []
      : [{ task, place, revision, name, path, size, checksum, made_by }],
  );
}

/**
 * The items that tasks of the stage read through input `n`, counted from 0.
 * @param claimed true for tasks that were ready a moment ago, which needs less looking
 */
export async function listInputs(
  on: Transaction | Pool,
  stage: StageShape,
  n: number,
  tasks: readonly number[],
  claimed = false,
): Promise<InputItemRow[]> {
  const input = stage.inputs[n];
  if (input === undefined) throw new RangeError(`stage ${stage.id} has no input ${n}`);
  const text = textOf(stage, `inputs ${n} ${claimed}`, (shape) => listInputsSql(shape, n, claimed));
  return prepare<InputItemRow>('list-inputs', text).run(on, arrayText(tasks), input.dataset, input.producer);
}

/** The first items that the task at a place of the stage reads through input `n`, at most `limit`. */
export async function listFewInputs(
  on: Transaction | Pool,
  stage: StageShape,
  n: number,
  place: readonly number[],
  limit: number,
): Promise<FewInputRow[]> {
  const input = stage.inputs[n];
  if (input === undefined) throw new RangeError(`stage ${stage.id} has no input ${n}`);
  const text = textOf(stage, `few inputs ${n}`, (shape) => listFewInputsSql(shape, n));
  return prepare<FewInputRow>('list-few-inputs', text).run(on, place, input.dataset, input.producer, limit);
}

/** The first tasks of the stage that read the item at a place of its input `n`, at most `limit`. */
export async function listReaders(
  on: Transaction | Pool,
  stage: StageShape,
  n: number,
  place: readonly number[],
  limit: number,
): Promise<ReaderRow[]> {
  const input = stage.inputs[n];
  if (input === undefined) throw new RangeError(`stage ${stage.id} has no input ${n}`);
  const text = textOf(stage, `readers ${n}`, (shape) => listReadersSql(shape, n));
  return prepare<ReaderRow>('list-readers', text).run(on, place, stage.id, limit, input.producer);
}
