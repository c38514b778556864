/**
 * How values come out of the database: `bigint` columns as numbers, which are exact up to 2^53, and an error
 * beyond. All other types are left to `pg`.
 */
import pg from 'pg';

const int8 = 20;
const int8Array = 1016;
/** Not one of the numbers that `pg` names. */
const int4Array: number = 1007;
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

/** Places are such; `pg` reads an array sign by sign, which costs twice what the database takes to write it. */
function parsePlainIntegers(text: string): number[] | undefined {
  const plain = text.startsWith('{') && !text.startsWith('{{') && !text.includes('N');
  return plain ? (JSON.parse(`[${text.slice(1, -1)}]`) as number[]) : undefined;
}

const parseInt4ArrayAsPg = pg.types.getTypeParser(int4Array, 'text') as Parse;

function parseInt4Array(text: string): unknown {
  return parsePlainIntegers(text) ?? parseInt4ArrayAsPg(text);
}

function parseInt8Array(text: string): readonly unknown[] {
  const plain = parsePlainIntegers(text);
  if (plain?.every((value) => Number.isSafeInteger(value)) === true) return plain;
  const parse = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(parse) : value === null ? null : parseInt8(value as string);
  return parseTextArray(text).map(parse);
}

/** The parser of a type, by its number, as `pg` asks for it. */
export function parseValue(type: number, format?: 'text' | 'binary'): Parse {
  if (format !== 'binary') {
    if (type === int8) return parseInt8;
    if (type === int8Array) return parseInt8Array;
    if (type === int4Array) return parseInt4Array;
  }
  return pg.types.getTypeParser(type, format) as Parse;
}
