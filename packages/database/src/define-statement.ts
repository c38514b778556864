/**
 * Named, prepared statements: each connection parses and plans one once. The SQL lives in a file of its own;
 * what it says is left to whoever owns it.
 */
import { createHash } from 'node:crypto';
import type { QueryResultRow } from 'pg';
import type { Pool, Transaction } from './connect.ts';

/** A statement with the types of its parameters ($1, $2, …) and of its rows. */
export interface Statement<Row extends QueryResultRow, Values extends readonly unknown[]> {
  /** `<name>-<hash of the text>`: an edited statement is another statement. */
  readonly name: string;
  readonly text: string;
  /** Runs it and returns its rows. */
  run(on: Transaction | Pool, ...values: Values): Promise<Row[]>;
}

/** Defines a statement by its text. `name` is for people: it shows in `pg_prepared_statements`. */
export function defineStatement<
  Row extends QueryResultRow = never,
  Values extends readonly unknown[] = [],
>(source: { readonly name: string; readonly text: string }): Statement<Row, Values> {
  const hash = createHash('sha256').update(source.text).digest('hex').slice(0, 16);
  // PostgreSQL cuts names at 63 bytes.
  const name = `${source.name.slice(0, 40)}-${hash}`;
  const { text } = source;
  return {
    name,
    text,
    async run(on, ...values) {
      const { rows } = await on.query<Row>({ name, text, values: [...values] });
      return rows;
    },
  };
}
