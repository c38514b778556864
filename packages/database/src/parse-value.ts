/**
 * How values come out of the database: `bigint` columns as numbers, which are exact up to 2^53, and an error
 * beyond. All other types are left to `pg`.
 */
import pg from 'pg';

const int8 = 20;
const int8Array = 1016;
/** Not one of the numbers that `pg` names. */
const textArray: number = 1009;

type Parse = (text: string) => unknown;

function parseInt8(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new RangeError(`The database returned ${text}, a bigint that a number cannot hold exactly.`);
}

// The array's own structure is parsed by `pg`, its elements by us.
const parseTextArray = pg.types.getTypeParser(textArray, 'text') as (text: string) => readonly unknown[];

function parseInt8Array(text: string): readonly unknown[] {
  const parse = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(parse) : value === null ? null : parseInt8(value as string);
  return parseTextArray(text).map(parse);
}

/** The parser of a type, by its number, as `pg` asks for it. */
export function parseValue(type: number, format?: 'text' | 'binary'): Parse {
  if (format !== 'binary') {
    if (type === int8) return parseInt8;
    if (type === int8Array) return parseInt8Array;
  }
  return pg.types.getTypeParser(type, format) as Parse;
}
