export { arrayText } from './array-text.ts';
export { claimDatabase, describeDatabase, type DatabaseOwner } from './claim-database.ts';
export { explainLostConnection } from './connection-failure.ts';
export {
  countBusyConnections,
  openPool,
  transaction,
  type Pool,
  type PoolOptions,
  type Transaction,
} from './connect.ts';
export { defineStatement, type Statement } from './define-statement.ts';
export { dumpSchema } from './dump-schema.ts';
export { findServerUser, lookUpServerUser, type ServerUser } from './embedded/server-user.ts';
export {
  startEmbeddedPostgres,
  type EmbeddedConnection,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded/start-embedded-postgres.ts';
export { migrate, migrationsFolder, type MigrateResult } from './migrate.ts';
export {
  advanceStage,
  claimLater,
  claimTasks,
  createAllTasks,
  createFirstTasks,
  createTasks,
  listClaimedInputs,
  listFewInputs,
  listInputs,
  listReaders,
  replaceItems,
  spreadAgain,
  withdrawItems,
  type Advance,
  type StageMoment,
} from './stage-statements.ts';
export { keepsForLater, type InputShape, type OutputShape, type StageShape } from './stage-shape.ts';
export { admitFirstPlacesSql, admitPlacesSql, expectPlacesSql } from './statements/admit-places.ts';
export type { ClaimedRow } from './statements/claim-tasks.ts';
export { closeSourceSql } from './statements/close-source.ts';
export type { FewInputRow } from './statements/list-few-inputs.ts';
export type { InputItemRow } from './statements/list-inputs.ts';
export type { ReaderRow } from './statements/list-readers.ts';
export { recordItems, type MadeItemRow } from './statements/record-items.ts';
export { forgetAttempts, recordAttempts, type EndedAttemptRow } from './statements/record-attempts.ts';
export { settleAttempts, type SettledAttemptRow, type VerdictRow } from './statements/settle-attempts.ts';
